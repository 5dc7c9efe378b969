package reset

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

// TestCrashAnywhereHeals kills the worker at its first, second, third … call
// to store or cloud, before the call and after its effect, until a run gets
// through alive. A successor on the same rows must always bring the unit home,
// and nothing may ever have been proven that was not so.
func TestCrashAnywhereHeals(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		survived := crashAt(t, int64(at))
		if survived {
			if at < 30 {
				t.Errorf("a run needs %d calls only: the test does not reach the worker", at)
			}
			return
		}
	}
}

// crashAt reports whether the run ended before the crash.
func crashAt(t *testing.T, at int64) bool {
	t.Helper()
	b := setup(t)
	unit := b.takenBack()
	b.reports(unit)
	b.store.check = func(change lifecycle.Change) { b.onlyTruth(change) }
	calls, dead := &atomic.Int64{}, &atomic.Bool{}
	crash := func() error {
		if dead.Load() || calls.Add(1) == at {
			dead.Store(true)
			return errCrash
		}
		return nil
	}
	b.store.fault = func(string) error { return crash() }
	b.script.Always(func(_ context.Context, call func() error) error {
		if err := crash(); err != nil {
			return err
		}
		if err := call(); err != nil {
			return err
		}
		return crash()
	})
	for range 200 {
		if dead.Load() || b.state(unit) == lifecycle.StateReset {
			break
		}
		due, _ := b.store.nextDue()
		b.clock.set(due)
		// Errors are what a crash looks like from inside.
		_, _ = b.worker.RunOnce(context.Background())
	}
	survived := !dead.Load()
	b.store.fault = func(string) error { return nil }
	b.script.Always(nil)
	b.worker = b.newWorker(func(*Config) {})
	if b.state(unit) != lifecycle.StateReset {
		b.until("reset after a crash", func() bool { return b.state(unit) == lifecycle.StateReset })
	}
	if links := b.inventory(unit); len(links) != 0 {
		t.Errorf("crash at call %d: still bound: %v", at, links)
	}
	return survived
}

// onlyTruth holds a change against the cloud as it really is.
func (b *bundle) onlyTruth(change lifecycle.Change) {
	for _, order := range change.Orders {
		for _, task := range order.Tasks {
			if task.State != lifecycle.TaskProven || !acts(task.Verb) {
				continue
			}
			probe, err := b.cloud.Probe(context.Background(), cloud.Request{Unit: change.Unit.ID})
			if err != nil {
				b.Error(err)
			}
			seen := look{probe: probe, probed: true, before: order.Before}
			if _, ok := seen.shows(task.Verb, order); !ok {
				b.Errorf("%s is proven by %q at %s, and the cloud shows %+v", task.Verb, task.Proof, change.At, probe)
			}
		}
	}
}

// TestLastTaskAndProveAreTwoSteps: between them the process dies, and the
// order's own row issues the rest.
func TestLastTaskAndProveAreTwoSteps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.reports(unit)
	b.until("the delay", func() bool { return b.task(unit, lifecycle.VerbUnbind).Done() })
	last := false
	b.store.fault = func(call string) error {
		if call == "advance" && last {
			return errCrash
		}
		last = last || call == "advanced"
		return nil
	}
	b.until("the probe", func() bool { return b.task(unit, lifecycle.VerbProbe).Done() })
	if got := b.state(unit); got != lifecycle.StateReturned {
		t.Fatalf("the crash came too late: %s", got)
	}
	b.store.fault = func(string) error { return nil }
	b.clock.set(b.clock.now().Add(time.Minute))
	b.script.Always(cloudtest.Down) // no cloud is needed for it any more
	b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
}
