package fleet_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"flag"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/fleet"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var screens = flag.String("screens", "", "folder for pictures of the pages")

// kit is the room on a real store, behind the real shell.
type kit struct {
	*storetest.World
	site *webtest.Site
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	newID := func() string { return strings.ToLower(rand.Text()) }
	handler, err := fleet.NewHandler(fleet.New(fleet.Config{Store: w.Store, Now: w.Clock.Now, NewID: newID}))
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	site := webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = w.Clock.Now })
	return &kit{w, site}
}

// principal is an actor of the world, signed in.
func principal(a lifecycle.Actor, more ...lifecycle.Role) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: append(more, a.Roles...), Name: "Mara",
	}
}

func (k *kit) as(a lifecycle.Actor, more ...lifecycle.Role) *webtest.Client {
	return k.site.As(principal(a, more...))
}

// deviceKey is a fresh device key as a production line sends it.
func deviceKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(public)
}

// admitted is a unit that a desk took in and nobody had registered.
func (k *kit) admitted(t *testing.T, serial string) lifecycle.Unit {
	t.Helper()
	key := lifecycle.UnitKey{Brand: storetest.Brand, Serial: serial}
	outcome, err := k.Register(t.Context(), key, k.Model.ID, lifecycle.Admit{
		Command: k.By(k.Clerk), ID: lifecycle.UnitID(storetest.NewID("unt")), Key: key,
		Return: lifecycle.ReturnID(storetest.NewID("ret")), Order: lifecycle.OrderID(storetest.NewID("ord")),
		Condition: "used", Reason: "other",
	}.Decide)
	if err != nil {
		t.Fatalf("admit: %v", err)
	}
	return outcome.Change.Unit
}

// life is a unit that was sold, bound, taken back and shipped to the warehouse.
func (k *kit) life(t *testing.T) lifecycle.Unit {
	t.Helper()
	unit := k.TakenBack(t)
	k.Clock.Add(time.Hour)
	return k.Move(t, unit, k.Clerk, k.Technician)
}

func path(unit lifecycle.Unit) string { return "/v1/units/" + unit.Key.Brand + "/" + unit.Key.Serial }

func hasAll(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%q is missing in %s", part, body)
		}
	}
}

func hasNone(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(body, part) {
			t.Errorf("%q stands in %s", part, body)
		}
	}
}
