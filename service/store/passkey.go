package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlPasskey = `
SELECT passkey_id, person_id, sealed, counter, created_at, used_at, disabled_at
FROM passkey WHERE passkey_id = $1`

const sqlPasskeyByCredential = `
SELECT passkey_id, person_id, sealed, counter, created_at, used_at, disabled_at
FROM passkey WHERE credential_hash = $1`

const sqlPasskeysOf = `
SELECT passkey_id, person_id, sealed, counter, created_at, used_at, disabled_at
FROM passkey WHERE person_id = $1 ORDER BY passkey_id`

// PasskeyByCredential reads the passkey with this id of its authenticator's,
// also a disabled one.
func (s *Store) PasskeyByCredential(ctx context.Context, credential []byte) (access.Passkey, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Passkey, error) {
		return s.onePasskey(tx, sqlPasskeyByCredential, s.credentialHash(credential))
	})
}

// PasskeysOf lists a person's passkeys, disabled ones among them.
func (s *Store) PasskeysOf(ctx context.Context, person lifecycle.PersonID) ([]access.Passkey, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.Passkey, error) { return s.passkeysOf(tx, person) })
}

const sqlStandingPasskey = `SELECT passkey_id FROM passkey WHERE person_id = $1 AND disabled_at IS NULL LIMIT 1`

// HasPasskey reports whether a person has a passkey that is good.
func (s *Store) HasPasskey(ctx context.Context, person lifecycle.PersonID) (bool, error) {
	return get(ctx, s, func(tx *engine.Tx) (bool, error) {
		var id string
		found, err := tx.Get(sqlStandingPasskey, []any{string(person)}, &id)
		if err != nil {
			return false, fmt.Errorf("look for a passkey: %w", err)
		}
		return found, nil
	})
}

const sqlAddPasskey = `
INSERT INTO passkey (passkey_id, person_id, credential_hash, sealed, counter, created_at, used_at, disabled_at)
VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL)`

// AddPasskey adds a passkey to a person. A credential that is on record, of
// whomever, and one more than access.MaxPasskeys are lifecycle.ErrInvalid.
func (s *Store) AddPasskey(ctx context.Context, p access.Passkey) error {
	_, _, err := once(ctx, s, "passkey "+string(p.Person), func(tx *engine.Tx) (struct{}, error) {
		person, err := s.readPerson(tx, sqlPerson, string(p.Person))
		if err == nil && !person.DisabledAt.IsZero() {
			err = lifecycle.ErrForbidden
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("add passkey: %w", err)
		}
		if err := s.roomForPasskey(tx, p); err != nil {
			return struct{}{}, err
		}
		sealed, err := s.sealPasskey(tx, p)
		if err != nil {
			return struct{}{}, err
		}
		_, err = tx.Exec(sqlAddPasskey, p.ID, string(p.Person), s.credentialHash(p.Credential), sealed, int64(p.Counter),
			p.CreatedAt.UnixMilli())
		if err != nil {
			return struct{}{}, fmt.Errorf("add passkey: %w", err)
		}
		if err := s.tellPasskey(tx, p, "", p.CreatedAt); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterPasskey(tx, p.Person, p.ID, "add")
	})
	return err
}

func (s *Store) roomForPasskey(tx *engine.Tx, p access.Passkey) error {
	_, err := s.onePasskey(tx, sqlPasskeyByCredential, s.credentialHash(p.Credential))
	if err == nil {
		return engine.Taken("response", "passkey.taken", nil)
	}
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	had, err := s.passkeysOf(tx, p.Person)
	if err != nil {
		return err
	}
	if len(had) >= access.MaxPasskeys {
		return engine.Taken("response", "passkey.full", nil)
	}
	return nil
}

const sqlRenamePasskey = `UPDATE passkey SET sealed = $2 WHERE passkey_id = $1`

