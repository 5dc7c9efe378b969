package share_test

import (
	"crypto/rand"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
	"quitclaim/service/owner/share"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is the room beside the owner's, over the real store and the real cloud.
type kit struct {
	*storetest.World
	site  *webtest.Site
	cloud *builtin.Cloud
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	k := &kit{World: w, cloud: builtin.New(builtin.Config{
		Door: w.Store, Now: w.Clock.Now, Delay: time.Minute,
		AccountHash: func(account string) string { return w.Ring.AccountHash(builtin.Name, account) },
	})}
	newID := func() string { return strings.ToLower(rand.Text()) }
	room := owner.New(owner.Config{
		Units: w.Store, People: w.Store, Kept: w.Store, Feed: w.Store, Cloud: k.cloud, CloudName: builtin.Name,
		OfferCode: func(id lifecycle.OfferID) string { return w.Ring.LookupHash("offer", string(id)) },
		Attempts:  w.Store,
		Origin:    "https://qc.example", Now: w.Clock.Now, NewID: newID, Log: slog.New(slog.DiscardHandler),
	})
	owners, err := owner.NewHandler(room)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := share.NewHandler(share.New(share.Config{
		Store: w.Store, People: w.Store, Recipient: room.Recipient, AccountHash: k.cloud.AccountHash, Link: room.LinkMembers,
		Code:     func(id lifecycle.BindingID) string { return w.Ring.LookupHash("share", string(id)) },
		Attempts: w.Store,
		Origin:   "https://qc.example", Now: w.Clock.Now, NewID: newID, Log: slog.New(slog.DiscardHandler),
	}))
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, func(r *web.Routes) {
		owners.Mount(r)
		shares.Mount(r)
	}, func(c *web.Config) { c.Now = w.Clock.Now })
	return k
}

func (k *kit) as(actor lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{Kind: access.KindPerson, Person: actor.Person, Roles: actor.Roles, VerifiedAt: k.Clock.Now(), Name: "Ada Moor"})
}

func (k *kit) stranger() lifecycle.Actor {
	return lifecycle.Actor{
		Kind: lifecycle.ActorPerson, Person: lifecycle.PersonID(storetest.NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner},
	}
}

func (k *kit) mail(t *testing.T, actor lifecycle.Actor) string {
	t.Helper()
	person, err := k.Person(t.Context(), actor.Person)
	if err != nil {
		t.Fatal(err)
	}
	return person.Email
}

// body is an invitation; change adds to it.
func body(unit lifecycle.Unit, change map[string]any) map[string]any {
	b := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial, "name": "Mum"}
	for field, value := range change {
		b[field] = value
	}
	return b
}

type invited struct {
	ID        lifecycle.BindingID `json:"id"`
	Code      string              `json:"code"`
	URL       string              `json:"url"`
	State     string              `json:"state"`
	Named     bool                `json:"named"`
	ExpiresAt time.Time           `json:"expires_at"`
}

func (k *kit) invite(t *testing.T, unit lifecycle.Unit, change map[string]any) invited {
	t.Helper()
	got := k.as(k.Owner).PostJSON("/v1/shares", body(unit, change))
	if got.Status != 201 {
		t.Fatalf("invite: %d %s", got.Status, got.Body)
	}
	var in invited
	got.Decode(&in)
	return in
}

type shared struct {
	Units       []struct{ ID, Serial, Model string }
	Invitations []struct{ Code, Serial string }
}

func (k *kit) shared(t *testing.T, who lifecycle.Actor) shared {
	t.Helper()
	got := k.as(who).Get("/v1/mine/shared")
	if got.Status != 200 {
		t.Fatalf("shared: %d %s", got.Status, got.Body)
	}
	var s shared
	got.Decode(&s)
	return s
}

// member is a unit of the owner's that the neighbour sees.
func (k *kit) member(t *testing.T, change map[string]any) (lifecycle.Unit, invited) {
	t.Helper()
	unit := k.Bound(t)
	fields := map[string]any{"to": k.mail(t, k.Neighbour)}
	for field, value := range change {
		fields[field] = value
	}
	in := k.invite(t, unit, fields)
	if got := k.as(k.Neighbour).PostJSON("/v1/shares/"+in.Code+"/accept", nil); got.Status != 200 {
		t.Fatalf("accept: %d %s", got.Status, got.Body)
	}
	return unit, in
}

// linked reports whether the built-in cloud shows the unit to a member.
func (k *kit) linked(t *testing.T, unit lifecycle.UnitID, who lifecycle.Actor) bool {
	t.Helper()
	inventory, err := k.cloud.Inventory(t.Context(), cloud.Request{Unit: unit})
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(inventory.Links, func(l cloud.Link) bool {
		return l.Kind == lifecycle.BindingMember && l.AccountHash == k.cloud.AccountHash(string(who.Person))
	})
}
