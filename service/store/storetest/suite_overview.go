package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func overviewScenarios() []scenario {
	return []scenario{
		{"an overview counts what an organisation has, by state and age", overviewCounts},
		{"an overview says what returned units wait for, and what is stuck", overviewWaits},
		{"an overview counts returns by day, and flags by severity", overviewDays},
		{"a receipt's number leads to its units, in its own organisation", byReceipt},
	}
}

func (w *World) overview(t *testing.T, org lifecycle.OrgID, vendor bool) lifecycle.Overview {
	t.Helper()
	o, err := w.Store.Overview(t.Context(), lifecycle.OverviewQuery{
		Org: org, Vendor: vendor, Now: w.Clock.Now(), Days: 3, StuckAfter: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// counted are the tallies that are not zero.
func counted(tallies []lifecycle.Tally) map[lifecycle.Tally]bool {
	found := map[lifecycle.Tally]bool{}
	for _, tally := range tallies {
		if tally.Units > 0 {
			found[tally] = true
		}
	}
	return found
}

func overviewCounts(t *testing.T, w *World) {
	w.Registered(t)
	w.Clock.Add(8 * 24 * time.Hour)
	w.Registered(t)
	w.Sold(t)
	w.TakenBack(t)
	shop := w.overview(t, w.Retailer.ID, false)
	want := map[lifecycle.Tally]bool{
		{State: lifecycle.StateStock, Age: lifecycle.BandMonth, Units: 1}:  true,
		{State: lifecycle.StateStock, Age: lifecycle.BandDay, Units: 1}:    true,
		{State: lifecycle.StateReturned, Age: lifecycle.BandDay, Units: 1}: true,
	}
	if diff := cmp.Diff(want, counted(shop.AtHand)); diff != "" || len(shop.Made) != 0 {
		t.Errorf("shop made %v, has (-want +got):\n%s", shop.Made, diff)
	}
	maker := w.overview(t, w.Vendor.ID, true)
	want = map[lifecycle.Tally]bool{
		{State: lifecycle.StateStock, Units: 2}:    true,
		{State: lifecycle.StateSold, Units: 1}:     true,
		{State: lifecycle.StateReturned, Units: 1}: true,
	}
	if diff := cmp.Diff(want, counted(maker.Made)); diff != "" || len(counted(maker.AtHand)) != 0 {
		t.Errorf("vendor has %v, made (-want +got):\n%s", counted(maker.AtHand), diff)
	}
}

func overviewWaits(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	w.Must(t, w.Registered(t).ID, lifecycle.Ship{
		Command: w.By(w.Clerk), ID: lifecycle.ShipmentID(NewID("shp")), To: w.Warehouse.ID,
	}.Decide)
	order := w.snapshot(t, unit.ID).Order
	clouds, _ := w.claimAll(t)
	for _, work := range clouds {
		if err := w.FinishWork(t.Context(), work, w.Clock.Now().Add(time.Hour), false, "unreachable"); err != nil {
			t.Fatal(err)
		}
	}
	since := w.Clock.Now()
	if early := w.overview(t, w.Retailer.ID, false); len(early.Stuck) != 0 {
		t.Errorf("stuck at once: %+v", early.Stuck)
	}
	w.Clock.Add(2 * time.Hour)
	for org, vendor := range map[lifecycle.OrgID]bool{w.Retailer.ID: false, w.Vendor.ID: true} {
		o := w.overview(t, org, vendor)
		found := false
		for _, stuck := range o.Stuck {
			if stuck.Cloud == Cloud {
				found = stuck.Key == unit.Key && stuck.Org == w.Retailer.ID && stuck.Code == "unreachable" && stuck.Attempt > 0
			}
		}
		if !found {
			t.Errorf("%s sees stuck %+v, want the cloud's work with its reason", org, o.Stuck)
		}
	}
	shop, next := w.overview(t, w.Retailer.ID, false), w.overview(t, w.Warehouse.ID, false)
	if shop.Departing != 1 || shop.Arriving != 0 || next.Arriving != 1 || len(next.Waits) != 0 {
		t.Errorf("on the way: shop %d and %d, warehouse %d, which waits for %v", shop.Departing, shop.Arriving, next.Arriving, next.Waits)
	}
	waits := map[lifecycle.Wait]bool{}
	for _, wait := range shop.Waits {
		wait.Since = wait.Since.UTC()
		waits[wait] = true
	}
	want := map[lifecycle.Wait]bool{{Cloud: Cloud, Units: 1, Since: since}: true}
	for _, task := range order.Tasks {
		if task.Cloud == "" {
			want[lifecycle.Wait{Verb: task.Verb, Units: 1, Since: since}] = true
		}
	}
	if w.snapshot(t, unit.ID).Return.Authority == lifecycle.AuthorityNone {
		want[lifecycle.Wait{Units: 1, Since: since}] = true
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func overviewDays(t *testing.T, w *World) {
	today := w.Clock.Now().UTC().Truncate(24 * time.Hour)
	w.TakenBack(t)
	w.TakenBack(t)
	w.Clock.Add(48 * time.Hour)
	unit := w.TakenBack(t)
	w.raise(t, w.flag(unit.ID, "one"))
	want := []lifecycle.DayCount{{Day: today, Count: 2}, {Day: today.AddDate(0, 0, 2), Count: 1}}
	shop, maker := w.overview(t, w.Retailer.ID, false), w.overview(t, w.Vendor.ID, true)
	if diff := cmp.Diff(want, shop.Returns); diff != "" {
		t.Errorf("returns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, maker.CameBack); diff != "" || len(shop.CameBack) != 0 || len(maker.Returns) != 0 {
		t.Errorf("shop %v, vendor's desks %v, came back (-want +got):\n%s", shop.CameBack, maker.Returns, diff)
	}
	severity := w.flag(unit.ID, "one").Severity
	if diff := cmp.Diff([]lifecycle.FlagCount{{Severity: severity, Count: 1}}, maker.Flags); diff != "" {
		t.Errorf("vendor's flags (-want +got):\n%s", diff)
	}
	w.Clock.Add(24 * time.Hour)
	if diff := cmp.Diff(want[1:], w.overview(t, w.Retailer.ID, false).Returns); diff != "" {
		t.Errorf("a day later (-want +got):\n%s", diff)
	}
}

func byReceipt(t *testing.T, w *World) {
	unit := w.Registered(t)
	w.Registered(t)
	sell := lifecycle.Sell{Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal")), ReceiptHash: w.ReceiptHash(w.Retailer.ID, "4711")}
	if _, err := w.AdvanceWithReceipt(t.Context(), unit.ID, w.Retailer.ID, "4711", sell.Decide); err != nil {
		t.Fatal(err)
	}
	own, err := w.UnitsByReceipt(t.Context(), w.Retailer.ID, " 4711 ", 10)
	if err != nil || len(own) != 1 || own[0].ID != unit.ID {
		t.Errorf("by receipt: %v, %v; want %s", own, err, unit.ID)
	}
	other, err := w.UnitsByReceipt(t.Context(), w.Warehouse.ID, "4711", 10)
	none, errNone := w.UnitsByReceipt(t.Context(), w.Retailer.ID, "4712", 10)
	if err != nil || errNone != nil || len(other)+len(none) != 0 {
		t.Errorf("another's %v, %v; another number %v, %v; want none", other, err, none, errNone)
	}
}
