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
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) { return s.snapshot(tx, unit, actor) })
}

// SnapshotByKey is Snapshot by brand and serial.
func (s *Store) SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	actor := access.From(ctx).Actor()
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) {
		unit, err := facts.Lookup(tx, facts.KindUnit, key.String())
		if err != nil {
			return lifecycle.Snapshot{}, err
		}
		return s.snapshot(tx, unit, actor)
	})
}

func (s *Store) snapshot(tx *engine.Tx, unit lifecycle.UnitID, actor lifecycle.Actor) (lifecycle.Snapshot, error) {
	record, err := facts.Load(tx, unit, s.now())
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	if err := s.complete(tx, &record.Snapshot, actor); err != nil {
		return lifecycle.Snapshot{}, err
	}
	return record.Snapshot, nil
}