// RenamePasskey gives a passkey of this person another name. Another's is
// lifecycle.ErrNotFound.
func (s *Store) RenamePasskey(ctx context.Context, person lifecycle.PersonID, id, name string) error {
	_, _, err := once(ctx, s, "passkey "+id, func(tx *engine.Tx) (struct{}, error) {
		p, err := s.passkeyOf(tx, person, id)
		if err != nil {
			return struct{}{}, err
		}
		p.Name = name
		sealed, err := s.sealPasskey(tx, p)
		if err != nil {
			return struct{}{}, err
		}
		if _, err := tx.Exec(sqlRenamePasskey, id, sealed); err != nil {
			return struct{}{}, fmt.Errorf("rename passkey: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlDropPasskey = `DELETE FROM passkey WHERE passkey_id = $1`

// RemovePasskey takes a passkey from this person for good, and ends every session
// of theirs but the one named here: whoever has the lost phone is signed in on
// it. Another's is lifecycle.ErrNotFound; the last way in that a person has is
// lifecycle.ErrInvalid, "passkey.last".
func (s *Store) RemovePasskey(ctx context.Context, person lifecycle.PersonID, id, here string) error {
	_, _, err := once(ctx, s, "remove passkey "+id, func(tx *engine.Tx) (struct{}, error) {
		p, err := s.passkeyOf(tx, person, id)
		if err != nil {
			return struct{}{}, err
		}
		another, err := s.anotherWayIn(tx, p)
		if err != nil {
			return struct{}{}, err
		}
		if !another {
			return struct{}{}, engine.Taken("passkey", "passkey.last", nil)
		}
		if _, err := tx.Exec(sqlDropPasskey, id); err != nil {
			return struct{}{}, fmt.Errorf("remove passkey: %w", err)
		}
		if err := endSessionsBut(tx, person, here); err != nil {
			return struct{}{}, err
		}
		if err := s.tellPasskey(tx, p, "removed", s.now()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterPasskey(tx, person, id, "remove")
	})
	return err
}

// anotherWayIn reports whether its person could come in without this passkey.
func (s *Store) anotherWayIn(tx *engine.Tx, without access.Passkey) (bool, error) {
	if !without.Stands() {
		return true, nil // it is no way in
	}
	person, err := s.readPerson(tx, sqlPerson, string(without.Person))
	if err != nil {
		return false, err
	}
	ways, err := s.waysIn(tx, person)
	return ways > 1, err
}

const sqlUsePasskey = `UPDATE passkey SET counter = $2, used_at = $3, sealed = $4 WHERE passkey_id = $1`

const sqlDisablePasskey = `UPDATE passkey SET disabled_at = $2 WHERE passkey_id = $1`

const sqlNextGeneration = `UPDATE person SET generation = generation + 1 WHERE person_id = $1`

// UsePasskey writes that a passkey was used and what its counter says. One that
// is gone or disabled is lifecycle.ErrUnauthenticated. A counter that does not
// follow says that there are two of the key: it is disabled, every session and
// token of its person ends, for whoever has the copy may have made one, and the
// error is access.ErrCloned.
func (s *Store) UsePasskey(ctx context.Context, id string, counter uint32, backedUp bool, at time.Time) error {
	cloned, err := writeAlone(ctx, s, func(tx *engine.Tx) (bool, error) {
		p, err := s.onePasskey(tx, sqlPasskey, id)
		if errors.Is(err, lifecycle.ErrNotFound) || err == nil && !p.Stands() {
			err = lifecycle.ErrUnauthenticated
		}
		if err != nil {
			return false, fmt.Errorf("use passkey: %w", err)
		}
		if !p.Counts(counter) {
			return true, s.disablePasskey(tx, p, at)
		}
		p.BackedUp = backedUp
		sealed, err := s.sealPasskey(tx, p)
		if err != nil {
			return false, err
		}
		if _, err := tx.Exec(sqlUsePasskey, id, int64(counter), at.UnixMilli(), sealed); err != nil {
			return false, fmt.Errorf("use passkey: %w", err)
		}
		return false, nil
	})
	if err == nil && cloned {
		err = access.ErrCloned
	}
	return err
}

func (s *Store) disablePasskey(tx *engine.Tx, p access.Passkey, at time.Time) error {
	if _, err := tx.Exec(sqlDisablePasskey, p.ID, at.UnixMilli()); err != nil {
		return fmt.Errorf("disable passkey: %w", err)
	}
	if _, err := tx.Exec(sqlNextGeneration, string(p.Person)); err != nil {
		return fmt.Errorf("disable passkey: %w", err)
	}
	if err := s.endAllOf(tx, p.Person); err != nil {
		return err
	}
	if err := s.distrustBrowsers(tx, p.Person); err != nil {
		return err
	}
	if err := s.tellPasskey(tx, p, "disabled", at); err != nil {
		return err
	}
	return s.enterPasskey(tx, p.Person, p.ID, "disable")
}

// tellPasskey tells the person what became of their passkey; empty: it was
// added.
func (s *Store) tellPasskey(tx *engine.Tx, p access.Passkey, what string, at time.Time) error {
	n := notice.Notice{To: p.Person, Kind: notice.KindPasskeyAdded, Link: "/account/passkeys", Once: "passkey " + p.ID + " " + what, At: at}
	if what != "" {
		n.Params = map[string]string{"what": what}
	}
	return s.queueNotice(tx, n)
}

const sqlDropPasskeysOf = `DELETE FROM passkey WHERE person_id = $1 RETURNING passkey_id`

// takePasskeys takes every passkey of a person, each with its entry.
func (s *Store) takePasskeys(tx *engine.Tx, person lifecycle.PersonID) error {
	taken, err := engine.List(tx, sqlDropPasskeysOf, []any{string(person)}, func(scan engine.Scan) (id string, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return fmt.Errorf("take passkeys of %s: %w", person, err)
	}
	for _, id := range taken {
		if err := s.enterPasskey(tx, person, id, "remove"); err != nil {
			return err
		}
	}
	return nil
}

// enterPasskey enters what became of which passkey of a person's, by an id that
// says nothing: by the count alone, one that was taken away could come back in
// place of another.
func (s *Store) enterPasskey(tx *engine.Tx, person lifecycle.PersonID, id, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "passkey", Subject: string(person), Event: event}, access.StandingPasskey{ID: id})
}

// credentialHash is by what a passkey is found: its authenticator's id tells
// one person from another.
func (s *Store) credentialHash(credential []byte) string {
	return s.keys.LookupHash("passkey", base64.RawURLEncoding.EncodeToString(credential))
}

// ownPasskey is what is sealed of a passkey.
type ownPasskey struct {
	Name           string   `json:"name"`
	Credential     []byte   `json:"credential"`
	PublicKey      []byte   `json:"public_key"`
	Transports     []string `json:"transports,omitempty"`
	AAGUID         []byte   `json:"aaguid,omitempty"`
	BackupEligible bool     `json:"backup_eligible,omitempty"`
	BackedUp       bool     `json:"backed_up,omitempty"`
}

func (s *Store) sealPasskey(tx *engine.Tx, p access.Passkey) ([]byte, error) {
	key, err := s.subjectKey(tx, string(p.Person))
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(ownPasskey{p.Name, p.Credential, p.PublicKey, p.Transports, p.AAGUID, p.BackupEligible, p.BackedUp})
	if err != nil {
		return nil, fmt.Errorf("seal passkey: %w", err)
	}
	sealed, err := key.Seal(passkeyField(p.ID), plain)
	if err != nil {
		return nil, fmt.Errorf("seal passkey: %w", err)
	}
	return sealed, nil
}

// passkeyField binds sealed data to its row: moved to another, it does not open.
func passkeyField(id string) string { return "passkey.sealed " + id }
