package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// fieldContest binds sealed words to their column.
const fieldContest = "contest.sealed"

// AdvanceWithContest is Advance by a former owner who objects to an end; their
// own words are kept in the same transaction, sealed for them: who erases their
// account takes them along.
func (s *Store) AdvanceWithContest(ctx context.Context, unit lifecycle.UnitID, person lifecycle.PersonID, hold lifecycle.HoldID,
	words string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, func(tx *engine.Tx, u lifecycle.Unit) error {
		if words == "" {
			return facts.PutContest(tx, u, hold, person, nil)
		}
		key, err := s.ownKey(tx, string(person))
		if err != nil {
			return err
		}
		sealed, err := key.Seal(fieldContest, []byte(words))
		if err != nil {
			return fmt.Errorf("seal the words of a contest: %w", err)
		}
		return facts.PutContest(tx, u, hold, person, sealed)
	}, decide)
}

// Hold reads a hold by its id, lifted or not, with its unit as it is now.
func (s *Store) Hold(ctx context.Context, id lifecycle.HoldID) (lifecycle.Unit, lifecycle.Hold, error) {
	return byCode(ctx, s, facts.KindHold, id, facts.Hold)
}

// ContestWords are the words of who contests; empty where there are none, or
// where their account was erased.
func (s *Store) ContestWords(ctx context.Context, unit lifecycle.UnitID, hold lifecycle.HoldID) (string, error) {
	return get(ctx, s, func(tx *engine.Tx) (string, error) {
		person, sealed, err := facts.ContestWords(tx, unit, hold)
		if err != nil || len(sealed) == 0 {
			return "", err
		}
		key, err := s.subjectKey(tx, string(person))
		if errors.Is(err, errForgotten) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		words, err := key.Open(fieldContest, sealed)
		if err != nil {
			return "", fmt.Errorf("open the words of contest %s: %w", hold, err)
		}
		return string(words), nil
	})
}

// Contests lists the contests that an organisation decides: of units that it
// has, and, for a vendor, of those that its customers have. Those due first.
func (s *Store) Contests(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Contested, string, error) {
	return s.contests(ctx, page, func(tx *engine.Tx, after time.Time, id lifecycle.HoldID, limit int) ([]lifecycle.Contested, error) {
		return facts.Contests(tx, org, after, id, limit)
	})
}

// ContestsDue lists the contests that were placed before an instant and stand.
func (s *Store) ContestsDue(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.Contested, string, error) {
	return s.contests(ctx, page, func(tx *engine.Tx, after time.Time, id lifecycle.HoldID, limit int) ([]lifecycle.Contested, error) {
		return facts.ContestsDue(tx, before, after, id, limit)
	})
}

func (s *Store) contests(ctx context.Context, page lifecycle.Page,
	read func(*engine.Tx, time.Time, lifecycle.HoldID, int) ([]lifecycle.Contested, error),
) ([]lifecycle.Contested, string, error) {
	limit := limitOf(page)
	ms, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	list, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Contested, error) {
		return read(tx, time.UnixMilli(ms), lifecycle.HoldID(id), limit)
	})
	return list, after(list, limit, func(c lifecycle.Contested) string {
		return pair(c.Hold.PlacedAt.UnixMilli(), string(c.Hold.ID))
	}), err
}

// ContestsOf lists a person's own contests, decided ones among them, oldest
// first.
func (s *Store) ContestsOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.Contested, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Contested, error) { return facts.ContestsOf(tx, person) })
}
