package data_test

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"log/slog"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/owner/data"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var screens = flag.String("screens", "", "folder for pictures of the pages")

// kit is the room over the real store and the real web server.
type kit struct {
	*storetest.World
	room     *data.Data
	site     *webtest.Site
	released []lifecycle.UnitKey
	log      *webtest.Log
	// noLetters: what is to be told cannot be queued.
	noLetters bool
}

// mute queues no letters where it is told not to.
type mute struct {
	*storetest.World
	on *bool
}

func (m mute) QueueNotice(ctx context.Context, n notice.Notice) error {
	if *m.on {
		return lifecycle.ErrBusy
	}
	return m.World.QueueNotice(ctx, n)
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), log: &webtest.Log{}}
	k.room = data.New(data.Config{
		People: k.World, Units: k.World, Looks: patient{k.World}, Notices: mute{k.World, &k.noLetters}, Mail: true, Now: k.Clock.Now,
		Log: slog.New(slog.NewTextHandler(k.log, nil)),
		Release: func(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) error {
			unit, err := k.UnitByKey(ctx, key)
			if err != nil {
				return err
			}
			release := lifecycle.Release{Command: k.By(actor), Order: lifecycle.OrderID(storetest.NewID("ord")), Erase: true}
			_, err = k.Advance(ctx, unit.ID, release.Decide)
			k.released = append(k.released, key)
			return err
		},
		Unbind: func(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) error {
			unit, err := k.UnitByCode(ctx, "binding", string(id))
			if err != nil {
				return err
			}
			_, err = k.Advance(ctx, unit.ID, lifecycle.Unbind{Command: k.By(actor), Binding: id}.Decide)
			return err
		},
		Receipt: func(_ context.Context, _ lifecycle.UnitID, ended lifecycle.Binding) (string, error) {
			if ended.EndedBy != lifecycle.EventRelease {
				return "", lifecycle.ErrNotFound
			}
			return "receipt-of-" + string(ended.ID), nil
		},
	})
	handler, err := data.NewHandler(k.room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = k.Clock.Now })
	return k
}

// patient demands that a copy is read as long as it takes.
type patient struct{ *storetest.World }

// ConsentsOf fails under a deadline.
func (p patient) ConsentsOf(ctx context.Context, owner lifecycle.PersonID) ([]access.HeldConsent, error) {
	if _, short := ctx.Deadline(); short {
		return nil, errors.New("on a slow line this copy would break off")
	}
	return p.World.ConsentsOf(ctx, owner)
}

func newID() string { return strings.ToLower(rand.Text()) }

// principal is an actor who came by a token.
func principal(a lifecycle.Actor) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: a.Roles}
}

// furnished gives somebody something of every kind, and says what of it is
// theirs alone: no other person's copy may hold it.
func (k *kit) furnished(t *testing.T, who lifecycle.Actor, name string) (theirs []string) {
	t.Helper()
	ctx := t.Context()
	person, err := k.Person(ctx, who.Person)
	if err != nil {
		t.Fatal(err)
	}
	passkey := access.Passkey{
		ID: storetest.NewID("psk"), Person: who.Person, Name: "passkey of " + name, Credential: []byte(name), PublicKey: []byte("k"), CreatedAt: k.Clock.Now(),
	}
	if err := k.AddPasskey(ctx, passkey); err != nil {
		t.Fatal(err)
	}
	token := access.Credential{ID: storetest.NewID("tok"), Hash: storetest.Hex(name), Kind: access.KindPerson, Person: who.Person, Name: "token of " + name, CreatedAt: k.Clock.Now()}
	if _, err := k.SaveCredential(ctx, token); err != nil {
		t.Fatal(err)
	}
	unit := k.Bind(t, k.Sold(t), who)
	past := k.Bind(t, k.Sold(t), who)
	k.Must(t, past.ID, lifecycle.Release{Command: k.By(who), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	err = k.QueueNotice(ctx, notice.Notice{
		To: who.Person, Kind: notice.KindReleased, Params: map[string]string{"unit": "notice of " + name}, Once: "x", At: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Choose(ctx, who.Person, []notice.Choice{{Kind: notice.KindFirmware, Channel: notice.Mail}}); err != nil {
		t.Fatal(err)
	}
	theirs = []string{
		string(who.Person), person.Email, passkey.ID, passkey.Name, token.ID, token.Name, "notice of " + name,
		unit.Key.Serial, past.Key.Serial, string(unit.ID), string(past.ID),
	}
	for _, list := range []func(context.Context, lifecycle.PersonID) ([]lifecycle.PersonBinding, error){k.MineOf, k.PastOf} {
		bindings, err := list(ctx, who.Person)
		if err != nil || len(bindings) == 0 {
			t.Fatalf("bindings of %s: %v, %v", name, bindings, err)
		}
		for _, b := range bindings {
			theirs = append(theirs, string(b.Binding.ID))
		}
	}
	return theirs
}

// codes are what is open, in order.
func codes(open []data.Open) string {
	var list []string
	for _, one := range open {
		code := strings.TrimPrefix(one.Code, "data.open.")
		if one.Blocks {
			code += "!"
		}
		list = append(list, code)
	}
	return strings.Join(list, " ")
}

func isRefused(err error, code string) bool {
	var refusal *lifecycle.Refusal
	return errors.As(err, &refusal) && refusal.Has(code)
}
