package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlAddressChange = `
SELECT change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at
FROM address_change WHERE change_id = $1`

const sqlAddressChangeByLink = `
SELECT change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at
FROM address_change WHERE link_hash = $1`

const sqlAskedAddress = `
SELECT change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at
FROM address_change WHERE person_id = $1 AND stage = 'asked'`

// AddressChange reads a change of address that can still be confirmed, stopped
// or undone. Any other is lifecycle.ErrNotFound.
func (s *Store) AddressChange(ctx context.Context, id string) (access.AddressChange, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.AddressChange, error) { return s.openChange(tx, sqlAddressChange, id) })
}

// AddressChangeByLink is AddressChange by the hash of the mailed link.
func (s *Store) AddressChangeByLink(ctx context.Context, linkHash string) (access.AddressChange, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.AddressChange, error) {
		return s.openChange(tx, sqlAddressChangeByLink, linkHash)
	})
}

// AskedAddress is the change that a person has asked for and not confirmed.
func (s *Store) AskedAddress(ctx context.Context, person lifecycle.PersonID) (access.AddressChange, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.AddressChange, error) {
		return s.openChange(tx, sqlAskedAddress, string(person))
	})
}

const sqlAddressChangesOf = `
SELECT change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at
FROM address_change WHERE person_id = $1 ORDER BY asked_at, change_id`

