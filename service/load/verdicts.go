package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/table"
	"quitclaim/service/load/world"
)

const (
	// verdictUnits is how many units are scanned, again and again, for each
	// second that a side works: more than fit on a few pages of the database.
	verdictUnits = 300
	// verdictsTurn is how long a side scans before the other has its turn.
	verdictsTurn = time.Second
)

// verdictRows measures what a scan answers over HTTP, beside a handler that
// answers an empty object behind the same middleware.
func verdictRows(ctx context.Context, env environment) (rows []table.Row, err error) {
	each := 10 + verdictUnits*int(env.each.Seconds())/3
	w, at, err := prepared(ctx, env, "verdicts", world.Wanted{Stock: each, Sold: each, Bound: each, Owners: env.owners})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, at.drop(ctx, env)) }()
	beside, err := at.copy(ctx, env, "empty")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, beside.drop(ctx, env)) }()
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find ourselves: %w", err)
	}
	theirs, err := newSide(ctx, self, beside, "bare")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, theirs.server.Stop()) }()
	ours, err := product(ctx, env, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.server.Stop()) }()
	ours.from, theirs.from = world.NewScanning(w, "/v1/scans"), world.NewScanning(w, emptyPath)
	fmt.Fprintln(env.progress, "verdicts: scanning")
	for ours.sum.Busy < env.each {
		for _, side := range []*side{ours, theirs} {
			if err := side.turn(ctx, drive.Plan{Clients: env.clients, Duration: verdictsTurn}); err != nil {
				return nil, err
			}
		}
	}
	rate := table.AtLeast(0.5, fmt.Sprintf("verdicts, %d clients", env.clients), table.PerSecond(ours.sum.Rate()), table.PerSecond(theirs.sum.Rate()))
	rate.Note = fmt.Sprintf("processor time %s against %s", drive.Short(ours.each()), drive.Short(theirs.each()))
	return []table.Row{
		rate,
		table.AtMost(3, "verdicts, p99", table.Milliseconds(ours.sum.Took.Percentile(99)), table.Milliseconds(theirs.sum.Took.Percentile(99))),
	}, nil
}
