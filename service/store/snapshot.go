package store

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Snapshot reads every persisted fact about one unit, as a rule would see it.
func (s *Store) Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	actor := access.From(ctx).Actor()
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) {
		record, err := facts.Load(tx, unit, s.now())
		return s.snapshot(tx, record, err, actor)
	})
}

// SnapshotByKey is Snapshot by brand and serial.
func (s *Store) SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	actor := access.From(ctx).Actor()
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) {
		record, err := facts.LoadByKey(tx, key, s.now())
		return s.snapshot(tx, record, err, actor)
	})
}

// Rows is every row that there is about a unit, in the shape of a snapshot,
// also those that no rule looks at any more: for who verifies the tables by the
// ledger. It has no model.
func (s *Store) Rows(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) { return facts.Rows(tx, unit, s.now()) })
}

// snapshot completes a record, unless reading it failed.
func (s *Store) snapshot(tx *engine.Tx, record facts.Record, err error, actor lifecycle.Actor) (lifecycle.Snapshot, error) {
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	if err := s.complete(tx, &record.Snapshot, actor); err != nil {
		return lifecycle.Snapshot{}, err
	}
	return record.Snapshot, nil
}
