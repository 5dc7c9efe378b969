package fleet_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/fleet"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/messages"
)

type listBody struct {
	Items []struct {
		Serial  string          `json:"serial"`
		State   lifecycle.State `json:"state"`
		Custody string          `json:"custody"`
	} `json:"items"`
	Next string `json:"next"`
}

func (k *kit) listed(t *testing.T, who lifecycle.Actor, query string) ([]string, string) {
	t.Helper()
	got := k.as(who, lifecycle.RoleAuditor).Get("/v1/units" + query)
	if got.Status != http.StatusOK {
		t.Fatalf("list: %d %s", got.Status, got.Body)
	}
	var body listBody
	got.Decode(&body)
	serials := []string{}
	for _, item := range body.Items {
		serials = append(serials, item.Serial)
	}
	slices.Sort(serials)
	return serials, body.Next
}

func TestList(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for range 5 {
		k.Registered(t)
	}
	sold, gone := k.Sold(t), k.life(t)
	here, _ := k.listed(t, k.Clerk, "")
	if len(here) != 5 || slices.Contains(here, sold.Key.Serial) || slices.Contains(here, gone.Key.Serial) {
		t.Errorf("the shop has %v", here)
	}
	made, _ := k.listed(t, k.VendorAdmin, "?made=on")
	if len(made) != 7 {
		t.Errorf("the vendor made %v", made)
	}
	if has, _ := k.listed(t, k.VendorAdmin, ""); len(has) != 0 {
		t.Errorf("the vendor has %v", has)
	}
	if returned, _ := k.listed(t, k.Technician, "?state=returned"); len(returned) != 1 {
		t.Errorf("the warehouse has returned: %v", returned)
	}
	if made, _ := k.listed(t, k.Clerk, "?made=on"); len(made) != 0 {
		t.Errorf("a shop made %v", made)
	}
	var all []string
	next := ""
	for i := 0; i == 0 || next != ""; i++ {
		part, after := k.listed(t, k.Clerk, "?limit=2&after="+next)
		if len(part) > 2 || i > 5 {
			t.Fatalf("part %d: %v", i, part)
		}
		all, next = append(all, part...), after
	}
	slices.Sort(all)
	if fmt.Sprint(all) != fmt.Sprint(here) {
		t.Errorf("in parts %v, at once %v", all, here)
	}
	for query, want := range map[string]int{"?state=lost": 422, "?limit=201": 422, "?after=x": 422, "?serial=%01": 422} {
		if got := k.as(k.Clerk).Get("/v1/units" + query); got.Status != want {
			t.Errorf("list%s: %d, want %d", query, got.Status, want)
		}
	}
	if got := k.as(k.Owner).Get("/v1/units"); got.Status != http.StatusForbidden {
		t.Errorf("an owner lists units: %d", got.Status)
	}
}

// TestVendorsDoNotSeeWhenCustomersCome: an epoch advances with its owner.
func TestVendorsDoNotSeeWhenCustomersCome(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Bound(t)
	k.life(t)
	room := fleet.New(fleet.Config{Store: k.Store, Now: k.Clock.Now, NewID: func() string { return "" }})
	made, _, err := room.List(t.Context(), principal(k.VendorAdmin), fleet.Filter{Made: true}, lifecycle.Page{})
	if err != nil || len(made) != 2 || !made[0].EpochAt.IsZero() || !made[1].EpochAt.IsZero() {
		t.Errorf("the vendor sees %+v, %v", made, err)
	}
	here, _, err := room.List(t.Context(), principal(k.Technician), fleet.Filter{}, lifecycle.Page{})
	if err != nil || len(here) != 1 || here[0].EpochAt.IsZero() {
		t.Errorf("the custodian sees %+v, %v", here, err)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mine, sold, theirs := k.Registered(t), k.Sold(t), k.life(t)
	tests := []struct {
		name, query string
		who         lifecycle.Actor
		want        int
	}{
		{"in any letter case, of any brand", "?serial=sn-000001", k.Clerk, 1},
		{"with the brand", "?brand=acme&serial=" + mine.Key.Serial, k.Clerk, 1},
		{"of another brand", "?brand=rival&serial=" + mine.Key.Serial, k.Clerk, 0},
		{"a former one", "?serial=" + sold.Key.Serial, k.Clerk, 1},
		{"another's", "?serial=" + sold.Key.Serial, k.Technician, 0},
		{"never made", "?serial=NEVER", k.Technician, 0},
		{"one's own", "?serial=" + theirs.Key.Serial, k.Technician, 1},
		{"of one's make", "?serial=" + theirs.Key.Serial, k.VendorAdmin, 1},
	}
	for _, tt := range tests {
		if got, _ := k.listed(t, tt.who, tt.query); len(got) != tt.want {
			t.Errorf("%s: %v, want %d", tt.name, got, tt.want)
		}
	}
	former := k.as(k.Clerk).Get("/v1/units?serial=" + sold.Key.Serial).Body
	hasNone(t, former, "state", "custody", "epoch")

	found := k.as(k.Clerk).Get("/units?serial=" + mine.Key.Serial)
	if want := "/units/acme/" + mine.Key.Serial; found.Status != http.StatusSeeOther || found.Header.Get("Location") != want {
		t.Errorf("one hit leads to %d %q, want %q", found.Status, found.Header.Get("Location"), want)
	}
	hasAll(t, k.as(k.Technician).Get("/units?serial=NEVER").Body, "No unit of this serial concerns you.")
	wrong := k.as(k.Clerk).Get("/units?brand=A_B&serial=%09")
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a search with mistakes: %d", wrong.Status)
	}
	hasAll(t, wrong.Body, "brand-mistake", "serial-mistake")
}

