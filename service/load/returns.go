package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/table"
	"quitclaim/service/load/world"
)

// returnsRound is how many returns one side does before the other has its turn:
// enough that the quiet start and end of a round hardly count.
const returnsRound = 512

// returnsPerSecond is what the number of units is chosen by, so that each side
// works for about as long as it should.
const returnsPerSecond = 800

// returnRows measures durable returns over HTTP beside a bare program that does
// nothing but the statements of the same returns.
func returnRows(ctx context.Context, env environment) (rows []table.Row, err error) {
	count := max(returnsPerSecond*int(env.each.Seconds()), 64)
	w, at, err := prepared(ctx, env, "returns", world.Wanted{Bound: count, Owners: env.owners})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, at.drop(ctx, env)) }()
	repeat, beside, err := recorded(ctx, env, at, w)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, beside.drop(ctx, env)) }()
	bare, err := newBare(ctx, beside, repeat)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	ours, err := product(ctx, env, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.server.Stop()) }()
	ours.from = &world.Returning{W: w}
	for len(bare.left) > 0 {
		if err := ours.turn(ctx, drive.Plan{Clients: env.clients, Count: min(returnsRound, len(bare.left))}); err != nil {
			return nil, err
		}
		if err := bare.run(ctx, returnsRound); err != nil {
			return nil, err
		}
	}
	if n, err := bare.returned(ctx); err != nil || n != count || ours.sum.Done() != count {
		return nil, errors.Join(err, fmt.Errorf("of %d units, we took %d back, and the bare program %d", count, ours.sum.Done(), n))
	}
	r := table.AtLeast(1, fmt.Sprintf("durable returns, %d clients", env.clients), table.PerSecond(ours.sum.Rate()), table.PerSecond(bare.rate()))
	r.Note = fmt.Sprintf("p50 %s, p99 %s; processor time %s against %s", drive.Short(ours.sum.Took.Percentile(50)),
		drive.Short(ours.sum.Took.Percentile(99)), drive.Short(ours.each()), drive.Short(bare.cpu/time.Duration(count)))
	return []table.Row{r}, nil
}

// prepared is a place with a world that the product itself has made, by its
// public API. Nobody has it open.
func prepared(ctx context.Context, env environment, name string, want world.Wanted) (w *world.World, at place, err error) {
	if at, err = newPlace(ctx, env, name); err != nil {
		return nil, at, err
	}
	fmt.Fprintf(env.progress, "%s: making a world\n", name)
	s, err := product(ctx, env, at)
	if err == nil {
		s.server.Wake()
		w, err = populate(ctx, s.server.URL, at, want, env.progress)
		err = errors.Join(err, s.server.Stop())
	}
	if err != nil {
		return nil, at, errors.Join(fmt.Errorf("make a world for %s: %w", name, err), at.drop(ctx, env))
	}
	return w, at, nil
}

// recorded is what the store does for each of the returns to come, and a copy
// of the place in which it has not been done yet.
func recorded(ctx context.Context, env environment, at place, w *world.World) (list [][]statement, beside place, err error) {
	fmt.Fprintln(env.progress, "returns: listening to what the store does")
	spoilt, err := at.copy(ctx, env, "recorded")
	if err != nil {
		return nil, place{}, err
	}
	listened := *w
	listened.Bound = slices.Clone(w.Bound)
	begin := time.Now()
	list, err = record(ctx, spoilt, &world.Returning{W: &listened})
	if err == nil && len(list) != len(w.Bound) {
		err = fmt.Errorf("heard %d returns of %d", len(list), len(w.Bound))
	}
	if err = errors.Join(err, spoilt.drop(ctx, env)); err != nil {
		return nil, place{}, fmt.Errorf("record returns: %w", err)
	}
	fmt.Fprintf(env.progress, "returns: %d in %s, %d statements the first\n", len(list), drive.Short(time.Since(begin)), len(list[0]))
	beside, err = at.copy(ctx, env, "bare")
	return list, beside, err
}

// populate makes a world on a server that runs.
func populate(ctx context.Context, url string, at place, want world.Wanted, out io.Writer) (*world.World, error) {
	_, operator, err := server(prepareSettings{data: at.dir})
	if err != nil {
		return nil, err
	}
	api := drive.NewAPI(url, world.PalletsAtOnce*world.HandsEach)
	w, err := world.Found(ctx, api, operator, want.Owners)
	if err != nil {
		return nil, err
	}
	return w, world.Stock(ctx, api, w, want, out)
}
