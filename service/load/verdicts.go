package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
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
func verdictRows(ctx context.Context, env environment) (rows []row, err error) {
	each := 10 + verdictUnits*int(env.each.Seconds())/3
	w, at, err := prepared(ctx, env, "verdicts", wanted{stock: each, sold: each, bound: each, owners: env.owners})
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
	defer func() { err = errors.Join(err, theirs.server.stop()) }()
	ours, err := product(ctx, env, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.server.stop()) }()
	ours.from, theirs.from = newScanning(w, "/v1/scans"), newScanning(w, emptyPath)
	fmt.Fprintln(env.progress, "verdicts: scanning")
	for ours.sum.busy < env.each {
		for _, side := range []*side{ours, theirs} {
			if err := side.turn(ctx, plan{clients: env.clients, duration: verdictsTurn}); err != nil {
				return nil, err
			}
		}
	}
	rate := atLeast(0.5, fmt.Sprintf("verdicts, %d clients", env.clients), perSecond(ours.sum.rate()), perSecond(theirs.sum.rate()))
	rate.note = fmt.Sprintf("processor time %s against %s", short(ours.each()), short(theirs.each()))
	return []row{
		rate,
		atMost(3, "verdicts, p99", milliseconds(ours.sum.took.percentile(99)), milliseconds(theirs.sum.took.percentile(99))),
	}, nil
}

func milliseconds(d time.Duration) figure { return figure{float64(d.Microseconds()) / 1000, "ms"} }