// AddressChangesOf lists what is kept of a person's changes of address, those
// that are over among them, oldest first.
func (s *Store) AddressChangesOf(ctx context.Context, person lifecycle.PersonID) ([]access.AddressChange, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.AddressChange, error) {
		rows, err := engine.List(tx, sqlAddressChangesOf, []any{string(person)}, scanChange)
		if err != nil {
			return nil, fmt.Errorf("list changes of address: %w", err)
		}
		list := make([]access.AddressChange, len(rows))
		for i, row := range rows {
			if list[i], err = s.openAddresses(tx, row.AddressChange, row.sealed); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

// changeRow is a change of address as stored.
type changeRow struct {
	access.AddressChange
	sealed []byte
}

func scanChange(scan engine.Scan) (changeRow, error) {
	var c changeRow
	err := scan(&c.ID, engine.TextTo(&c.Person), engine.TextTo(&c.Stage), &c.LinkHash, &c.Generation, &c.sealed,
		engine.Instant{To: &c.AskedAt}, engine.Instant{To: &c.Until}, engine.Instant{To: &c.EndedAt})
	return c, err
}

// openChange reads one that is neither over nor from before the person's
// sessions were last ended.
func (s *Store) openChange(tx *engine.Tx, query, key string) (access.AddressChange, error) {
	rows, err := engine.List(tx, query, []any{key}, scanChange)
	if err == nil && (len(rows) == 0 || !rows[0].Open(s.now())) {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.AddressChange{}, fmt.Errorf("read change of address: %w", err)
	}
	c := rows[0].AddressChange
	person, err := s.readPerson(tx, sqlPerson, string(c.Person))
	if err != nil {
		return c, err
	}
	// Once it has happened it can be undone, whatever a thief changed after it.
	if !person.DisabledAt.IsZero() || c.Stage == access.AddressAsked && c.Generation != person.Generation {
		return c, fmt.Errorf("change of address of before: %w", lifecycle.ErrNotFound)
	}
	return s.openAddresses(tx, c, rows[0].sealed)
}

// addresses is what is sealed of a change.
type addresses struct {
	New string `json:"new"`
	Old string `json:"old"`
}

// changeField binds sealed addresses to their row.
func changeField(id string) string { return "address_change.sealed " + id }

func (s *Store) openAddresses(tx *engine.Tx, c access.AddressChange, sealed []byte) (access.AddressChange, error) {
	key, err := s.subjectKey(tx, string(c.Person))
	if err != nil {
		return c, err
	}
	plain, err := key.Open(changeField(c.ID), sealed)
	if err != nil {
		return c, fmt.Errorf("open change of address: %w", err)
	}
	var both addresses
	if err := json.Unmarshal(plain, &both); err != nil {
		return c, fmt.Errorf("read change of address: %w", err)
	}
	c.New, c.Old = both.New, both.Old
	return c, nil
}

const sqlStopAsked = `
UPDATE address_change SET stage = 'stopped', ended_at = $2 WHERE person_id = $1 AND stage = 'asked'`

const sqlAddAddressChange = `
INSERT INTO address_change (change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at)
VALUES ($1, $2, 'asked', $3, $4, $5, $6, $7, NULL)`

// AskAddress keeps a change of address until its link is opened; one that was
// asked for before is stopped. link goes to the new address, or, where somebody
// else has that, known does, and nobody has the link: neither the answer nor
// what is written tells which. warning goes to the person. The address of link
// and known is filled here.
func (s *Store) AskAddress(ctx context.Context, c access.AddressChange, link, known, warning notice.Notice) error {
	_, _, err := once(ctx, s, "ask address "+string(c.Person), func(tx *engine.Tx) (struct{}, error) {
		person, err := s.readPerson(tx, sqlPerson, string(c.Person))
		if err == nil && (!person.DisabledAt.IsZero() || person.Generation != c.Generation) {
			err = lifecycle.ErrStale
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("ask for an address: %w", err)
		}
		if _, err := tx.Exec(sqlStopAsked, string(c.Person), s.now().UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("stop an earlier change: %w", err)
		}
		c.Old = person.Email
		if err := s.addChange(tx, c); err != nil {
			return struct{}{}, err
		}
		taken, err := s.holdsAddress(tx, c)
		if err != nil {
			return struct{}{}, err
		}
		letter := link
		if taken {
			letter = known
		}
		letter.Address = c.New
		if err := s.queueNotice(tx, letter); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.queueNotice(tx, warning)
	})
	return err
}

func (s *Store) addChange(tx *engine.Tx, c access.AddressChange) error {
	key, err := s.subjectKey(tx, string(c.Person))
	if err != nil {
		return err
	}
	plain, err := json.Marshal(addresses{strings.TrimSpace(c.New), c.Old})
	if err != nil {
		return fmt.Errorf("seal change of address: %w", err)
	}
	sealed, err := key.Seal(changeField(c.ID), plain)
	if err != nil {
		return fmt.Errorf("seal change of address: %w", err)
	}
	_, err = tx.Exec(sqlAddAddressChange, c.ID, string(c.Person), c.LinkHash, c.Generation, sealed, c.AskedAt.UnixMilli(), c.Until.UnixMilli())
	if err != nil {
		return fmt.Errorf("write change of address: %w", err)
	}
	return nil
}

const sqlOtherOfEmail = `
SELECT person_id FROM person WHERE email_hash = $1 AND person_id <> $2 AND unconfirmed_at IS NULL`

// holdsAddress reports whether somebody else has shown that the new address is
// theirs.
func (s *Store) holdsAddress(tx *engine.Tx, c access.AddressChange) (bool, error) {
	var other string
	taken, err := tx.Get(sqlOtherOfEmail, []any{s.emailHash(c.New), string(c.Person)}, &other)
	if err != nil {
		return false, fmt.Errorf("look for an address: %w", err)
	}
	return taken, nil
}

const sqlSetAddress = `UPDATE person SET email_hash = $2, sealed = $3 WHERE person_id = $1`

const sqlMarkChanged = `UPDATE address_change SET stage = 'changed', until_at = $2 WHERE change_id = $1`

// ConfirmAddress gives a person the address to which the link had gone. They
// must be who asked. Of two who confirm one address at once the second is
// lifecycle.ErrInvalid, "email.taken". What was mailed to let somebody in by the
// address of before is void. changed goes to the person; undo to the address of
// before, where there was one.
func (s *Store) ConfirmAddress(ctx context.Context, linkHash string, by lifecycle.PersonID, changed, undo notice.Notice) error {
	_, _, err := once(ctx, s, "confirm address "+linkHash, func(tx *engine.Tx) (struct{}, error) {
		c, err := s.openChange(tx, sqlAddressChangeByLink, linkHash)
		if err == nil && (c.Person != by || c.Stage != access.AddressAsked) {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("confirm address: %w", err)
		}
		person, err := s.readPerson(tx, sqlPerson, string(by))
		if err != nil {
			return struct{}{}, err
		}
		person.Email = c.New
		if err := s.moveAddress(tx, person); err != nil {
			return struct{}{}, err
		}
		if _, err := tx.Exec(sqlMarkChanged, c.ID, s.now().Add(access.AddressUndoFor).UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("confirm address: %w", err)
		}
		if undo.Address = c.Old; undo.Address != "" {
			if err := s.queueNotice(tx, undo); err != nil {
				return struct{}{}, err
			}
		}
		if err := s.queueNotice(tx, changed); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterPerson(tx, person, "address")
	})
	return err
}

// moveAddress writes a person's other address, if nobody has it, and voids what
// was mailed to the one before.
func (s *Store) moveAddress(tx *engine.Tx, p access.Person) error {
	hash := s.emailHash(p.Email)
	if err := giveUpUnconfirmed(tx, hash, p.ID); err != nil {
		return err
	}
	var other string
	taken, err := tx.Get(sqlHolderOfEmail, []any{hash, string(p.ID)}, &other)
	if err != nil || taken {
		return engine.Taken("email", "email.taken", err)
	}
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(sqlSetAddress, string(p.ID), hash, sealed); err != nil {
		return fmt.Errorf("write address: %w", err)
	}
	if _, err := tx.Exec(sqlForgetMailLinks, string(p.ID)); err != nil {
		return fmt.Errorf("void links to the address before: %w", err)
	}
	_, err = s.stopRecovery(tx, p.ID)
	return err
}

const sqlStopChanges = `
UPDATE address_change SET stage = CASE WHEN stage = 'asked' THEN 'stopped' ELSE 'undone' END, ended_at = $3
WHERE person_id = $1 AND asked_at >= $2 AND ended_at IS NULL`

// StopAddress stops a change of address that was asked for. One that has
// happened it undoes, with all that came after: the person has the address of
// before again, and every session, token and link of theirs ends, for somebody
// else may have them. told goes to the person, and after an undoing, as gone, to
// the address that they no longer have.
func (s *Store) StopAddress(ctx context.Context, id string, told, gone notice.Notice) (access.AddressChange, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.AddressChange, error) {
		c, err := s.openChange(tx, sqlAddressChange, id)
		if err == nil && !c.Stoppable() {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return c, fmt.Errorf("stop change of address: %w", err)
		}
		person, err := s.readPerson(tx, sqlPerson, string(c.Person))
		if err != nil {
			return c, err
		}
		if _, err := tx.Exec(sqlStopChanges, string(c.Person), c.AskedAt.UnixMilli(), s.now().UnixMilli()); err != nil {
			return c, fmt.Errorf("stop change of address: %w", err)
		}
		if c.Stage == access.AddressChanged {
			gone.Address = person.Email
			if err := s.undoAddress(tx, person, c.Old); err != nil {
				return c, err
			}
			if err := s.queueNotice(tx, gone); err != nil {
				return c, err
			}
		}
		told.To = c.Person
		return c, s.queueNotice(tx, told)
	})
}

func (s *Store) undoAddress(tx *engine.Tx, p access.Person, old string) error {
	p.Email = old
	if err := s.moveAddress(tx, p); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlNextGeneration, string(p.ID)); err != nil {
		return fmt.Errorf("undo change of address: %w", err)
	}
	if err := s.endCredentialsOf(tx, p.ID); err != nil {
		return err
	}
	if err := endSessionsOf(tx, p.ID); err != nil {
		return err
	}
	if err := s.distrustBrowsers(tx, p.ID); err != nil {
		return err
	}
	return s.enterPerson(tx, p, "address-undone")
}

// DropAddress stops the change that a person has asked for themselves. None is
// lifecycle.ErrNotFound.
func (s *Store) DropAddress(ctx context.Context, person lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "drop address "+string(person), func(tx *engine.Tx) (struct{}, error) {
		rows, err := tx.Exec(sqlStopAsked, string(person), s.now().UnixMilli())
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("stop change of address: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlForgetAddressChanges = `DELETE FROM address_change WHERE person_id = $1`

const sqlPurgeAddressChanges = `
DELETE FROM address_change WHERE change_id IN (
  SELECT change_id FROM address_change WHERE until_at <= $1 ORDER BY until_at LIMIT $2)`
