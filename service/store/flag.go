package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// RaiseFlag keeps what a sweep found. The same kind and cause on the same unit
// is one flag; it opens again when it was resolved. The ledger gets an entry
// when the flag is new or opens again, not each time it is seen.
func (s *Store) RaiseFlag(ctx context.Context, found lifecycle.Flag) (lifecycle.Flag, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Flag, error) {
		var unit lifecycle.Unit
		if found.Unit != "" {
			var err error
			if unit, err = facts.Unit(tx, found.Unit); err != nil {
				return found, err
			}
		}
		flag := found
		flag.FirstAt, flag.LastAt = stored(flag.FirstAt), stored(flag.LastAt)
		flag, news, err := facts.Merge(tx, flag, s.newFlagID)
		if err != nil {
			return flag, err
		}
		if err := facts.PutFlag(tx, unit, flag); err != nil || !news {
			return flag, err
		}
		return flag, s.enterAdmin(tx, book.Record{Kind: "flag", Subject: string(flag.ID), Event: "raise"}, flag)
	})
}

// WorkFlag moves a flag on: acknowledged by who is on it, resolved, or open
// again. Who may is the caller's to say.
func (s *Store) WorkFlag(ctx context.Context, id lifecycle.FlagID, by lifecycle.PersonID, to lifecycle.FlagState,
) (lifecycle.Flag, error) {
	flag, _, err := once(ctx, s, string(id)+" "+string(to), func(tx *engine.Tx) (lifecycle.Flag, error) {
		flag, err := facts.Flag(tx, id)
		if err != nil {
			return flag, err
		}
		var unit lifecycle.Unit
		if flag.Unit != "" {
			if unit, err = facts.Unit(tx, flag.Unit); err != nil {
				return flag, err
			}
		}
		flag.State, flag.DoneBy, flag.DoneAt = to, by, s.instant()
		if err := facts.PutFlag(tx, unit, flag); err != nil {
			return flag, fmt.Errorf("work flag: %w", err)
		}
		return flag, s.enterAdmin(tx, book.Record{Kind: "flag", Subject: string(id), Event: string(to)}, flag)
	})
	return flag, err
}

// Flag reads one flag.
func (s *Store) Flag(ctx context.Context, id lifecycle.FlagID) (lifecycle.Flag, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Flag, error) { return facts.Flag(tx, id) })
}

// Flags lists the flags that pass the filter, newest first.
func (s *Store) Flags(ctx context.Context, filter lifecycle.FlagFilter, page lifecycle.Page) ([]lifecycle.Flag, string, error) {
	firstAt, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	limit := limitOf(page)
	flags, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Flag, error) {
		return facts.Flags(tx, filter, facts.FlagPosition{FirstAt: firstAt, ID: id}, limit)
	})
	return flags, after(flags, limit, func(f lifecycle.Flag) string {
		return pair(f.FirstAt.UnixMilli(), string(f.ID))
	}), err
}
