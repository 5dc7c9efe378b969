package sweep

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestUnitThatChangedHandsWithoutAReturn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	honest := k.Bound(t)
	k.Clock.Add(time.Hour)
	unit = k.report(t, unit, lifecycle.ResetHard, storetest.Hex("another home"))
	k.Clock.Add(time.Hour)
	k.Bind(t, unit, k.Neighbour)
	run := k.run(t, ResoldWithoutReturn)
	if run.Flagged != 1 {
		t.Fatalf("run: %+v; want one flag", run)
	}
	if flags := k.flags(t, unit.ID, ResoldWithoutReturn); len(flags) != 1 || flags[0].Evidence["how"] != "another-owner" {
		t.Errorf("flags: %+v", flags)
	}
	if flags := k.flags(t, honest.ID, ResoldWithoutReturn); len(flags) != 0 {
		t.Errorf("an honest owner is flagged: %+v", flags)
	}
}

func TestOwnerWhoResetsAndBindsAgainIsNotFlagged(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	k.Clock.Add(time.Hour)
	unit = k.report(t, unit, lifecycle.ResetHard, storetest.Hex("home"))
	k.Clock.Add(time.Hour)
	k.Bind(t, unit, k.Owner)
	if run := k.run(t, ResoldWithoutReturn); run.Flagged != 0 {
		t.Errorf("run: %+v; want no flag", run)
	}
}

func TestReturnedUnitThatCallsFromHome(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.TakenBack(t)
	k.Clock.Add(time.Hour)
	k.report(t, unit, lifecycle.ResetNone, storetest.Hex("home"))
	k.run(t, ReturnedButAbsent)
	flags := k.flags(t, unit.ID, ReturnedButAbsent)
	if len(flags) != 1 || flags[0].Evidence["how"] != "calls-from-home" || flags[0].Severity != lifecycle.SeverityHigh {
		t.Errorf("flags: %+v", flags)
	}
}

func TestReturnedUnitThatNobodyTouchedForTwoWeeks(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.TakenBack(t)
	k.Clock.Add(13 * 24 * time.Hour)
	k.run(t, ReturnedButAbsent)
	if flags := k.flags(t, unit.ID, ReturnedButAbsent); len(flags) != 0 {
		t.Fatalf("flagged a day early: %+v", flags)
	}
	k.Clock.Add(2 * 24 * time.Hour)
	k.run(t, ReturnedButAbsent)
	if flags := k.flags(t, unit.ID, ReturnedButAbsent); len(flags) != 1 || flags[0].Evidence["how"] != "not-received" {
		t.Errorf("flags: %+v", flags)
	}
}

func TestShipmentThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.TakenBack(t)
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: "shp_late", To: k.Warehouse.ID}.Decide)
	k.Clock.Add(15 * 24 * time.Hour)
	k.run(t, ReturnedButAbsent)
	if flags := k.flags(t, unit.ID, lifecycle.FlagShipmentLate); len(flags) != 1 || flags[0].Org != k.Retailer.ID {
		t.Errorf("flags: %+v", flags)
	}
}

func TestResetThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.TakenBack(t)
	work, err := k.ClaimWork(t.Context(), k.Clock.Now(), time.Minute, 10)
	if err != nil || len(work) == 0 {
		t.Fatalf("work: %v, %v", work, err)
	}
	for _, w := range work {
		if err := k.FinishWork(t.Context(), w, k.Clock.Now().Add(time.Hour), false, "temporary"); err != nil {
			t.Fatal(err)
		}
	}
	k.Clock.Add(5 * time.Hour)
	k.run(t, StuckReset)
	if flags := k.flags(t, unit.ID, StuckReset); len(flags) != 0 {
		t.Fatalf("flagged too early: %+v", flags)
	}
	k.Clock.Add(2 * time.Hour)
	run := k.run(t, StuckReset)
	flags := k.flags(t, unit.ID, StuckReset)
	waits := map[string]bool{}
	for _, flag := range flags {
		waits[flag.Evidence["waits-for"]] = true
	}
	if !waits[storetest.Cloud] || waits["unit"] || run.Flagged != len(flags) {
		t.Errorf("run %+v, flags %+v; want one that waits for the cloud", run, flags)
	}
}

func TestUnitThatNobodyResetsForAWeek(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.TakenBack(t)
	k.Clock.Add(8 * 24 * time.Hour)
	k.run(t, StuckReset)
	for _, flag := range k.flags(t, unit.ID, StuckReset) {
		if flag.Evidence["waits-for"] == "unit" {
			return
		}
	}
	t.Error("a unit that waits for its reset for eight days is not flagged")
}

func TestASlotRunsOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	slot := k.Clock.Now()
	if _, err := k.sweep.runSlot(t.Context(), StuckReset, slot, order{}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.sweep.runSlot(t.Context(), StuckReset, slot, order{}); !errors.Is(err, lifecycle.ErrInFlight) {
		t.Errorf("second run of a slot: %v", err)
	}
	if _, err := k.sweep.RunOnce(t.Context(), "no-such-job"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("unknown job: %v", err)
	}
	statuses, err := k.sweep.Statuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range statuses {
		if (status.Job == StuckReset) == status.Started.IsZero() {
			t.Errorf("last run of %s: %+v", status.Job, status.SweepRun)
		}
	}
}

// Whoever may give a cloud up is led to it from the flag: while a customer has the
// unit its vendor, at a bench the bench. The rest is told nothing of it.
func TestAFlagLeadsToTheWaiver(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	const link = "was shut down for good?"
	unit := k.Bound(t)
	k.Must(t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: "ord_gone"}.Decide)
	raise := func(who string, org lifecycle.OrgID) string {
		flag, err := k.RaiseFlag(t.Context(), lifecycle.Flag{
			Unit: unit.ID, Kind: StuckReset, Cause: lifecycle.StuckCause(who, "ord_gone"), Severity: lifecycle.SeverityMedium, Org: org,
			Evidence: map[string]string{"waits-for": who}, FirstAt: k.Clock.Now(), LastAt: k.Clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		return "/flags/" + string(flag.ID)
	}
	vendor := site(t, k).As(officerOf(k.Vendor, "psn_vendor"))
	auditor := officerOf(k.Vendor, "psn_auditor")
	auditor.Roles = []lifecycle.Role{lifecycle.RoleAuditor}
	path := raise(storetest.Cloud, k.Vendor.ID)
	if body := vendor.Get(path).Body; !strings.Contains(body, link) || !strings.Contains(body, unit.Key.Serial+"/waive?cloud="+storetest.Cloud) {
		t.Errorf("the vendor's officer is not led to the waiver:\n%s", body)
	}
	if strings.Contains(site(t, k).As(auditor).Get(path).Body, link) {
		t.Error("an auditor is led to what they may not do")
	}
	if strings.Contains(vendor.Get(raise("unit", k.Vendor.ID)).Body, link) {
		t.Error("the unit itself can be given up")
	}
	k.Must(t, unit.ID, k.TakeBack())
	if strings.Contains(vendor.Get(path).Body, link) {
		t.Error("the vendor is led to a unit that a desk has")
	}
	if body := site(t, k).As(officerOf(k.Retailer, "psn_shop")).Get(raise("elsewhere", k.Retailer.ID)).Body; !strings.Contains(body, link) {
		t.Error("the desk's officer is not led to its own unit")
	}
}
