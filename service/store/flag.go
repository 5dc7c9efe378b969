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
// when the flag is new or opens again, not each time it is seen. News of the
// answer says which it was.
func (s *Store) RaiseFlag(ctx context.Context, found lifecycle.Flag) (lifecycle.Flag, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Flag, error) {
		unit, err := unitOf(tx, found)
		if err != nil {
			return found, err
		}
		flag := found
		flag.FirstAt, flag.LastAt = stored(flag.FirstAt), stored(flag.LastAt)
		if flag, err = facts.Merge(tx, flag, s.newFlagID); err != nil {
			return flag, err
		}
		if err := facts.PutFlag(tx, unit, flag); err != nil || flag.News == lifecycle.FlagSeenAgain {
			return flag, err
		}
		event := "raise"
		if flag.News == lifecycle.FlagReopened {
			event = "reopen"
		}
		if err := s.tellOfficers(tx, unit, flag); err != nil {
			return flag, err
		}
		return flag, s.enterAdmin(tx, book.Record{Kind: "flag", Subject: string(flag.ID), Event: event}, flag)
	})
}

// unitOf is the unit that a flag is about, which must be on record; the zero
// unit for a flag about none.
func unitOf(tx *engine.Tx, flag lifecycle.Flag) (lifecycle.Unit, error) {
	if flag.Unit == "" {
		return lifecycle.Unit{}, nil
	}
	return facts.Unit(tx, flag.Unit)
}

// WorkFlag moves a flag on: acknowledged by who is on it, resolved, or open
// again. Who may is the caller's to say.
func (s *Store) WorkFlag(ctx context.Context, id lifecycle.FlagID, by lifecycle.PersonID, to lifecycle.FlagState,
) (lifecycle.Flag, error) {
	flag, _, err := once(ctx, s, string(id)+" "+string(to), func(tx *engine.Tx) (lifecycle.Flag, error) {
		was, err := facts.Flag(tx, id)
		if err != nil {
			return was, err
		}
		flag := was
		flag.State, flag.DoneBy, flag.DoneAt = to, by, s.instant()
		if err := facts.WorkFlag(tx, was, flag); err != nil {
			return flag, fmt.Errorf("work flag: %w", err)
		}
		return flag, s.enterAdmin(tx, book.Record{Kind: "flag", Subject: string(id), Event: string(to)}, flag)
	})
	return flag, err
}

// FlagRounds is the history of a flag that opened again: how it stood each time
// before, the last time first.
func (s *Store) FlagRounds(ctx context.Context, id lifecycle.FlagID) ([]lifecycle.FlagRound, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.FlagRound, error) {
		flag, err := facts.Flag(tx, id)
		if err != nil {
			return nil, err
		}
		return facts.FlagRounds(tx, flag)
	})
}

// StandingFlags are the flags about no unit, of one kind, that nobody has
// settled, and whose cause begins with prefix.
func (s *Store) StandingFlags(ctx context.Context, kind, prefix string) ([]lifecycle.Flag, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Flag, error) { return facts.StandingFlags(tx, kind, prefix) })
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
