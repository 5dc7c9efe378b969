package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/world"
)

// capacitySettings are what capacity is told.
type capacitySettings struct {
	env   environment
	count int
	fleet int
	peak  int
}

func parseCapacity(args []string) (capacitySettings, error) {
	var s capacitySettings
	flags := newFlags("capacity")
	flags.StringVar(&s.env.dir, "dir", machine.OnDisk(), "directory for the data, on a real disk; what is made in it goes again")
	flags.StringVar(&s.env.database, "database", "", "PostgreSQL server on this machine, postgres://…: a database of our own is made on it; default: SQLite")
	flags.IntVar(&s.env.clients, "clients", 16, "connections, each with one request under way")
	flags.IntVar(&s.count, "count", 2000, "how many units are taken back, and as many scanned")
	flags.IntVar(&s.fleet, "units", 100_000_000, "units to reckon with")
	flags.IntVar(&s.peak, "returns", 500, "returns a second to reckon with")
	err := parse(flags, args, func() []error {
		return slices.Concat(
			mistake(s.env.database != "" && !strings.HasPrefix(s.env.database, "postgres://"), "database: it must begin with postgres://"),
			mistake(s.env.dir == "", "dir: a directory is needed"),
			mistake(s.env.clients < 1 || s.env.clients > maxClients, "clients: %d is not within 1 to %d", s.env.clients, maxClients),
			mistake(s.count < 1 || s.count > maxCount, "count: %d is not within 1 to %d", s.count, maxCount),
			mistake(s.fleet < 1 || s.peak < 1, "units and returns: at least one"))
	})
	return s, err
}

// costs are what one of each thing uses up.
type costs struct{ unit, ret, order, verdict cost }

// runCapacity is `load capacity`: it measures what a unit, a return, the work on
// its reset order and a verdict use up, and reckons what a fleet needs.
func runCapacity(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parseCapacity(args)
	if err != nil {
		return err
	}
	end, err := s.env.begin(ctx, stdout, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	measured, err := s.measure(ctx)
	if err != nil {
		return err
	}
	measured.write(stdout)
	measured.reckon(stdout, s.fleet, s.peak)
	return nil
}

func (s capacitySettings) measure(ctx context.Context) (all costs, err error) {
	at, err := newPlace(ctx, s.env, "capacity")
	if err != nil {
		return all, err
	}
	defer func() { err = errors.Join(err, at.drop(ctx, s.env)) }()
	// The cloud forgets at once, so that orders are worked off in one go.
	ours, err := newSide(ctx, s.env.binary, at, "serve", "--listen", "127.0.0.1:0", "--cloud-delay", "1s", "--proxies", "127.0.0.1/32")
	if err != nil {
		return all, err
	}
	defer func() { err = errors.Join(err, ours.server.Stop()) }()
	ours.server.Wake()
	var w *world.World
	var scans drive.Source
	var marks [5]cost
	for i, step := range []func() error{
		func() error { return nil },
		func() error {
			w, err = populate(ctx, ours.server.URL, at, world.Wanted{Bound: s.count, Owners: s.env.owners}, s.env.progress)
			return err
		},
		func() error {
			scans = world.NewScanning(w, "/v1/scans") // before the returns use its units up
			return s.drive(ctx, ours, &world.Returning{W: w})
		},
		func() error { return worked(ctx, ours) },
		func() error { return s.drive(ctx, ours, scans) },
	} {
		if err := step(); err != nil {
			return all, err
		}
		if marks[i], err = costOf(ctx, ours, at); err != nil {
			return all, err
		}
	}
	return costs{
		unit: marks[1].since(marks[0], s.count), ret: marks[2].since(marks[1], s.count),
		order: marks[3].since(marks[2], s.count), verdict: marks[4].since(marks[3], s.count),
	}, nil
}

// drive does what a source has, as often as it was told.
func (s capacitySettings) drive(ctx context.Context, ours *side, from drive.Source) error {
	r := drive.Run(ctx, ours.to, from, drive.Plan{Clients: s.env.clients, Count: s.count})
	if r.Done() != s.count {
		return errors.Join(r.Err(), fmt.Errorf("%d of %d requests were answered as wanted", r.Done(), s.count))
	}
	return r.Err()
}

const (
	// quietFor is how long nothing may be written before the orders count as
	// worked off, as far as they get without hands: a worker looks every second.
	quietFor = 6 * time.Second
	// workedWithin bounds the wait.
	workedWithin = 10 * time.Minute
)

// worked waits until the reset orders have stood still.
func worked(ctx context.Context, ours *side) error {
	ctx, stop := context.WithTimeout(ctx, workedWithin)
	defer stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	was, since := "", time.Now()
	for {
		head, err := checkpointSize(ctx, ours.server.URL)
		if err != nil {
			return err
		}
		if head != was {
			was, since = head, time.Now()
		}
		if time.Since(since) >= quietFor {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the reset orders do not stand still: %w", ctx.Err())
		}
	}
}
