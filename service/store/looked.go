package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// OpenAccess decides whether an agent may look, and returns once what was
// decided has its place on the ledger: before that there is nothing to show.
// Of the access it is given it takes the id, the consent, the agent, the
// organisation, the reason and the note; all else it finds out. A refusal is no
// error: it is on record and on the ledger too, and says why.
func (s *Store) OpenAccess(ctx context.Context, a access.Access) (access.Access, error) {
	opened, err := writeAlone(ctx, s, func(tx *engine.Tx) (access.Access, error) {
		opened, err := s.decideAccess(tx, a)
		if err != nil {
			return a, err
		}
		return opened, s.enterAccess(tx, opened)
	})
	if err != nil {
		return access.Access{}, fmt.Errorf("open access: %w", err)
	}
	// What commits may still have to wait for its place, where many write.
	opened.Index, err = s.placed(ctx, opened.Entry)
	if err != nil {
		return access.Access{}, fmt.Errorf("open access: %w", err)
	}
	return opened, nil
}

func (s *Store) decideAccess(tx *engine.Tx, a access.Access) (access.Access, error) {
	a.At, a.Entry = s.instant(), s.newID("ent")
	held, err := facts.Consent(tx, a.Consent)
	switch {
	case errors.Is(err, lifecycle.ErrNotFound):
		// Whatever was typed is not put on the ledger, which nobody can erase.
		a.Consent = access.NoConsent
		a.Unit, a.Refused, a.Until = access.NoUnit, access.ConsentNotTheirs, a.At
		return a, nil
	case err != nil:
		return a, err
	}
	a.Unit, a.Epoch, a.Owner, a.For = held.Unit, held.Epoch, held.Owner, held.For
	a.Key, a.Model, a.Until = held.Key, held.Model, a.At
	if held.Agent != a.Agent {
		a.Refused = access.ConsentNotTheirs
		return a, nil
	}
	if a.Refused = held.Consent.Over(held.Facts, a.At); a.Refused != "" {
		return a, nil
	}
	a.Shown, a.Until = access.ShownFor(a.For), a.At.Add(access.AccessFor)
	if held.Until.Before(a.Until) {
		a.Until = held.Until
	}
	return a, nil
}

const noteField = "support_access.sealed"

func (s *Store) enterAccess(tx *engine.Tx, a access.Access) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode access %s: %w", a.ID, err)
	}
	var sealed []byte
	if key, err := s.subjectKey(tx, string(a.Owner)); err == nil && a.Note != "" {
		if sealed, err = key.Seal(noteField, []byte(a.Note)); err != nil {
			return fmt.Errorf("seal note: %w", err)
		}
	} else if err != nil && !errors.Is(err, errForgotten) {
		return err
	}
	if err := facts.AddAccess(tx, a, body, sealed); err != nil {
		return err
	}
	event := "open"
	if a.Refused != "" {
		event = "refuse"
	}
	_, err = s.log.Append(tx, book.Record{ID: a.Entry, At: a.At, Kind: "access", Subject: a.ID, Event: event, Body: body})
	if err != nil || a.Owner == "" {
		return err
	}
	params := map[string]string{"unit": a.Key.Brand + " " + a.Key.Serial}
	if a.Refused != "" {
		params["what"] = "refused"
	}
	return s.queueNotice(tx, notice.Notice{
		To: a.Owner, Kind: notice.KindAccess, Params: params, Link: "/mine/looked/" + a.ID, Once: a.ID, At: a.At,
	})
}

const sqlPlacedAt = `SELECT idx FROM log_entry WHERE entry_id = $1 AND idx IS NOT NULL`

// placed waits until an entry has its place on the ledger.
func (s *Store) placed(ctx context.Context, entry string) (int64, error) {
	for {
		next := s.bell.Next() // before reading, or a commit in between is slept through
		var index int64
		found, err := get(ctx, s, func(tx *engine.Tx) (bool, error) { return tx.Get(sqlPlacedAt, []any{entry}, &index) })
		if err != nil || found {
			return index, err
		}
		select {
		case <-next:
		case <-ctx.Done():
			return 0, fmt.Errorf("entry %s has no place on the ledger yet: %w", entry, lifecycle.ErrBusy)
		}
	}
}

// AccessView is what may be shown under an agent's access now. An access that
// is not this agent's is lifecycle.ErrNotFound.
func (s *Store) AccessView(ctx context.Context, id string, agent lifecycle.PersonID) (access.View, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.View, error) {
		a, err := facts.Access(tx, id)
		if err != nil {
			return access.View{}, err
		}
		if a.Agent != agent || a.Index < 0 {
			return access.View{}, fmt.Errorf("access %s: %w", id, lifecycle.ErrNotFound)
		}
		view := access.View{Access: a.Access, Over: a.Refused}
		if view.Over != "" {
			return view, nil
		}
		held, err := facts.Consent(tx, a.Consent)
		if err != nil {
			return access.View{}, err
		}
		view.Consent, view.Key, view.Model = held.Consent, held.Key, held.Model
		if view.Over = a.Access.Over(held.Consent, held.Facts, s.now()); view.Over != "" {
			return view, nil
		}
		record, err := facts.Load(tx, a.Unit, s.now())
		view.Unit, err = s.snapshot(tx, record, err, lifecycle.Actor{})
		return view, err
	})
}

// AccessOf is one access to a unit of an owner's, in their own time; any other
// is lifecycle.ErrNotFound.
func (s *Store) AccessOf(ctx context.Context, id string, owner lifecycle.PersonID) (access.Access, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Access, error) {
		a, err := facts.Access(tx, id)
		if err != nil {
			return access.Access{}, err
		}
		if a.Owner != owner || owner == "" {
			return access.Access{}, fmt.Errorf("access %s: %w", id, lifecycle.ErrNotFound)
		}
		unit, err := facts.Unit(tx, a.Unit)
		if err != nil {
			return access.Access{}, err
		}
		a.Key = unit.Key
		return a.Access, s.openNote(tx, a.Sealed, &a.Access)
	})
}

// AccessesOf lists the accesses to a unit while it was this owner's at this
// epoch, newest first, attempts that were refused among them.
func (s *Store) AccessesOf(ctx context.Context, owner lifecycle.PersonID, unit lifecycle.UnitID, epoch lifecycle.Epoch, page lifecycle.Page,
) ([]access.Access, string, error) {
	at, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	if page.After == "" {
		at = math.MaxInt64
	}
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Access, error) {
		rows, err := facts.AccessesOf(tx, owner, unit, epoch, at, id, limit)
		if err != nil {
			return nil, fmt.Errorf("list accesses: %w", err)
		}
		list := make([]access.Access, len(rows))
		for i, row := range rows {
			list[i] = row.Access
			if err := s.openNote(tx, row.Sealed, &list[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
	return list, after(list, limit, func(a access.Access) string { return pair(a.At.UnixMilli(), a.ID) }), err
}

// openNote opens what the agent wrote; of a forgotten owner's nothing is left.
func (s *Store) openNote(tx *engine.Tx, sealed []byte, a *access.Access) error {
	if sealed == nil {
		return nil
	}
	key, err := s.subjectKey(tx, string(a.Owner))
	if errors.Is(err, errForgotten) {
		return nil
	}
	if err != nil {
		return err
	}
	plain, err := key.Open(noteField, sealed)
	if err != nil {
		return err
	}
	a.Note = string(plain)
	return nil
}
