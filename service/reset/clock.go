package reset

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// setBack is how far the clock must go back to count: less is how a clock is
	// kept right.
	setBack = 10 * time.Second
	// patience is how many of the longest leases and waits are still nobody's
	// mistake: clocks of several processes differ.
	patience = 3
)

// ahead reports whether an instant that was put down lies beyond now: the clock
// was ahead then.
func ahead(at, now time.Time) bool { return at.After(now.Add(setBack)) }

// backwards notices a clock that is set back.
type backwards struct {
	mu     sync.Mutex
	newest time.Time // that was seen; zero: to be looked after
}

// since reports whether the clock was set back since it was asked last, or
// whether nobody has asked yet: it may have been while no process ran.
func (b *backwards) since(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	back := b.newest.IsZero() || now.Before(b.newest.Add(-setBack))
	if back || now.After(b.newest) {
		b.newest = now
	}
	return back
}

func (b *backwards) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.newest = time.Time{}
}

// pull brings work back that a clock which was ahead has put into the future. A
// unit that was taken back meanwhile would wait until the right clock has
// caught up, and its clouds would show it for as long.
func (w *Worker) pull(ctx context.Context) {
	now := w.now()
	if !w.clock.since(now) {
		return
	}
	err := w.config.Store.PullWork(ctx, now, now.Add(patience*w.config.Lease), now.Add(patience*w.config.Slowest))
	if err != nil {
		w.clock.forget() // again with the next look
		w.config.Log.LogAttrs(ctx, slog.LevelWarn, "work is not brought forward yet", slog.String("error", err.Error()))
	}
}
