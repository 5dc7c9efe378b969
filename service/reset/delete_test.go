package reset_test

import (
	"context"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// recorded is a unit of which its owner's cloud has a recording.
func (k *kit) recorded() lifecycle.Unit {
	k.t.Helper()
	unit := k.Bound(k.t)
	if err := k.cloud.Link(k.t.Context(), unit.ID, string(k.Owner.Person), lifecycle.BindingOwner); err != nil {
		k.t.Fatal(err)
	}
	k.record(unit.ID)
	k.Clock.Add(time.Minute)
	return unit
}

func (k *kit) record(unit lifecycle.UnitID) time.Time {
	k.t.Helper()
	at := k.Clock.Now()
	if err := k.cloud.Record(k.t.Context(), unit, at); err != nil {
		k.t.Fatal(err)
	}
	return at
}

// released is a unit whose owner let go of it, with their word on deletion.
func (k *kit) released(erase bool) lifecycle.UnitID {
	k.t.Helper()
	unit := k.recorded()
	k.Must(k.t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord")), Erase: erase}.Decide)
	return unit.ID
}

// deletion is the one of the unit's first owner.
func (k *kit) deletion(unit lifecycle.UnitID) lifecycle.Deletion {
	k.t.Helper()
	past, err := k.PastOf(k.t.Context(), k.Owner.Person)
	if err != nil || len(past) == 0 {
		k.t.Fatalf("no past: %v", err)
	}
	list, err := k.DeletionsOf(k.t.Context(), unit, past[0].Binding.ID)
	if err != nil || len(list) != 1 {
		k.t.Fatalf("deletions %v, %v; want one", list, err)
	}
	return list[0]
}

// left is how many recordings the cloud has, of whatever time.
func (k *kit) left(unit lifecycle.UnitID, from, before time.Time) bool {
	k.t.Helper()
	found, err := k.CloudRecordings(k.t.Context(), unit, from, before)
	if err != nil {
		k.t.Fatal(err)
	}
	return found.Any()
}

func TestWhatItsOwnerAskedForIsDeletedAndLookedAt(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.released(true)
	k.script.Once(lifecycle.VerbDelete, cloudtest.Down)
	k.during(time.Minute)
	x := k.deletion(unit)
	if x.State != lifecycle.TaskProven || x.Proof != "nothing-kept" || k.left(unit, time.Time{}, time.Time{}) {
		t.Errorf("deletion is %+v", x)
	}
	if order := k.snapshot(unit).Order; order.State != lifecycle.OrderDone {
		t.Errorf("the order is %s", order.State)
	}
	deletes := 0
	for _, call := range k.script.Calls() {
		if call.Verb != lifecycle.VerbDelete {
			continue
		}
		deletes++
		if r := call.Request; !r.Before.Equal(x.Before) || !r.From.Equal(x.From) || r.Order != lifecycle.OrderID(x.Binding) {
			t.Errorf("asked with %+v, want what was made from %v until %v", r, x.From, x.Before)
		}
	}
	if deletes != 2 {
		t.Errorf("asked %d times, want once in vain and once more", deletes)
	}
}

// Thirty days, and not a second less. The unit is somebody else's by then, and
// what they have recorded stays.
func TestTheNextOwnersRecordingsStay(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.recorded()
	k.Must(t, unit.ID, k.TakeBack())
	ended := k.snapshot(unit.ID).Unit.EpochAt
	k.during(time.Minute)
	k.reports(unit.ID)
	k.during(10 * time.Second)
	k.Clock.Add(time.Hour)
	k.record(unit.ID) // whoever has it now
	k.Clock.Add(ended.Add(lifecycle.DeleteAfter - 3*time.Second).Sub(k.Clock.Now()))
	k.during(2 * time.Second)
	if n := k.script.Count(lifecycle.VerbDelete); n != 0 || !k.left(unit.ID, time.Time{}, ended) {
		t.Fatalf("a second before its date: asked %d times", n)
	}
	k.during(time.Minute)
	if x := k.deletion(unit.ID); x.State != lifecycle.TaskProven || !x.Before.Equal(ended) {
		t.Errorf("after its date: %+v", x)
	}
	if k.left(unit.ID, time.Time{}, ended) || !k.left(unit.ID, ended, time.Time{}) {
		t.Error("deleted something else than what was recorded before the end")
	}
}

// A hold keeps the cloud from being asked, whoever asked and whatever the date;
// and a while longer once it was lifted.
func TestAHoldWithholdsDeletion(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]bool{"asked": true, "by its date": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			unit := k.released(asked)
			k.Must(t, unit, k.TakeBack())
			hold := lifecycle.HoldID(storetest.NewID("hld"))
			k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.Clerk), ID: hold, Kind: lifecycle.HoldLegal}.Decide)
			k.during(10 * time.Second)
			k.Clock.Add(2 * lifecycle.DeleteAfter)
			k.during(10 * time.Second)
			if n := k.script.Count(lifecycle.VerbDelete); n != 0 || k.deletion(unit).State != lifecycle.TaskOpen {
				t.Errorf("under a hold: asked %d times, %s", n, k.deletion(unit).State)
			}
			if task, _ := k.snapshot(unit).Order.Task(lifecycle.TaskID(storetest.Cloud, lifecycle.VerbUnbind)); !task.Done() {
				t.Errorf("the hold keeps the cloud from forgetting: %s", task.State)
			}
			k.Must(t, unit, lifecycle.LiftHold{Command: k.By(k.Clerk), Hold: hold}.Decide)
			second := k.Clerk
			second.Person = "psn_second"
			k.Must(t, unit, lifecycle.LiftHold{Command: k.By(second), Hold: hold}.Decide)
			k.Clock.Add(lifecycle.AfterHold - 5*time.Second)
			k.during(2 * time.Second)
			if n := k.script.Count(lifecycle.VerbDelete); n != 0 {
				t.Errorf("right after the hold: asked %d times", n)
			}
			k.during(time.Minute)
			if x := k.deletion(unit); x.State != lifecycle.TaskProven {
				t.Errorf("a week after the hold: %+v", x)
			}
		})
	}
}

