package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

// feedPortion is how many entries a reader of the feed takes at once.
const feedPortion = 256

// Changes is the one feed: what happened to units, in commit order, after the
// entry with the sequence number since; 0: everything. It waits for what comes
// next until ctx ends, which ends it without an error, or until reading fails.
// A reader who was away goes on where it stopped.
func (s *Store) Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error] {
	return func(yield func(lifecycle.Entry, error) bool) {
		for ctx.Err() == nil {
			next := s.bell.Next() // before reading, or a commit in between is slept through
			entries, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Entry, error) {
				return book.Feed(tx, since, feedPortion)
			})
			if err != nil {
				if ctx.Err() == nil {
					yield(lifecycle.Entry{}, err)
				}
				return
			}
			for _, entry := range entries {
				since = entry.Seq
				if !yield(entry, nil) {
					return
				}
			}
			if len(entries) == feedPortion {
				continue
			}
			select {
			case <-next:
			case <-ctx.Done():
			}
		}
	}
}

// History lists what happened to a unit, oldest first, with its place on the
// ledger. Who may see how much of it is the caller's to say.
func (s *Store) History(ctx context.Context, unit lifecycle.UnitID, page lifecycle.Page) ([]lifecycle.Outcome, string, error) {
	since := int64(-1)
	if page.After != "" {
		var err error
		if since, err = strconv.ParseInt(page.After, 10, 64); err != nil {
			return nil, "", fmt.Errorf("position in history: %w", lifecycle.ErrInvalid)
		}
	}
	limit := limitOf(page)
	outcomes, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Outcome, error) {
		outcomes, err := importedBefore(tx, unit, since)
		if err != nil {
			return nil, err
		}
		leaves, err := book.Of(tx, string(unit), since, limit-len(outcomes))
		for _, leaf := range leaves {
			one := lifecycle.Outcome{Index: leaf.Index}
			if err := json.Unmarshal(leaf.Leaf.Body, &one.Change); err != nil {
				return nil, fmt.Errorf("ledger entry %d: %w", leaf.Index, err)
			}
			outcomes = append(outcomes, one)
		}
		return outcomes, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("history of %s: %w", unit, err)
	}
	return outcomes, after(outcomes, limit, func(o lifecycle.Outcome) string { return strconv.FormatInt(o.Index, 10) }), nil
}
