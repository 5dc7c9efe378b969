package store

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// WatchedUnits lists the watched units that were due before, the longest
// waiting first: certified ones, and those that were sold again after a
// return. It costs in proportion to what it lists.
func (s *Store) WatchedUnits(ctx context.Context, dueBefore time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
	at, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	limit := limitOf(page)
	due, err := get(ctx, s, func(tx *engine.Tx) ([]facts.Due, error) {
		return facts.WatchDue(tx, dueBefore, facts.Due{Unit: lifecycle.UnitID(id), At: time.UnixMilli(at)}, limit)
	})
	if err != nil {
		return nil, "", err
	}
	units := make([]lifecycle.UnitID, len(due))
	for i, d := range due {
		units[i] = d.Unit
	}
	return units, after(due, limit, func(d facts.Due) string { return pair(d.At.UnixMilli(), string(d.Unit)) }), nil
}

// MarkWatched says when a unit was looked at and is due next. A unit that is
// watched no more stays so.
func (s *Store) MarkWatched(ctx context.Context, unit lifecycle.UnitID, nextAt time.Time) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, facts.WatchNext(tx, unit, nextAt)
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
