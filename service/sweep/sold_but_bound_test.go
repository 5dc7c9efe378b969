package sweep

import (
	"context"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestOldLinkIsFlaggedAndCutAndTheNewOwnerStays(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	before := k.Clock.Now().Add(time.Hour) // a link anew: one that ended stays ended
	unit := k.resold(t)
	clean := k.resold(t)
	k.link(t, unit, k.Owner, before) // the cloud had not forgotten the first owner

	run := k.run(t, SoldButBound)
	if run.Seen != 2 || run.Flagged != 1 || run.Failed != 0 {
		t.Fatalf("run: seen %d, flagged %d, failed %d; want 2, 1, 0", run.Seen, run.Flagged, run.Failed)
	}
	flags := k.flags(t, unit.ID, SoldButBound)
	if len(flags) != 1 || flags[0].Severity != lifecycle.SeverityCritical || flags[0].Evidence["age"] != string(lifecycle.AgeOld) {
		t.Fatalf("flags: %+v", flags)
	}
	if others := k.flags(t, clean.ID, SoldButBound); len(others) != 0 {
		t.Errorf("a clean unit is flagged: %+v", others)
	}
	snapshot, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	order, open := snapshot.OpenOrder()
	if !open || order.Kind != lifecycle.OrderCut || !order.Before.Equal(snapshot.Unit.ReturnedAt) {
		t.Fatalf("order: %+v, open %v; want one that ends what is older than the return", order, open)
	}
	if owner, ok := snapshot.Owner(); !ok || owner.Account != k.Neighbour.Person {
		t.Errorf("owner: %+v", owner)
	}
	// What the order asks of the cloud leaves the new owner's link alone.
	err = k.cloud.Unbind(t.Context(), cloud.Request{Unit: unit.ID, Key: unit.Key, Order: order.ID, Before: order.Before})
	if err != nil {
		t.Fatal(err)
	}
	left, err := k.cloud.Inventory(t.Context(), cloud.Request{Unit: unit.ID})
	if err != nil || len(left.Links) != 1 || left.Links[0].AccountHash != storetest.Hex(string(k.Neighbour.Person)) {
		t.Errorf("left in the cloud: %+v, %v", left, err)
	}
}

func TestTheSameFindingIsOneFlag(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	before := k.Clock.Now().Add(time.Hour) // a link anew: one that ended stays ended
	unit := k.resold(t)
	k.link(t, unit, k.Owner, before)
	k.run(t, SoldButBound)
	k.run(t, SoldButBound)
	flags := k.flags(t, unit.ID, SoldButBound)
	if len(flags) != 1 {
		t.Fatalf("%d flags for one finding", len(flags))
	}
	if _, err := k.WorkFlag(t.Context(), flags[0].ID, k.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	k.run(t, SoldButBound)
	if again := k.flags(t, unit.ID, SoldButBound); len(again) != 1 || again[0].State != lifecycle.FlagOpen {
		t.Errorf("the cause is back, and the flag is %+v", again)
	}
}

func TestOwnReturnBoughtAgainIsNewAndOfLowSeverity(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.certified(t)
	seller := k.Technician
	unit = k.Must(t, unit.ID, lifecycle.Sell{Command: k.By(seller), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide).Change.Unit
	k.Clock.Add(time.Hour)
	err := k.RecordProbe(t.Context(), unit.ID, lifecycle.Probe{Cloud: storetest.Cloud, At: k.Clock.Now(), Dark: true}, []lifecycle.Sighting{{
		Cloud: storetest.Cloud, AccountHash: storetest.Hex(string(k.Owner.Person)), Kind: lifecycle.BindingOwner,
		Since: unit.ReturnedAt.Add(-time.Hour), SeenAt: unit.ReturnedAt,
	}})
	if err != nil {
		t.Fatal(err)
	}
	k.link(t, unit, k.Owner, k.Clock.Now())
	k.run(t, SoldButBound)
	flags := k.flags(t, unit.ID, SoldButBound)
	if len(flags) != 1 || flags[0].Severity != lifecycle.SeverityLow {
		t.Fatalf("flags: %+v; want one of low severity", flags)
	}
	snapshot, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if order, open := snapshot.OpenOrder(); open {
		t.Errorf("a customer who bought their own return again is cut off: %+v", order)
	}
}

func TestCertifiedUnitThatSomebodyBindsGoesBack(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.certified(t)
	k.Clock.Add(time.Hour)
	k.link(t, unit, k.Owner, k.Clock.Now())
	k.run(t, SoldButBound)
	snapshot, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if snapshot.Unit.State != lifecycle.StateReturned || snapshot.Unit.Epoch != unit.Epoch+1 {
		t.Errorf("state %s, epoch %d; want returned at %d", snapshot.Unit.State, snapshot.Unit.Epoch, unit.Epoch+1)
	}
}

func TestCertifiedUnitStaysFreshlyProbed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.certified(t)
	k.Clock.Add(30 * time.Hour)
	k.run(t, SoldButBound)
	snapshot, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if asOf := snapshot.AsOf(); k.Clock.Now().Sub(asOf) > time.Minute {
		t.Errorf("last probe at %s, it is %s", asOf, k.Clock.Now())
	}
}

// deaf is a cloud that does not answer probes.
type deaf struct{ *builtin.Cloud }

func (deaf) Probe(context.Context, cloud.Request) (cloud.Probe, error) {
	return cloud.Probe{}, cloud.ErrTemporary
}

func TestUnitOfADeafCloudStaysDue(t *testing.T) {
	t.Parallel()
	k := kitWith(t, func(own *builtin.Cloud) cloud.Cloud { return deaf{own} })
	unit := k.resold(t)
	run := k.run(t, SoldButBound)
	if run.Failed != 1 || run.Flagged != 0 {
		t.Fatalf("run: %+v; want one failed", run)
	}
	due, _, err := k.WatchedUnits(t.Context(), time.Time{}, k.Clock.Now().Add(time.Minute), lifecycle.Page{Limit: 10})
	if err != nil || len(due) != 1 || due[0].Unit.ID != unit.ID {
		t.Errorf("due: %v, %v; want the unit that could not be asked about", due, err)
	}
}
