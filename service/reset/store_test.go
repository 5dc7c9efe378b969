package reset_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/reset"
	"quitclaim/service/store/storetest"
)

const delay = 5 * time.Second

// kit is a worker on the real store, with the built-in cloud behind a script.
type kit struct {
	*storetest.World
	t      *testing.T
	cloud  *builtin.Cloud
	script *cloudtest.Script
	worker *reset.Worker
}

func setup(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), t: t}
	k.cloud = builtin.New(builtin.Config{Door: k.World, Now: k.Clock.Now, Delay: delay, AccountHash: storetest.Hex})
	k.script = cloudtest.NewScript(k.cloud)
	k.worker = k.newWorker()
	return k
}

func (k *kit) newWorker() *reset.Worker {
	k.t.Helper()
	registry, err := cloud.NewRegistry(map[string]cloud.Peer{storetest.Cloud: {Cloud: k.script, Delay: delay}})
	if err != nil {
		k.t.Fatal(err)
	}
	worker, err := reset.New(reset.Config{
		Store: k.World, Clouds: registry, Now: k.Clock.Now, Log: slog.New(slog.DiscardHandler), Random: func() float64 { return 0 },
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return worker
}

// takenBack is a unit with its owner's link in the cloud, taken back.
func (k *kit) takenBack() lifecycle.UnitID {
	k.t.Helper()
	unit := k.Bound(k.t)
	if err := k.cloud.Link(k.t.Context(), unit.ID, string(k.Owner.Person), lifecycle.BindingOwner); err != nil {
		k.t.Fatal(err)
	}
	if err := k.cloud.Session(k.t.Context(), unit.ID, k.Clock.Now()); err != nil {
		k.t.Fatal(err)
	}
	k.Clock.Add(time.Minute)
	k.Must(k.t, unit.ID, k.TakeBack())
	return unit.ID
}

func (k *kit) reports(unit lifecycle.UnitID) {
	k.t.Helper()
	k.Must(k.t, unit, lifecycle.Heard{
		Command: k.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}), Order: lifecycle.OrderID(storetest.NewID("ord")),
		Report: lifecycle.Report{
			Epoch: k.snapshot(unit).Unit.Epoch, Kind: lifecycle.ResetHard, Verifier: storetest.Hex("made at the bench"),
			Firmware: "2.1.0", Digest: storetest.Hex("x"), At: k.Clock.Now(),
		},
	}.Decide)
}

func (k *kit) snapshot(unit lifecycle.UnitID) lifecycle.Snapshot {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// during lets time pass, a second at a time.
func (k *kit) during(d time.Duration) {
	k.t.Helper()
	for range d / time.Second {
		if _, err := k.worker.RunOnce(k.t.Context()); err != nil {
			k.t.Fatal(err)
		}
		k.Clock.Add(time.Second)
	}
}

func TestOnTheStoreAnOrderEndsInReset(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.takenBack()
	k.during(30 * time.Second)
	if got := k.snapshot(unit); got.Unit.State != lifecycle.StateReturned || !got.Probes[0].Dark {
		t.Errorf("before the unit spoke: %s, probes %v", got.Unit.State, got.Probes)
	}
	k.reports(unit)
	k.during(5 * time.Second)
	got := k.snapshot(unit)
	if got.Unit.State != lifecycle.StateReset || got.Order.State != lifecycle.OrderDone {
		t.Errorf("state %s, order %s", got.Unit.State, got.Order.State)
	}
	if len(got.Sightings) != 1 || got.Sightings[0].GoneAt.IsZero() {
		t.Errorf("sightings %+v: want the owner's, gone", got.Sightings)
	}
	stuck, _, err := k.StuckWork(t.Context(), k.Clock.Now().Add(time.Hour), lifecycle.Page{Limit: 10})
	if err != nil || len(stuck) != 0 {
		t.Errorf("work left: %v, %v", stuck, err)
	}
}

func TestOnTheStoreALieIsNoProof(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.takenBack()
	k.reports(unit)
	k.script.Always(cloudtest.Lie, lifecycle.VerbUnbind, lifecycle.VerbRevoke)
	k.during(2 * time.Minute)
	got := k.snapshot(unit)
	task, _ := got.Order.Task(lifecycle.TaskID(storetest.Cloud, lifecycle.VerbUnbind))
	if task.State != lifecycle.TaskAsked || got.Unit.State != lifecycle.StateReturned {
		t.Errorf("unbind is %s, the unit %s", task.State, got.Unit.State)
	}
	flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit, Kind: lifecycle.FlagAnswerWithoutEffect}, lifecycle.Page{Limit: 10})
	if err != nil || len(flags) != 1 {
		t.Errorf("flags %v, %v: want one, however often it was seen", flags, err)
	}
	k.script.Always(nil)
	k.during(5 * time.Minute)
	if got := k.snapshot(unit).Unit.State; got != lifecycle.StateReset {
		t.Errorf("after the cloud did what it said the unit is %s", got)
	}
}

// TestOnTheStoreACrashIsHealed: the worker dies with a lease in its hand, right
// after the return was committed, and in mid-call.
func TestOnTheStoreACrashIsHealed(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.takenBack()
	k.reports(unit)
	lease := 2 * time.Minute
	if works, err := k.ClaimWork(t.Context(), k.Clock.Now(), lease, 10); err != nil || len(works) != 2 {
		t.Fatalf("claimed %v, %v: want the cloud's work and the order's own", works, err)
	}
	k.worker = k.newWorker()
	k.during(time.Minute)
	if calls := k.script.Calls(); len(calls) != 0 {
		t.Errorf("another's lease was worked on: %v", calls)
	}
	k.during(2 * time.Minute)
	if got := k.snapshot(unit).Unit.State; got != lifecycle.StateReset {
		t.Errorf("the unit is %s", got)
	}
}

func TestOnTheStoreARunningWorkerEndsAnOrderByItself(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.takenBack()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.worker.Run(ctx) }()
	k.reports(unit)
	for deadline := time.Now().Add(20 * time.Second); k.snapshot(unit).Unit.State != lifecycle.StateReset; {
		if time.Now().After(deadline) {
			t.Fatalf("tasks %+v", k.snapshot(unit).Order.Tasks)
		}
		k.Clock.Add(time.Second)
		k.worker.Nudge(unit)
		<-time.After(5 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
