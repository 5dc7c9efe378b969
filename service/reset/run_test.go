package reset

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

// running starts Run and gives what ends it and waits for it.
func (b *bundle) running() (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.worker.Run(ctx) }()
	return func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				b.Errorf("Run: %v", err)
			}
		case <-time.After(2 * time.Minute):
			b.Fatal("Run does not end")
		}
	}
}

// eventually polls with a deadline, while kick keeps the worker awake.
func (b *bundle) eventually(what string, kick func(), condition func() bool) {
	b.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if condition() {
			return
		}
		kick()
	}
	b.Fatalf("%s never came", what)
}

func pause() { <-time.After(time.Millisecond) }

func TestRunWakesByTicks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ticks := make(chan time.Time)
	b.worker = b.newWorker(func(c *Config) { c.Ticks = ticks })
	unit := b.takenBack()
	b.reports(unit)
	stop := b.running()
	b.eventually("reset", func() {
		if due, ok := b.store.nextDue(); ok {
			b.clock.set(due)
		}
		select {
		case ticks <- b.clock.now():
		case <-time.After(time.Millisecond):
		}
	}, func() bool { return b.state(unit) == lifecycle.StateReset })
	stop()
}

func TestRunWakesByNudges(t *testing.T) {
	t.Parallel()
	b := setup(t) // no ticks at all
	claims := &atomic.Int64{}
	b.store.fault = func(call string) error {
		if call == "claim" {
			claims.Add(1)
		}
		return nil
	}
	stop := b.running()
	b.eventually("rest", pause, func() bool { return claims.Load() == 1 })
	unit := b.takenBack()
	b.eventually("the probe", func() {
		if due, ok := b.store.nextDue(); ok {
			b.clock.set(due)
		}
		b.worker.Nudge("")
		pause()
	}, func() bool { return b.task(unit, lifecycle.VerbProbe).Done() })
	b.reports(unit)
	b.worker.Nudge(unit) // the clock stands still: no row is due
	b.eventually("reset", pause, func() bool { return b.state(unit) == lifecycle.StateReset })
	stop()
}

// TestNudgedUnitsDoNotWaitForAFullWorker: the queue of work is never empty, and
// the unit that waits at the bench gets its turn all the same.
func TestNudgedUnitsDoNotWaitForAFullWorker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.until("the probe", func() bool { return b.task(unit, lifecycle.VerbProbe).Done() })
	for range 3 {
		b.takenBack()
	}
	b.worker = b.newWorker(func(c *Config) { c.Parallel = 1 })
	gate := make(chan struct{})
	b.script.Always(func(_ context.Context, call func() error) error {
		<-gate
		return call()
	}, lifecycle.VerbInventory)
	asked := b.script.Count(lifecycle.VerbInventory)
	stop := b.running()
	b.eventually("work", pause, func() bool { return b.script.Count(lifecycle.VerbInventory) == asked+1 })
	b.reports(unit)
	b.worker.Nudge(unit)
	gate <- struct{}{}
	b.eventually("reset", pause, func() bool { return b.state(unit) == lifecycle.StateReset })
	if n := b.script.Count(lifecycle.VerbNotify); n > 2 {
		t.Errorf("%d units went first", n-1)
	}
	close(gate)
	stop()
}

// TestRunBoundsWhatGoesOnAtOnce: as many as Parallel, and the next only when
// one of them is through.
func TestRunBoundsWhatGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.worker = b.newWorker(func(c *Config) { c.Parallel = 3 })
	const units = 10
	for range units {
		b.takenBack()
	}
	var mu sync.Mutex
	now, most := 0, 0
	gate := make(chan struct{})
	b.script.Always(func(_ context.Context, call func() error) error {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		<-gate
		mu.Lock()
		now--
		mu.Unlock()
		return call()
	}, lifecycle.VerbInventory)
	stop := b.running()
	let := func() {
		select {
		case gate <- struct{}{}:
		case <-time.After(time.Millisecond):
		}
	}
	b.eventually("three at once", pause, func() bool { mu.Lock(); defer mu.Unlock(); return now == 3 })
	b.eventually("all", let, func() bool { return b.script.Count(lifecycle.VerbNotify) == units })
	close(gate)
	stop()
	if most != 3 {
		t.Errorf("%d at once, want 3", most)
	}
}

func TestRunEndsInMidCallAndGivesTheLeaseBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Hang)
	stop := b.running()
	b.eventually("the call", pause, func() bool { return b.script.Count(lifecycle.VerbInventory) == 1 })
	stop()
	if r := b.store.row(unit, acme); !r.leaseUntil.IsZero() || r.code != codeCancelled {
		t.Errorf("row %+v", r)
	}
}

func TestRunOutlivesAStoreThatIsBusy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	ticks := make(chan time.Time)
	b.worker = b.newWorker(func(c *Config) { c.Ticks = ticks })
	busy := 3
	b.store.fault = func(call string) error {
		if call == "claim" && busy > 0 {
			busy--
			return lifecycle.ErrBusy
		}
		return nil
	}
	stop := b.running()
	b.eventually("the asks", func() {
		select {
		case ticks <- time.Time{}:
		case <-time.After(time.Millisecond):
		}
	}, func() bool { return b.task(unit, lifecycle.VerbNotify).Done() })
	stop()
	if n := b.script.Count(lifecycle.VerbNotify); n != 1 {
		t.Errorf("%d notices", n)
	}
}
