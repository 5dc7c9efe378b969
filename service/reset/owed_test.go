package reset

import (
	"fmt"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// TestLeasesComeBackWithTheRoom: work that was leased when the store had no
// room is given back as soon as it has some, and does not wait for its lease to
// run out.
func TestLeasesComeBackWithTheRoom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	full := true
	b.store.fault = func(call string) error {
		if full && call != "claim" && call != "snapshot" {
			return fmt.Errorf("disk: %w", lifecycle.ErrBusy)
		}
		return nil
	}
	b.once()
	if r := b.store.row(unit, acme); !r.leaseUntil.After(b.clock.now()) {
		t.Fatalf("the work was given back while there was no room: %+v", r)
	}
	now := func() { // not once, which moves the clock to the end of the lease
		if _, err := b.worker.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	now() // still full: it is remembered
	full = false
	b.clock.set(b.clock.now().Add(2 * noRoomFor))
	now()
	now()
	if r := b.store.row(unit, acme); r.leaseUntil.After(b.clock.now()) {
		t.Errorf("with room again it is still leased: %+v", r)
	}
	if b.states(unit)[lifecycle.VerbInventory] == lifecycle.TaskOpen {
		t.Error("with room again nothing was done")
	}
	b.reports(unit)
	b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
}

// TestDebtsAreBounded: what does not fit is forgotten, and runs out by itself.
func TestDebtsAreBounded(t *testing.T) {
	t.Parallel()
	d := &debts{}
	for range 3 {
		d.add(make([]debt, debtsHeld/2)...)
	}
	if n := len(d.take()); n != debtsHeld {
		t.Errorf("%d are held, want %d", n, debtsHeld)
	}
	if n := len(d.take()); n != 0 {
		t.Errorf("%d are held twice", n)
	}
}

// TestADebtThatSomebodyElseHas: the lease ran out and was taken again; the late
// word about it is dropped.
func TestADebtThatSomebodyElseHas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.store.fault = func(call string) error {
		if call == "finish" {
			return fmt.Errorf("disk: %w", lifecycle.ErrBusy)
		}
		return nil
	}
	b.once()
	b.store.fault = func(string) error { return nil }
	b.clock.set(b.clock.now().Add(3 * time.Minute))
	other := b.newWorker(func(*Config) {})
	if _, err := other.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := b.store.row(unit, acme)
	b.worker.repay(t.Context())
	if after := b.store.row(unit, acme); after != before {
		t.Errorf("a late word changed the row from %+v to %+v", before, after)
	}
	if left := b.worker.debts.take(); len(left) > 0 {
		t.Errorf("%d debts are kept though they are nobody's", len(left))
	}
}
