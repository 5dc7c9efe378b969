package store

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// maxWatched is how many watched units one read lists: they are short, and a
// sweep wants all of them.
const maxWatched = 2000

// WatchedUnits lists the watched units that are due from one instant until
// another, the longest waiting first: certified ones, and those that were sold
// again after a return. It costs in proportion to what it lists.
func (s *Store) WatchedUnits(ctx context.Context, from, until time.Time, page lifecycle.Page) ([]lifecycle.Watched, string, error) {
	behind := facts.Watched{Due: from}
	if page.After != "" {
		at, id, err := parsePair(page.After)
		if err != nil {
			return nil, "", err
		}
		behind.Due, behind.Unit.ID = time.UnixMilli(at), lifecycle.UnitID(id)
	}
	limit := min(page.Limit, maxWatched)
	if limit <= 0 {
		limit = defaultLimit
	}
	found, err := get(ctx, s, func(tx *engine.Tx) ([]facts.Watched, error) {
		return facts.WatchedDue(tx, until, behind, limit)
	})
	if err != nil {
		return nil, "", err
	}
	units := make([]lifecycle.Watched, len(found))
	for i, w := range found {
		units[i] = w.Watched
	}
	return units, after(found, limit, func(w facts.Watched) string { return pair(w.Due.UnixMilli(), string(w.Unit.ID)) }), nil
}

// RecordLooks keeps what the clouds answered about watched units when a sweep
// asked again, in one write, and when each is due next. from is when what is
// known of the units was read: one whose watch began again since then stays
// due, and one that is watched no more stays so. It is bookkeeping: the units'
// versions stay and the ledger gets no entry.
func (s *Store) RecordLooks(ctx context.Context, from time.Time, looks []lifecycle.Look) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, facts.Looks(tx, from, s.now(), looks)
	})
	return err
}

// RecordProbe keeps what a cloud answered when a sweep asked again. When an
// account was seen first stays as it was. It is bookkeeping: the unit's version stays and the ledger gets no entry.
func (s *Store) RecordProbe(ctx context.Context, unit lifecycle.UnitID, probe lifecycle.Probe, seen []lifecycle.Sighting) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		u, err := facts.Unit(tx, unit)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, facts.Look(tx, u, probe, seen)
	})
	return err
}
