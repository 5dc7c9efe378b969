package overview_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/fleet/overview"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// kit is the room on a real store, behind the real shell.
type kit struct {
	*storetest.World
	room *overview.Room
	site *webtest.Site
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	room := overview.New(overview.Config{Store: w.Store, Now: w.Clock.Now})
	handler, err := overview.NewHandler(room)
	if err != nil {
		t.Fatal(err)
	}
	return &kit{w, room, webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = w.Clock.Now })}
}

func principal(a lifecycle.Actor) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: a.Roles, Name: "Mara"}
}

// busy is a shop with something of everything.
func (k *kit) busy(t *testing.T) lifecycle.Unit {
	t.Helper()
	k.Registered(t)
	k.Clock.Add(40 * 24 * time.Hour)
	k.Registered(t)
	k.Sold(t)
	unit := k.TakenBack(t)
	k.Must(t, k.Registered(t).ID, lifecycle.Ship{
		Command: k.By(k.Clerk), ID: lifecycle.ShipmentID(storetest.NewID("shp")), To: k.Warehouse.ID,
	}.Decide)
	k.Clock.Add(2 * time.Hour)
	return unit
}

// Each organisation sees its own side of the same units.
func TestEverybodySeesTheirOwnSide(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.busy(t)
	shop, err := k.room.Look(t.Context(), principal(k.Clerk))
	if err != nil {
		t.Fatal(err)
	}
	states := map[lifecycle.State]overview.Count{}
	for _, row := range shop.Units {
		states[row.State] = row.Units
	}
	if diff := cmp.Diff(map[lifecycle.State]overview.Count{"stock": 3, "returned": 1}, states); diff != "" {
		t.Errorf("the shop's units (-want +got):\n%s", diff)
	}
	waits := map[overview.Waiter]overview.Count{}
	for _, row := range shop.Waits {
		waits[row.For] += row.Units
	}
	if waits[overview.WaitsForCloud] != 1 || waits[overview.WaitsForReset] != 1 || waits[overview.WaitsForNext] != 1 || waits[overview.WaitsForArrival] != 0 {
		t.Errorf("the shop waits for %v", waits)
	}
	if len(shop.Stuck) == 0 || shop.Stuck[0].Key != unit.Key || shop.Stuck[0].Model != k.Model.Name || shop.Made != nil || shop.CameBack != nil {
		t.Errorf("stuck at the shop: %+v; made %v, came back %v", shop.Stuck, shop.Made, shop.CameBack)
	}
	if last := shop.Returns[len(shop.Returns)-1]; len(shop.Returns) != 30 || last.Count != 1 || !last.Day.Equal(k.Clock.Now().Truncate(24*time.Hour)) {
		t.Errorf("%d days of returns, the last %+v", len(shop.Returns), last)
	}
	next, errNext := k.room.Look(t.Context(), principal(k.Technician))
	maker, errMaker := k.room.Look(t.Context(), principal(k.VendorAdmin))
	if err := errors.Join(errNext, errMaker); err != nil {
		t.Fatal(err)
	}
	if len(next.Units) != 0 || len(next.Stuck) != 0 || len(next.Waits) != 1 || next.Waits[0].For != overview.WaitsForArrival {
		t.Errorf("the warehouse sees %+v", next)
	}
	if len(maker.Units) != 0 || len(maker.Made) != 3 || len(maker.Stuck) == 0 || maker.Stuck[0].Holder != k.Retailer.Name || maker.CameBack[29].Count != 1 {
		t.Errorf("the vendor sees %+v", maker)
	}
	if _, err := k.room.Look(t.Context(), principal(k.Owner)); !errors.Is(err, lifecycle.ErrForbidden) {
		t.Errorf("an owner's overview: %v", err)
	}
}

// Flags are for those who may read flags.
func TestFlagsAreForThoseWhoReadThem(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	clerk, errClerk := k.room.Look(t.Context(), principal(k.Clerk))
	officer, errOfficer := k.room.Look(t.Context(), principal(k.Officer))
	if err := errors.Join(errClerk, errOfficer); err != nil {
		t.Fatal(err)
	}
	if clerk.Flags != nil || len(officer.Flags) != 4 || officer.Flags[0].Severity != lifecycle.SeverityCritical {
		t.Errorf("a clerk sees flags %v, an officer %v", clerk.Flags, officer.Flags)
	}
}

// Every number that a chart draws stands in a table, and the JSON says the same.
func TestThePageHasATableBehindEachChart(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.busy(t)
	client := k.site.As(principal(k.Clerk))
	page := client.Get("/overview")
	if page.Status != http.StatusOK {
		t.Fatalf("page: %d %s", page.Status, page.Body)
	}
	tables, charts := strings.Count(page.Body, "<table"), strings.Count(page.Body, "<svg viewBox=\"0 0 420")
	if charts != 1 || tables < charts+3 || !strings.Contains(page.Body, `href="/units/`+unit.Key.Brand+"/"+unit.Key.Serial) {
		t.Errorf("%d charts, %d tables in %s", charts, tables, page.Body)
	}
	if styled := regexp.MustCompile(`style=|fill="#`).FindString(page.Body); styled != "" {
		t.Errorf("%q: charts take their colours from the sheet, for both themes and the policy", styled)
	}
	var body struct {
		Units []struct {
			State string
			Units int
			Ages  map[string]int
		}
		Returns []struct {
			Day   string
			Count int
		}
	}
	answer := client.Get("/v1/overview")
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("API: %d, %v: %s", answer.Status, err, answer.Body)
	}
	if len(body.Units) != 2 || body.Units[0].Ages["older"] != 1 || body.Units[0].Ages["day"] != 2 || len(body.Returns) != 30 || body.Returns[29].Count != 1 {
		t.Errorf("API: %s", answer.Body)
	}
}

// A word is missing for nothing that a row can say.
func TestEveryRowHasItsWords(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, waiter := range overview.Waiters() {
		codes = append(codes, "overview.for."+string(waiter))
	}
	for _, band := range lifecycle.AgeBands() {
		codes = append(codes, "overview.age."+string(band))
	}
	source, err := os.ReadFile("../../reset/code.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`code\w+ += "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		codes = append(codes, "overview.code."+found[1])
	}
	missing, err := messages.Missing(append(codes, "overview.code.silent", "overview.code.unit-silent")...)
	if err != nil || len(missing) > 0 || len(codes) < 20 {
		t.Errorf("%d codes, missing %v, %v", len(codes), missing, err)
	}
}
