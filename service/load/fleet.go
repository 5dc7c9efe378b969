package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"quitclaim/service/load/table"
)

const (
	// fleetWatched is how many units of a fleet are watched, whatever its size:
	// what a sweep costs must not depend on the others.
	fleetWatched = 100_000
	// fleetRounds is how often a warm sweep is measured; the fastest counts.
	fleetRounds = 3
)

// fleetRows are the rows about a fleet of env.fleet units: what a sweep costs
// there and in one of a tenth of the size, how the program starts and what it
// needs. Fleets are made in SQLite alone.
func fleetRows(ctx context.Context, env environment) ([]table.Row, error) {
	if env.fleet == 0 || env.database != "" {
		return nil, ctx.Err()
	}
	watched := min(fleetWatched, env.fleet/100)
	if watched == 0 {
		return nil, fmt.Errorf("a fleet of %d units is too small to be one", env.fleet)
	}
	var sweeps [2]swept
	var rows []table.Row
	for i, units := range []int{env.fleet / 10, env.fleet} {
		some, one, err := measureFleet(ctx, env, units, watched, units == env.fleet)
		if err != nil {
			return nil, err
		}
		rows, sweeps[i] = some, one
	}
	small, large := sweeps[0], sweeps[1]
	name := fmt.Sprintf("sold-but-bound, %s units, %d watched", millions(env.fleet), watched)
	ours := table.Limit(20, name+", our own part of one", large.perUnit(large.ours))
	ours.Note = fmt.Sprintf("clouds that answer from memory; %s of processor time; with the built-in cloud reading its tables %s",
		large.perUnit(large.cpu), large.perUnit(large.whole))
	same := table.AtMost(1.2, name+", beside "+millions(env.fleet/10), large.perUnit(large.ours), small.perUnit(small.ours))
	same.Note = fmt.Sprintf("processor time %s and %s", large.perUnit(large.cpu), small.perUnit(small.cpu))
	return append([]table.Row{ours, same}, rows...), nil
}

// measureFleet makes a fleet, measures its sweep and, where it is asked to, the
// program on it, and removes it.
func measureFleet(ctx context.Context, env environment, units, watched int, serve bool) (rows []table.Row, one swept, err error) {
	dir := filepath.Join(env.dir, fmt.Sprintf("fleet-%d", units))
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := newFleet(ctx, dir, units, watched)
	if err != nil {
		return nil, one, err
	}
	if err := f.Fill(ctx, env.progress); err != nil {
		return nil, one, err
	}
	info, err := os.Stat(filepath.Join(dir, "quitclaim.db"))
	if err != nil {
		return nil, one, err
	}
	if one, err = f.sweepAll(ctx, fleetRounds); err != nil || !serve {
		return nil, one, err
	}
	if rows, err = f.serveRows(ctx, env); err != nil {
		return nil, one, err
	}
	size := table.Row{
		What: millions(units) + " units, database for each", Ours: table.Figure{Value: float64(info.Size()) / float64(units), Unit: "B"}, Target: "–", Met: true,
		Note: "without their ledger and their owners' records",
	}
	return append(rows, size), one, nil
}

func millions(units int) string {
	if units%1_000_000 == 0 {
		return fmt.Sprintf("%d M", units/1_000_000)
	}
	return fmt.Sprint(units)
}