// A hold that comes between the first ask and the next one stops the next.
func TestAHoldStopsWhatWasBegun(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.released(true)
	k.script.Always(cloudtest.Down, lifecycle.VerbDelete)
	k.during(5 * time.Second)
	before := k.script.Count(lifecycle.VerbDelete)
	if before == 0 {
		t.Fatal("nothing was begun")
	}
	k.Must(t, unit, k.TakeBack())
	k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.Clerk), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldRecall}.Decide)
	k.script.Always(nil)
	k.during(3 * time.Minute)
	if after := k.script.Count(lifecycle.VerbDelete); after != before || !k.left(unit, time.Time{}, time.Time{}) {
		t.Errorf("asked %d times more under a hold", after-before)
	}
}

// A cloud that says yes and keeps everything is asked again, is a finding, and
// proves nothing; one that does not say what it keeps is taken at its word, and
// the proof says so.
func TestACloudsYesIsNoDeletion(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.released(true)
	k.script.Always(cloudtest.Lie, lifecycle.VerbDelete)
	k.during(2 * time.Minute)
	if x := k.deletion(unit); x.State != lifecycle.TaskAsked || k.script.Count(lifecycle.VerbDelete) < 3 {
		t.Errorf("a cloud that lies: %+v, asked %d times", x, k.script.Count(lifecycle.VerbDelete))
	}
	flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit, Kind: lifecycle.FlagAnswerWithoutEffect}, lifecycle.Page{Limit: 10})
	if err != nil || len(flags) != 1 || flags[0].Evidence["verb"] != "delete" {
		t.Errorf("flags %v, %v: want one, however often it was seen", flags, err)
	}
	k.script.Always(nil)
	k.during(5 * time.Minute)
	if x := k.deletion(unit); x.State != lifecycle.TaskProven {
		t.Errorf("after it did what it said: %+v", x)
	}

	mute := setup(t)
	mute.script = cloudtest.NewScript(silentOnKept{mute.cloud})
	mute.worker = mute.newWorker()
	unit = mute.released(true)
	mute.during(time.Minute)
	if x := mute.deletion(unit); x.Proof != lifecycle.ProofByItsWord {
		t.Errorf("a cloud that does not say: %+v", x)
	}
}

// silentOnKept is a cloud that does not say what it keeps out of reach.
type silentOnKept struct{ cloud.Cloud }

func (s silentOnKept) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	probe, err := s.Cloud.Probe(ctx, r)
	probe.Kept = cloud.KeptUnknown
	return probe, err
}

// A contest keeps everything while it stands. Upheld, nothing goes before whose
// time it was asks, however long that takes.
func TestAContestKeepsTheEvidence(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.recorded().ID
	k.Must(t, unit, k.TakeBack())
	k.during(10 * time.Second)
	k.Clock.Add(lifecycle.DeleteAfter - time.Hour)
	contest := lifecycle.HoldID(storetest.NewID("hld"))
	k.Must(t, unit, lifecycle.Contest{Command: k.By(k.Owner), ID: contest}.Decide)
	k.Clock.Add(lifecycle.DeleteAfter)
	k.during(10 * time.Second)
	if n := k.script.Count(lifecycle.VerbDelete); n != 0 {
		t.Errorf("under a contest: asked %d times", n)
	}
	second := k.Clerk
	second.Person = "psn_second"
	for _, officer := range []lifecycle.Actor{k.Clerk, second} {
		k.Must(t, unit, lifecycle.RuleContest{Command: k.By(officer), Hold: contest, Outcome: lifecycle.RulingUpheld, Reason: "was-stolen"}.Decide)
	}
	k.Must(t, unit, lifecycle.Cancel{
		Command: k.By(k.Clerk), Return: k.snapshot(unit).Return.ID, Order: lifecycle.OrderID(storetest.NewID("ord")), UnitPresent: true,
	}.Decide)
	k.Clock.Add(10 * lifecycle.DeleteAfter)
	k.during(10 * time.Second)
	if n := k.script.Count(lifecycle.VerbDelete); n != 0 || !k.left(unit, time.Time{}, time.Time{}) {
		t.Errorf("upheld, and nobody asked: asked %d times", n)
	}
	k.Must(t, unit, lifecycle.WantDeletion{Command: k.By(k.Owner), Binding: k.deletion(unit).Binding}.Decide)
	k.during(30 * time.Second)
	if x := k.deletion(unit); x.State != lifecycle.TaskProven || k.left(unit, time.Time{}, time.Time{}) {
		t.Errorf("asked for: %+v", x)
	}
}
