package reset_test

import (
	"testing"
	"time"

	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// released is a unit whose owner let go of it and asked that what the cloud has
// of it be deleted.
func (k *kit) released() lifecycle.UnitID {
	k.t.Helper()
	unit := k.Bound(k.t)
	if err := k.cloud.Link(k.t.Context(), unit.ID, string(k.Owner.Person), lifecycle.BindingOwner); err != nil {
		k.t.Fatal(err)
	}
	if err := k.cloud.Record(k.t.Context(), unit.ID, k.Clock.Now()); err != nil {
		k.t.Fatal(err)
	}
	k.Clock.Add(time.Minute)
	k.Must(k.t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord")), Erase: true}.Decide)
	return unit.ID
}

func (k *kit) erasure(unit lifecycle.UnitID) lifecycle.Task {
	k.t.Helper()
	task, found := k.snapshot(unit).Order.Task(lifecycle.TaskID(storetest.Cloud, lifecycle.VerbDelete))
	if !found {
		k.t.Fatal("the order asks for no deletion")
	}
	return task
}

func TestDeletionIsAskedForAndLookedAt(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.released()
	bound := k.snapshot(unit).Order.EraseBefore
	k.script.Once(lifecycle.VerbDelete, cloudtest.Down)
	k.during(time.Minute)
	if task := k.erasure(unit); task.State != lifecycle.TaskProven || task.Proof != "no-recording-found" {
		t.Errorf("deletion is %+v", task)
	}
	if order := k.snapshot(unit).Order; order.State != lifecycle.OrderDone {
		t.Errorf("the order is %s", order.State)
	}
	deletes := 0
	for _, call := range k.script.Calls() {
		if call.Verb != lifecycle.VerbDelete {
			continue
		}
		if deletes++; !call.Request.Before.Equal(bound) {
			t.Errorf("asked to delete what is older than %v, want %v", call.Request.Before, bound)
		}
	}
	if deletes != 2 {
		t.Errorf("asked %d times, want once in vain and once more", deletes)
	}
}

// A release that nobody asked to delete with deletes nothing, and neither does
// a return.
func TestNothingIsDeletedUnasked(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.Bound(t)
	k.Must(t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	k.takenBack()
	k.during(time.Minute)
	if n := k.script.Count(lifecycle.VerbDelete); n != 0 {
		t.Errorf("asked %d times to delete", n)
	}
}

// A hold that comes after the owner asked keeps the cloud from being asked: what
// is deleted does not come back.
func TestAHoldWithholdsDeletion(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.released()
	k.Must(t, unit, k.TakeBack())
	hold := lifecycle.HoldID(storetest.NewID("hld"))
	k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.Clerk), ID: hold, Kind: lifecycle.HoldLegal}.Decide)
	k.during(2 * time.Minute)
	if n := k.script.Count(lifecycle.VerbDelete); n != 0 || k.erasure(unit).State != lifecycle.TaskOpen {
		t.Errorf("under a hold: asked %d times, task %s", n, k.erasure(unit).State)
	}
	if task, _ := k.snapshot(unit).Order.Task(lifecycle.TaskID(storetest.Cloud, lifecycle.VerbUnbind)); !task.Done() {
		t.Errorf("the hold keeps the cloud from forgetting: %s", task.State)
	}
}
