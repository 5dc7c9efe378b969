package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Store is what the worker needs of the store.
type Store interface {
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// ClaimWork leases up to limit pieces of work that are due.
	ClaimWork(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]lifecycle.Work, error)
	// FinishWork gives a lease back: done for good, or due again at nextAt.
	// With an older attempt than the row's it is lifecycle.ErrStale.
	FinishWork(ctx context.Context, work lifecycle.Work, nextAt time.Time, done bool, errCode string) error
	// PullWork makes due now what was opened later than now or put off beyond
	// waits, and ends leases beyond leases: a clock was ahead.
	PullWork(ctx context.Context, now, leases, waits time.Time) error
}

// Config is what a worker needs. Store, Clouds, Now and Log must be given.
type Config struct {
	Store  Store
	Clouds *cloud.Registry
	Now    func() time.Time
	Log    *slog.Logger
	// Ticks wakes Run to look for work that became due; about one a second.
	Ticks <-chan time.Time
	// Random gives the jitter, from 0 to 1; nil: math/rand.
	Random func() float64

	Parallel int           // pieces of work at the same time; default 4
	Lease    time.Duration // longest an attempt may take; default 2 min
	Call     time.Duration // longest one call to a cloud may take; default 10 s
	Asks     int           // asks without effect before a flag is raised; default 3
	Slowest  time.Duration // longest wait between two attempts; default 1 h
	Idle     time.Duration // how often work that waits for others looks again; default 5 min
}

// Worker works orders off. Any number may run at the same time, in one process
// or in many.
type Worker struct {
	config Config
	pauses *pauses
	debts  *debts
	clock  *backwards
	nudges chan lifecycle.UnitID
}

// nudgesHeld bounds the units that wait to be looked at out of turn. One that
// does not fit is found by its own row, later.
const nudgesHeld = 1024

// New is a worker that does nothing yet.
func New(config Config) (*Worker, error) {
	if config.Store == nil || config.Clouds == nil || config.Now == nil || config.Log == nil {
		return nil, errors.New("reset worker: store, clouds, clock and log must be given")
	}
	if config.Random == nil {
		config.Random = rand.Float64
	}
	config.Parallel = orDefault(config.Parallel, 4)
	config.Lease = orDefault(config.Lease, 2*time.Minute)
	config.Call = orDefault(config.Call, 10*time.Second)
	config.Asks = orDefault(config.Asks, 3)
	config.Slowest = orDefault(config.Slowest, time.Hour)
	config.Idle = orDefault(config.Idle, 5*time.Minute)
	return &Worker{config: config, pauses: newPauses(), debts: &debts{}, clock: &backwards{}, nudges: make(chan lifecycle.UnitID, nudgesHeld)}, nil
}

// Result counts what was done.
type Result struct {
	Claimed int // pieces of work
	Failed  int // attempts that ended in an error; they come again
	Proven  int // tasks
	Closed  int // orders whose last task was done
}

func (r *Result) add(other Result) {
	r.Claimed += other.Claimed
	r.Failed += other.Failed
	r.Proven += other.Proven
	r.Closed += other.Closed
}

// RunOnce claims what is due, as much as fits side by side, and works it off.
// Its error is the store's; what went wrong with a cloud is counted.
func (w *Worker) RunOnce(ctx context.Context) (Result, error) {
	w.repay(ctx)
	w.pull(ctx)
	works, err := w.config.Store.ClaimWork(ctx, w.now(), w.config.Lease, w.config.Parallel)
	if err != nil {
		return Result{}, fmt.Errorf("claim work: %w", err)
	}
	var (
		mu    sync.Mutex // guards total
		total Result
		group sync.WaitGroup
	)
	for _, work := range works {
		group.Go(func() {
			result := w.do(ctx, work)
			mu.Lock()
			defer mu.Unlock()
			total.add(result)
		})
	}
	group.Wait()
	return total, nil
}

// Run works until ctx ends, and then gives back what it has leased.
func (w *Worker) Run(ctx context.Context) error {
	slots := make(chan struct{}, w.config.Parallel)
	var group sync.WaitGroup
	defer group.Wait()
	for {
		free, err := take(ctx, slots)
		if err != nil {
			return nil
		}
		w.settleNudged(ctx)
		w.repay(ctx)
		w.pull(ctx)
		works := w.claim(ctx, free)
		for _, work := range works {
			group.Go(func() {
				defer func() { <-slots }()
				w.do(ctx, work)
			})
		}
		for range free - len(works) {
			<-slots
		}
		if len(works) == free {
			continue // there may be more; the next slot decides
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.config.Ticks:
		case unit := <-w.nudges:
			w.settle(ctx, unit)
		}
	}
}

// take waits for a free slot and takes with it whatever else is free.
func take(ctx context.Context, slots chan struct{}) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case slots <- struct{}{}:
	}
	for taken := 1; ; taken++ {
		select {
		case slots <- struct{}{}:
		default:
			return taken, nil
		}
	}
}

func (w *Worker) claim(ctx context.Context, limit int) []lifecycle.Work {
	works, err := w.config.Store.ClaimWork(ctx, w.now(), w.config.Lease, limit)
	if err != nil && ctx.Err() == nil {
		w.config.Log.LogAttrs(ctx, slog.LevelError, "cannot claim work", slog.String("error", err.Error()))
	}
	return works
}

// Nudge wakes Run at once. With a unit it also closes that unit's order where
// the last task was proven by somebody else, the unit itself or the bench.
// It never waits; a nudge that gets lost costs time and nothing else.
func (w *Worker) Nudge(unit lifecycle.UnitID) {
	select {
	case w.nudges <- unit:
	default:
	}
}

func (w *Worker) settleNudged(ctx context.Context) {
	for {
		select {
		case unit := <-w.nudges:
			w.settle(ctx, unit)
		default:
			return
		}
	}
}

// settle closes a unit's order if nothing is left to do. Its row would do so
// too, so an error here is no news.
func (w *Worker) settle(ctx context.Context, unit lifecycle.UnitID) {
	if unit == "" {
		return
	}
	snapshot, err := w.config.Store.Snapshot(ctx, unit)
	if err != nil {
		return
	}
	if order, ok := snapshot.OpenOrder(); ok && order.AllDone() {
		if _, err := w.close(ctx, unit, order); err != nil {
			w.config.Log.LogAttrs(ctx, slog.LevelDebug, "order not closed", slog.String("order", string(order.ID)), slog.String("code", codeOf(err)))
		}
	}
}

// now is the clock as commands and tasks carry it: UTC, whole milliseconds.
func (w *Worker) now() time.Time { return w.config.Now().UTC().Truncate(time.Millisecond) }

// command is what the worker signs its changes with.
func (w *Worker) command() lifecycle.Command {
	return lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: w.now()}
}

func orDefault[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}
