package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Happened is what an entry of the feed says, for a reader who has come to it;
// and, where it asks for it, how the unit is now, without its model: in one
// reading. The entry of an import, which is many units', is none of one unit:
// lifecycle.ErrNotFound.
func (s *Store) Happened(ctx context.Context, entry lifecycle.Entry, now bool) (lifecycle.Change, lifecycle.Snapshot, error) {
	type read struct {
		change  lifecycle.Change
		present lifecycle.Snapshot
	}
	found, err := get(ctx, s, func(tx *engine.Tx) (r read, err error) {
		leaf, err := book.Leaf(tx, string(entry.Unit), entry.Seq)
		if err != nil {
			return r, err
		}
		if err := json.Unmarshal(leaf.Leaf.Body, &r.change); err != nil {
			return r, fmt.Errorf("ledger entry %d: %w", entry.Seq, err)
		}
		if !now {
			return r, nil
		}
		record, err := facts.Load(tx, entry.Unit, s.now())
		r.present = record.Snapshot
		return r, err
	})
	return found.change, found.present, err
}

// Entry is one entry of the feed, for a reader who goes back to it.
func (s *Store) Entry(ctx context.Context, seq int64) (lifecycle.Entry, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Entry, error) {
		list, err := book.Feed(tx, seq-1, 1)
		if err == nil && (len(list) == 0 || list[0].Seq != seq) {
			err = fmt.Errorf("entry %d of the feed: %w", seq, lifecycle.ErrNotFound)
		}
		if err != nil {
			return lifecycle.Entry{}, err
		}
		return list[0], nil
	})
}
