package reset

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"quitclaim/service/cloud/cloudtest"
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
		b.clock.back(back)
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

// TestAnOrderOfAClockThatWasAhead is asked for at the pace of any other, and a cloud
// that says yes in vain is told on: not at every tick, and not only when the right
// clock has caught up.
func TestAnOrderOfAClockThatWasAhead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Lie, lifecycle.VerbUnbind)
	b.until("asked", func() bool { return b.task(unit, lifecycle.VerbUnbind).State == lifecycle.TaskAsked })
	b.clock.back(365 * 24 * time.Hour)
	before := b.script.Count(lifecycle.VerbInventory)
	for range 6 * 60 {
		if _, err := b.worker.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.clock.set(b.clock.now().Add(time.Minute))
	}
	if n := b.script.Count(lifecycle.VerbInventory) - before; n > 60 {
		t.Errorf("it was looked at %d times in 6 hours", n)
	}
	if unbind := b.task(unit, lifecycle.VerbUnbind); unbind.AskedAt.After(b.clock.now()) {
		t.Errorf("unbind is dated %+v, and it is %v", unbind, b.clock.now())
	}
	if !slices.Contains(b.flags(), lifecycle.FlagAnswerWithoutEffect) {
		t.Errorf("flags %v: a cloud that does nothing is not told on", b.flags())
	}
}

// TestWhatIsDatedAheadIsDatedAnew: by its old date nothing more would be looked at
// until the clock that was set back has caught up.
func TestWhatIsDatedAheadIsDatedAnew(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		ahead time.Duration
		want  bool
	}{"a year": {365 * 24 * time.Hour, true}, "a clock that is kept right": {setBack / 2, false}, "not": {-time.Hour, false}} {
		task := lifecycle.Task{Verb: lifecycle.VerbUnbind, State: lifecycle.TaskProven, Proof: proofUnbound, DoneAt: noon.Add(row.ahead)}
		got, changed := (&asking{}).judge(task, look{at: noon})
		if changed != row.want || got.State != lifecycle.TaskProven || got.DoneAt.Equal(noon) != row.want {
			t.Errorf("%s ahead: %+v, changed %v; want it dated anew %v", name, got, changed, row.want)
		}
	}
}
