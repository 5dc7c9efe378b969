package store

import (
	"context"
	"errors"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
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
// also those that no rule looks at any more. It has neither its model nor what
// clouds were found to know.
func (s *Store) Rows(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Snapshot, error) {
		rows, err := facts.RowsOf(tx, unit)
		return rows.Snapshot(), err
	})
}

// RowsAfter is every row about the units behind an id, in its order, and how
// far the ledger had come at the same instant: for who holds one against the
// other.
func (s *Store) RowsAfter(ctx context.Context, after lifecycle.UnitID, limit int) (list []lifecycle.Rows, at ledger.Moment, err error) {
	err = s.db.Read(ctx, func(tx *engine.Tx) (err error) {
		if at, err = book.Moment(tx); err != nil {
			return err
		}
		list, err = facts.RowsAfter(tx, after, limit)
		return err
	})
	return list, at, err
}

// PlaceOf is the place of an entry on the ledger, -1 while it has none, and
// whether there is such an entry.
func (s *Store) PlaceOf(ctx context.Context, entry string) (index int64, found bool, err error) {
	err = s.db.Read(ctx, func(tx *engine.Tx) (err error) {
		index, found, err = book.PlaceOf(tx, entry)
		return err
	})
	return index, found, err
}

// even has a unit that is not there, or not for the caller, cost what one with
// everything costs: the same queries run for both. The error is the one given.
func (s *Store) even(tx *engine.Tx, record facts.Record, err error) error {
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	if failed := record.Even(tx, s.now()); failed != nil {
		return failed
	}
	if failed := facts.EvenKit(tx, record.Snapshot); failed != nil {
		return failed
	}
	if record.Unit.ID == "" {
		if failed := s.evenModel(tx); failed != nil {
			return failed
		}
	}
	return err
}

// evenModel reads a model that is not there, as complete does one that is.
func (s *Store) evenModel(tx *engine.Tx) error {
	if _, err := catalog.Model(tx, ""); err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	_, err := catalog.AccreditationsOf(tx, "")
	return err
}

// snapshot completes a record, unless reading it failed.
func (s *Store) snapshot(tx *engine.Tx, record facts.Record, err error, actor lifecycle.Actor) (lifecycle.Snapshot, error) {
	if err != nil {
		return lifecycle.Snapshot{}, s.even(tx, record, err)
	}
	if err := s.complete(tx, &record.Snapshot, actor); err != nil {
		return lifecycle.Snapshot{}, err
	}
	return record.Snapshot, nil
}
