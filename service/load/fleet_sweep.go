package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/store"
	"quitclaim/service/sweep"
)

// remembering is a cloud that answers from memory what it was asked before: the
// rest of a sweep is our own part. As long as forgetful is set, it asks the
// cloud behind it all the same.
type remembering struct {
	cloud.Cloud
	forgetful atomic.Bool
	known     sync.Map // lifecycle.UnitID → cloud.Probe
}

// Probe implements cloud.Cloud.
func (c *remembering) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	if known, ok := c.known.Load(r.Unit); ok && !c.forgetful.Load() {
		return known.(cloud.Probe), nil
	}
	probe, err := c.Cloud.Probe(ctx, r)
	if err == nil {
		c.known.Store(r.Unit, probe)
	}
	return probe, err
}

// swept is what one run over all watched units cost.
type swept struct {
	seen  int
	ours  time.Duration // with clouds that answer at once
	whole time.Duration // with the built-in cloud reading its own tables
	cpu   time.Duration // of the round that ours is of: what a busy machine does not lengthen
}

// perUnit is a time for one watched unit.
func (s swept) perUnit(took time.Duration) figure {
	return figure{float64(took.Nanoseconds()) / 1000 / float64(s.seen), "µs"}
}

// sweepAll runs sold-but-bound over every watched unit: once to warm everything
// up, once with the built-in cloud, and then rounds times, of which the fastest
// counts.
func (f *fleet) sweepAll(ctx context.Context, rounds int) (best swept, err error) {
	s, err := f.open(ctx)
	if err != nil {
		return best, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var memory remembering
	sweeps, err := f.sweeps(s, &memory)
	if err != nil {
		return best, err
	}
	for round := range rounds + 2 {
		memory.forgetful.Store(round < 2)
		begin, busy := time.Now(), cpuTime()
		run, err := sweeps.RunOnce(ctx, sweep.SoldButBound)
		if err != nil {
			return best, err
		}
		took := time.Since(begin)
		if run.Failed > 0 || run.Flagged > 0 || run.Seen < f.watched {
			return best, fmt.Errorf("sweep of a clean fleet with %d watched: %d seen, %d flagged, %d failed",
				f.watched, run.Seen, run.Flagged, run.Failed)
		}
		best.seen = run.Seen
		if round == 1 {
			best.whole = took
		}
		if round > 1 && (best.ours == 0 || took < best.ours) {
			best.ours, best.cpu = took, cpuTime()-busy
		}
	}
	return best, nil
}

// sweeps is the room over an open store, with the built-in cloud behind memory.
func (f *fleet) sweeps(s *store.Store, memory *remembering) (*sweep.Sweep, error) {
	own := builtin.New(builtin.Config{
		Door: s, Now: fleetClock, AccountHash: func(account string) string { return f.keys.AccountHash(builtin.Name, account) },
	})
	memory.Cloud = own
	clouds, err := cloud.NewRegistry(map[string]cloud.Peer{builtin.Name: {Cloud: memory}})
	if err != nil {
		return nil, err
	}
	return sweep.New(sweep.Config{
		Runs: s, Flags: s, Units: s, Now: fleetClock, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return strings.TrimPrefix(fleetID(""), "_") },
		Jobs:  sweep.Sources{Watched: s, Suspects: s, Stuck: s.StuckWork, Clouds: clouds},
	}), nil
}

// cpuTime is what this process has computed so far, on all cores.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
