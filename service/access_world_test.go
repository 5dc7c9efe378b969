package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
)

// accessWorld is the real house on a directory of its own, with everybody in
// it, and one scene that most rows share.
type accessWorld struct {
	*peopled
	model  lifecycle.Model
	shared *scene
	serial atomic.Int64
	past   atomic.Int64 // how far the made-up past has come, in steps
	fixed  values       // what no scene changes: people, tokens, models, organisations
}

// values are what a row fills its path, query and body with, by name.
type values map[string]string

func newAccessWorld(t *testing.T) *accessWorld {
	t.Helper()
	config, err := parseConfig("test", nil, func(string) string { return "" }, map[string]string{
		"data": t.TempDir(), "url": "http://quitclaim.test", "log-level": "error",
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return furnished(t, h)
}

// furnished fills a house with everybody.
func furnished(t *testing.T, h *house) *accessWorld {
	t.Helper()
	w := &accessWorld{peopled: newPeopled(t, h)}
	w.furnish(t)
	w.shared = w.newScene(t)
	return w
}

// furnish makes what belongs to organisations and not to a unit.
func (w *accessWorld) furnish(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	w.model = w.newModel(t, "vendor", "04006381333931")
	w.publish(t, w.model)
	other := w.newModel(t, "vendor2", "05901234123457")
	for _, side := range []string{"warehouse", "warehouse2", "shop2"} {
		if err := w.house.store.Accredit(ctx, lifecycle.Accreditation{Org: w.orgs[side].ID, Model: w.model.ID}); err != nil {
			t.Fatal(err)
		}
	}
	_, pageToken := w.credential(t, access.Credential{Kind: access.KindMachine, Org: w.orgs["shop"].ID, Scopes: scopeNames()})
	_, apiToken := w.credential(t, access.Credential{Kind: access.KindMachine, Org: w.orgs["shop"].ID, Scopes: scopeNames()})
	invited := w.person(t, "shop", lifecycle.RoleClerk)
	link, err := w.house.entrance.Link(ctx, invited.person, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	station, _ := w.station(t, "shop")
	apiStation, _ := w.station(t, "shop")
	if _, err := w.house.store.SignCheckpoint(ctx); err != nil {
		t.Fatal(err)
	}
	passkey, session := w.passkeyAndSession(t, invited.person)
	batch := w.newBatch(t)
	w.fixed = values{
		"import": string(w.newImport(t)), "batch": string(batch), "entry": string(batch),
		"model": string(w.model.ID), "othermodel": string(other.ID), "brand": "acme",
		"orgid": string(w.orgs["shop"].ID), "person": string(w.person(t, "shop", lifecycle.RoleClerk).person),
		"leaver": string(w.person(t, "shop", lifecycle.RoleClerk).person), "taken": string(invited.person) + "@staff.example",
		"pagetoken": pageToken, "apitoken": apiToken, "setup": link[strings.LastIndex(link, "/")+1:],
		"elsewhere": string(w.orgs["shop2"].ID), "accreditedorg": string(w.orgs["warehouse2"].ID),
		"accreditedtoo": string(w.orgs["shop2"].ID), "recorded": "", "job": "stuck-reset", "index": "0", "tile": "0/000.p/1",
		"file": "quitclaim.css", "version": "any", "passkey": passkey, "session": session,
		"provider": w.provider(t, "shop", false), "endedprovider": w.provider(t, "shop", true),
		"pageprovider": w.provider(t, "shop", false), "apiprovider": w.provider(t, "shop", false),
		"station": station.ID, "apistation": apiStation.ID, "alarm": w.alarm(t, "shop"), "kit": w.kit(t, "vendor"),
	}

}

func (w *accessWorld) newModel(t *testing.T, side, gtin string) lifecycle.Model {
	t.Helper()
	model, err := w.house.store.SaveModelWithPicture(t.Context(), lifecycle.Model{
		Checklist: []lifecycle.Check{{ID: "seal", Text: "Photograph the seal", Optional: true, Picture: hexSum(picture)}},
		ID:        lifecycle.ModelID(newPrefixedID("mdl")), Vendor: w.orgs[side].ID, Brand: brandOf(side), Name: "Camera of " + side,
		GTIN: gtin, ResetPolicy: lifecycle.ResetReleases, RequiredGrade: lifecycle.GradeAttested, Clouds: []string{builtin.Name},
	}, []byte(picture))
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// tick is the instant of the next step of somebody's past. All of it lies
// within the last hours, so that probes are fresh and offers stand.
func (w *accessWorld) tick() time.Time {
	return w.house.now().Add(-2 * time.Hour).Add(time.Duration(w.past.Add(1)) * 100 * time.Millisecond)
}

// scene is four owners and units that passed through their hands: ada has
// what carl had, bob never had any of it, dora is offered one.
type scene struct {
	w      *accessWorld
	owners map[string]caller
	// secrets are the owners' addresses, names and ids, by owner: what nobody
	// but themselves may be answered with.
	secrets map[string][]string

	mu     sync.Mutex
	things map[string]func() thing // by mu; each is made when it is first asked for
}

// thing is something that doors lead to. former names who had it before: their
// epoch is over.
type thing struct {
	values values
	former []string
	// state is where the unit is now, which is no business of who had it.
	state lifecycle.State
}

func (w *accessWorld) newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{w: w, owners: map[string]caller{}, secrets: map[string][]string{}, things: map[string]func() thing{}}
	number := w.serial.Add(1)
	for _, side := range []string{"bob", "carl", "dora", "ada"} {
		id := lifecycle.PersonID(newPrefixedID("psn"))
		name, email := fmt.Sprintf("%s Quillfeather-%d", side, number), fmt.Sprintf("%s-%d@owner.example", side, number)
		c := caller{name: side, side: side, kind: access.KindPerson, role: lifecycle.RoleOwner, person: id}
		_, err := w.house.store.SavePerson(t.Context(), access.Person{
			ID: id, Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: name, Email: email, Generation: 1, CreatedAt: w.house.now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		c.token, _ = w.credential(t, access.Credential{Kind: access.KindPerson, Person: id})
		c.spare = w.endedToken(t, id)
		c.network = fmt.Sprintf("10.200.%d.%d:4711", number>>8&255, number&255)
		s.owners[side], s.secrets[side] = c, []string{name, email, string(id)}
	}
	return s
}

// callers are everybody who asks in this scene, its owners among them.
func (s *scene) callers() []caller {
	all := append([]caller{}, s.w.peopled.callers...)
	for _, side := range []string{"bob", "carl", "dora", "ada"} {
		all = append(all, s.owners[side])
	}
	return all
}

// actor is whom the record knows a name by: "ada", "shop clerk".
func (s *scene) actor(name string) lifecycle.Actor {
	if c, ok := s.owners[name]; ok {
		return lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: c.person, Roles: []lifecycle.Role{lifecycle.RoleOwner}}
	}
	actor, ok := s.w.staff[name]
	if !ok {
		panic("nobody is called " + name)
	}
	return actor
}

// get is a thing of this scene, made at its first use.
func (s *scene) get(t *testing.T, name string) thing {
	t.Helper()
	s.mu.Lock()
	made, ok := s.things[name]
	if !ok {
		made = sync.OnceValue(func() thing { return s.make(t, name) })
		s.things[name] = made
	}
	s.mu.Unlock()
	return made()
}

// never is a thing that was never there: every value of its has the right shape,
// and nobody has it.
func (s *scene) never() values {
	v := maps.Clone(s.w.fixed)
	maps.Copy(v, values{
		"serial": "qn-000000-x", "payload": digitalLink(s.w.model.GTIN, lifecycle.UnitKey{Serial: "qn-000000-x"}),
		"return": "ret_" + newID(), "order": "ord_" + newID(), "sale": "sal_" + newID(), "oldsale": "sal_" + newID(),
		"certificate": string(newCertificateCode()), "hold": "hld_" + newID(), "flag": "flg_" + newID(),
		"shipment": "shp_" + newID(), "binding": "bnd_" + newID(), "past": "bnd_" + newID(), "code": strings.ToUpper(newID()),
		"proof": strings.ToUpper(newID()), "person": "psn_" + newID(), "leaver": "psn_" + newID(), "setup": access.NewToken(),
		"maillink": access.NewToken(), "asked": access.NewToken(), "stopcode": newID(), "addresslink": access.NewToken(), "addressstop": newID(),
		"passkey": "psk_" + newID(), "session": "ses_" + newID(), "token": "tok_" + newID(), "pagetoken": "tok_" + newID(), "apitoken": "tok_" + newID(), "model": "mdl_" + newID(),
		"orgid": "org_" + newID(), "job": "no-such-job", "printjob": newUUID(), "index": "999999999", "tile": "0/x999/999", "file": "no-such.css",
		"station": "stn_" + newID(), "apistation": "stn_" + newID(), "alarm": "alm_" + newID(), "kit": "kit_" + newID(),
		"batch": "bat_" + newID(), "entry": newID(), "import": "imp_" + newID(),
		"provider": "prv_" + newID(), "endedprovider": "prv_" + newID(), "pageprovider": "prv_" + newID(), "apiprovider": "prv_" + newID(),
		"ask": "ask_" + newID(), "consent": "cns_" + newID(), "look": "acc_" + newID(), "share": "bnd_" + newID(), "sharecode": strings.ToUpper(newID()),
		"recorded": "", "task": "identify", "check": "seal", "digest": hexSum(picture), "receipt": receiptCode(s.w.house.keys.LookupHash)("unt_never", 1), "version": "9.9", "key": "0102030405060708", "holdkind": "dispute", "adamail": s.secrets["ada"][1], "wrongproof": strings.ToUpper(newID()),
	})
	return v
}

// picture is the vendor's picture of a step, and the bench's of a unit: who
// knows its digest still sees only what is theirs.
const picture = "\xff\xd8\xff a picture"

// advance runs a command on a unit, whatever becomes of the test meanwhile.
func (s *scene) advance(t *testing.T, unit lifecycle.UnitID, decide lifecycle.Decide) lifecycle.Outcome {
	t.Helper()
	outcome, err := s.w.house.store.Advance(context.WithoutCancel(t.Context()), unit, decide)
	if err != nil {
		t.Fatalf("make the world: %v", err)
	}
	return outcome
}