func TestPages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.life(t)
	k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(principal(k.Technician).Actor()), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldLegal}.Decide)
	page := k.as(k.Technician).Get("/units/" + unit.Key.Brand + "/" + unit.Key.Serial)
	if page.Status != http.StatusOK {
		t.Fatalf("page: %d %s", page.Status, page.Body)
	}
	hasAll(t, page.Body, "Cam One", unit.Key.Serial, "Taken back</span>", "Second Life", "Connected to its owner", "Its owner",
		"for legal reasons", "<details>")
	hasNone(t, page.Body, string(k.Owner.Person), "state.", "event.", "units.")
	former := k.as(k.Clerk).Get("/units/" + unit.Key.Brand + "/" + unit.Key.Serial)
	hasAll(t, former.Body, "You had this unit once.")
	hasNone(t, former.Body, "Taken back</span>", "Second Life", "for legal reasons")
	list := k.as(k.Technician).Get("/units?state=returned")
	hasAll(t, list.Body, unit.Key.Serial, "Taken back", `<option value="returned" selected>`)
	hasNone(t, list.Body, "/units/new")
	hasAll(t, k.as(k.VendorAdmin).Get("/units?made=on").Body, "/units/new", "Made by us")

	admitted := k.admitted(t, "X-1")
	hasAll(t, k.as(k.VendorAdmin).Get("/units/acme/X-1").Body, "Yes, we made it", `action="/units/acme/X-1/confirm"`)
	hasNone(t, k.as(k.Clerk).Get("/units/acme/X-1").Body, "Yes, we made it")
	done := k.as(k.VendorAdmin).PostForm("/units/acme/X-1/confirm", map[string][]string{"device_key": {deviceKey(t)}})
	if done.Status != http.StatusSeeOther {
		t.Errorf("confirm %s by form: %d %s", admitted.Key, done.Status, done.Body)
	}
	if got := k.site.As(access.Anonymous()).Get("/units"); got.Status != http.StatusSeeOther {
		t.Errorf("anonymous at the units: %d", got.Status)
	}
}

func TestEverythingHasAWord(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, state := range lifecycle.States() {
		codes = append(codes, "state."+string(state))
	}
	for _, event := range lifecycle.Events() {
		codes = append(codes, "event."+string(event))
	}
	for _, kind := range lifecycle.HoldKinds() {
		codes = append(codes, "hold."+string(kind))
	}
	for _, by := range []string{"staff", "machine", "owner", "unit", "service"} {
		codes = append(codes, "units.by."+by)
	}
	codes = append(codes, "unit.device-key", "unit.model", "unit.brand", "unit.gtin", "register.exists", "confirm.already",
		"done.registered", "done.confirmed")
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}

// TestScreens photographs the pages where -screens names a folder.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no folder given")
	}
	k := newKit(t)
	unit := k.life(t)
	k.admitted(t, "X-1")
	for range 3 {
		k.Registered(t)
	}
	k.as(k.Technician).Shoot(*screens, "/units", "/units/acme/"+unit.Key.Serial, "/units/acme/"+unit.Key.Serial+"?after="+"WyItMSJd")
	k.as(k.Clerk, lifecycle.RoleAdmin).Shoot(*screens, "/units?state=stock")
	k.as(k.VendorAdmin).Shoot(*screens, "/units/acme/X-1", "/units/new", "/units?made=on")
}
