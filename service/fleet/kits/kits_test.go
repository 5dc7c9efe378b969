package kits_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/fleet/kits"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// bundle is the room over the real store and the real web server.
type bundle struct {
	*storetest.World
	site *webtest.Site
}

func setup(t *testing.T) bundle {
	t.Helper()
	w := storetest.NewWorld(t)
	handler, err := kits.NewHandler(kits.New(kits.Config{Store: w, Now: w.Clock.Now, NewID: func() string { return storetest.NewID("x")[2:] }}))
	if err != nil {
		t.Fatal(err)
	}
	return bundle{w, webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, func(c *web.Config) { c.Now = w.Clock.Now })}
}

func (b bundle) as(actor lifecycle.Actor) *webtest.Client {
	return b.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles,
	})
}

// maker is the vendor's admin.
func (b bundle) maker() *webtest.Client {
	maker := b.VendorAdmin
	maker.Roles = []lifecycle.Role{lifecycle.RoleAdmin}
	return b.as(maker)
}

func (b bundle) units(t *testing.T, n int) []lifecycle.UnitKey {
	t.Helper()
	var keys []lifecycle.UnitKey
	for range n {
		keys = append(keys, b.Registered(t).Key)
	}
	return keys
}

func bodyOf(keys []lifecycle.UnitKey) map[string]any {
	var units []map[string]string
	for _, key := range keys {
		units = append(units, map[string]string{"brand": key.Brand, "serial": key.Serial})
	}
	return map[string]any{"name": "Home with three", "units": units}
}

type kitOf struct {
	ID    string
	Name  string
	Units []struct {
		Serial  string
		State   string
		Missing bool
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	b := setup(t)
	keys := b.units(t, 4)
	var kit kitOf
	got := b.maker().PostJSON("/v1/kits", bodyOf(keys))
	if got.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	got.Decode(&kit)
	if len(kit.Units) != 4 || kit.Units[0].Serial != keys[0].Serial || kit.Units[0].State != "stock" {
		t.Errorf("kit %+v", kit)
	}
	if page := b.maker().Get("/kits/" + kit.ID); page.Status != 200 || !strings.Contains(page.Body, keys[3].Serial) || !strings.Contains(page.Body, "Home with three") {
		t.Errorf("its page: %d %s", page.Status, page.Body)
	}
	tests := []struct {
		name string
		keys []lifecycle.UnitKey
		want string
	}{
		{"a unit of another kit", []lifecycle.UnitKey{b.Registered(t).Key, keys[1]}, "kit.taken-already"},
		{"a unit that nobody knows", []lifecycle.UnitKey{b.Registered(t).Key, {Brand: storetest.Brand, Serial: "NEVER"}}, "kit.unknown"},
		{"a unit that is sold", []lifecycle.UnitKey{b.Registered(t).Key, b.Sold(t).Key}, "kit.not-stock"},
		{"one unit", b.units(t, 1), "field.min"},
	}
	for _, tt := range tests {
		got := b.maker().PostJSON("/v1/kits", bodyOf(tt.keys))
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, tt.want) {
			t.Errorf("%s: %d %s, want %s", tt.name, got.Status, got.Body, tt.want)
		}
	}
}

func TestRegisterByForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	keys := b.units(t, 3)
	var lines []string
	for _, key := range keys {
		lines = append(lines, " "+key.Serial+"\r")
	}
	form := url.Values{"name": {"Home"}, "brand": {storetest.Brand}, "units": {strings.Join(lines, "\n") + "\n\n"}}
	got := b.maker().PostForm("/kits", form)
	if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/kits/kit_") {
		t.Fatalf("by form: %d %s", got.Status, got.Body)
	}
	form.Set("units", keys[0].Serial)
	if got := b.maker().PostForm("/kits", form); got.Status != 422 || !strings.Contains(got.Body, "at least two") {
		t.Errorf("one line: %d %s", got.Status, got.Body)
	}
}

// TestWhoSeesAKit: its vendor, and whoever has a unit of it, who is not told
// where the others are.
func TestWhoSeesAKit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	keys := b.units(t, 2)
	var kit kitOf
	b.maker().PostJSON("/v1/kits", bodyOf(keys)).Decode(&kit)
	part, err := b.UnitByKey(t.Context(), keys[1])
	if err != nil {
		t.Fatal(err)
	}
	b.Move(t, part, b.Clerk, b.Technician)
	for name, actor := range map[string]lifecycle.Actor{"shop": b.Clerk, "warehouse": b.Technician} {
		var seen kitOf
		got := b.as(actor).Get("/v1/kits/" + kit.ID)
		if got.Status != 200 {
			t.Errorf("%s: %d", name, got.Status)
			continue
		}
		got.Decode(&seen)
		if (seen.Units[0].State != "") != (name == "shop") || (seen.Units[1].State != "") != (name == "warehouse") {
			t.Errorf("%s sees %+v", name, seen.Units)
		}
	}
	stranger := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_s", Org: "org_strange", OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
	theirs, never := b.as(stranger).Get("/v1/kits/"+kit.ID), b.as(stranger).Get("/v1/kits/kit_never")
	if theirs.Status != 404 || never.Status != 404 || theirs.Body != never.Body {
		t.Errorf("a stranger: %d, and about nothing: %d", theirs.Status, never.Status)
	}
}
