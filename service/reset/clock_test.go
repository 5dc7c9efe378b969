package reset

import (
	"fmt"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// TestTheClockIsSetBack by an hour, or by years: what was opened and leased by
// the clock that was ahead is worked at now, and not when the right clock has
// caught up.
func TestTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{time.Hour, 10 * 365 * 24 * time.Hour} {
		b := setup(t)
		now := func() {
			if _, err := b.worker.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		now()
		leased := b.takenBack()
		b.store.fault = func(call string) error {
			if call == "finish" {
				return fmt.Errorf("killed: %w", errCrash)
			}
			return nil
		}
		now()
		b.store.fault = func(string) error { return nil }
		b.worker = b.newWorker(func(*Config) {})
		now()
		opened := b.takenBack()
		b.clock.set(b.clock.now().Add(-back))
		now()
		now()
		for _, unit := range []lifecycle.UnitID{leased, opened} {
			if r := b.store.row(unit, acme); r.Attempt == 0 || r.nextAt.Sub(b.clock.now()) > time.Hour || r.leaseUntil.After(b.clock.now().Add(time.Hour)) {
				t.Errorf("set back by %s, at %s the row of %s is %+v", back, b.clock.now(), unit, r)
			}
		}
		if got := b.states(opened)[lifecycle.VerbInventory]; got == lifecycle.TaskOpen {
			t.Errorf("set back by %s, the unit that was returned before waits for the clock", back)
		}
	}
}

func TestBackwards(t *testing.T) {
	t.Parallel()
	b := &backwards{}
	for i, step := range []struct {
		at   time.Duration
		want bool
	}{
		{0, true}, // nobody knows what was before
		{time.Second, false},
		{time.Hour, false},
		{time.Hour - setBack/2, false}, // a clock that is kept right
		{time.Hour - 2*setBack, true},
		{time.Hour - 2*setBack, false}, // told once
		{0, true},
	} {
		if got := b.since(noon.Add(step.at)); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
	b.forget()
	if !b.since(noon) {
		t.Error("forgotten, and not asked again")
	}
}

// TestAPullThatFailedComesAgain: the store had no room for it.
func TestAPullThatFailedComesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	pulls, full := 0, true
	b.store.fault = func(call string) error {
		if call != "pull" {
			return nil
		}
		pulls++
		if full {
			return fmt.Errorf("disk: %w", lifecycle.ErrBusy)
		}
		return nil
	}
	for range 3 {
		if _, err := b.worker.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		full = false
	}
	if pulls != 2 {
		t.Errorf("%d pulls, want one that failed and one that did not", pulls)
	}
}
