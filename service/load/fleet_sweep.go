package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
	"quitclaim/service/store"
	"quitclaim/service/sweep"
)

// remembering is a cloud that answers from memory what it was asked before: the
// rest of a sweep is our own part. As long as forgetful is set, it asks the
// cloud behind it all the same. It keeps little, or the collector's work for it
// would be measured too: at most one owner for each unit, all of one date.
type remembering struct {
	cloud.Cloud
	forgetful atomic.Bool
	mu        sync.RWMutex
	owners    map[lifecycle.UnitID]string // by mu; account hashes, empty for none
	since     time.Time                   // by mu
}

// Probe implements cloud.Cloud.
func (c *remembering) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	c.mu.RLock()
	owner, known := c.owners[r.Unit]
	since := c.since
	c.mu.RUnlock()
	if known && !c.forgetful.Load() {
		if owner == "" {
			return cloud.Probe{}, nil
		}
		return cloud.Probe{Links: []cloud.Link{{AccountHash: owner, Kind: lifecycle.BindingOwner, Since: since}}}, nil
	}
	probe, err := c.Cloud.Probe(ctx, r)
	if err != nil {
		return probe, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owners[r.Unit] = ""
	for _, link := range probe.Links {
		c.owners[r.Unit], c.since = link.AccountHash, link.Since
	}
	return probe, nil
}

// swept is what one run over all watched units cost.
type swept struct {
	seen  int
	ours  time.Duration // with clouds that answer at once
	whole time.Duration // with the built-in cloud reading its own tables
	cpu   time.Duration // of the round that ours is of: what a busy machine does not lengthen
}

// perUnit is a time for one watched unit.
func (s swept) perUnit(took time.Duration) table.Figure {
	return table.Figure{Value: float64(took.Nanoseconds()) / 1000 / float64(s.seen), Unit: "µs"}
}

// sweepAll runs sold-but-bound over every watched unit: once to warm everything
// up, once with the built-in cloud, and then rounds times, of which the fastest
// counts.
func (f *largeFleet) sweepAll(ctx context.Context, rounds int) (best swept, err error) {
	s, err := f.open(ctx)
	if err != nil {
		return best, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	memory := &remembering{owners: map[lifecycle.UnitID]string{}}
	sweeps, err := f.sweeps(s, memory)
	if err != nil {
		return best, err
	}
	for round := range rounds + 2 {
		memory.forgetful.Store(round < 2)
		begin, busy := time.Now(), machine.CPUTime()
		run, err := sweeps.RunOnce(ctx, sweep.SoldButBound)
		if err != nil {
			return best, err
		}
		took := time.Since(begin)
		if run.Failed > 0 || run.Flagged > 0 || run.Seen < f.Watched {
			return best, fmt.Errorf("sweep of a clean fleet with %d watched: %d seen, %d flagged, %d failed",
				f.Watched, run.Seen, run.Flagged, run.Failed)
		}
		best.seen = run.Seen
		if round == 1 {
			best.whole = took
		}
		if round > 1 && (best.ours == 0 || took < best.ours) {
			best.ours, best.cpu = took, machine.CPUTime()-busy
		}
	}
	return best, nil
}

// sweeps is the room over an open store, with the built-in cloud behind memory.
func (f *largeFleet) sweeps(s *store.Store, memory *remembering) (*sweep.Sweep, error) {
	own := builtin.New(builtin.Config{
		Door: s, Now: clock, AccountHash: func(account string) string { return f.keys.AccountHash(builtin.Name, account) },
	})
	memory.Cloud = own
	clouds, err := cloud.NewRegistry(map[string]cloud.Peer{builtin.Name: {Cloud: memory}})
	if err != nil {
		return nil, err
	}
	return sweep.New(sweep.Config{
		Runs: s, Flags: s, Units: s, Now: clock, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return strings.TrimPrefix(fleetID(""), "_") },
		Jobs:  sweep.Sources{Watched: s, Suspects: s, Stuck: s.StuckWork, Clouds: clouds},
	}), nil
}
