package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

const sqlSetPasswords = `UPDATE organisation SET passwords_off_at = $2 WHERE org_id = $1`

const sqlEndSessionsOfOthers = `UPDATE person SET generation = generation + 1 WHERE org_id = $1 AND person_id <> $2`

const sqlDropSessionsOfOthers = `
DELETE FROM session WHERE person_id IN (SELECT person_id FROM person WHERE org_id = $1 AND person_id <> $2)`

// SetPasswords says whether staff of an organisation may sign in with passwords.
// Where they no longer may, every session ends but those of who says so.
func (s *Store) SetPasswords(ctx context.Context, id lifecycle.OrgID, by lifecycle.PersonID, allowed bool) (access.Organisation, error) {
	scope := fmt.Sprintf("passwords %s %t", id, allowed)
	org, _, err := once(ctx, s, scope, func(tx *engine.Tx) (access.Organisation, error) {
		org, err := catalog.Organisation(tx, id)
		if err != nil || org.PasswordsOff() != allowed {
			return org, err // it is so already
		}
		event := "passwords-on"
		if org.PasswordsOffAt = (time.Time{}); !allowed {
			org.PasswordsOffAt, event = s.instant(), "passwords-off"
			if err := endSessionsOfOthers(tx, id, by); err != nil {
				return org, err
			}
		}
		if _, err := tx.Exec(sqlSetPasswords, string(id), engine.At(org.PasswordsOffAt)); err != nil {
			return org, fmt.Errorf("set passwords of %s: %w", id, err)
		}
		return org, s.enterAdmin(tx, book.Record{Kind: "org", Subject: string(id), Event: event}, struct {
			By lifecycle.PersonID `json:"by,omitempty"`
		}{by})
	})
	return org, err
}

func endSessionsOfOthers(tx *engine.Tx, org lifecycle.OrgID, but lifecycle.PersonID) error {
	for _, query := range []string{sqlEndSessionsOfOthers, sqlDropSessionsOfOthers} {
		if _, err := tx.Exec(query, string(org), string(but)); err != nil {
			return fmt.Errorf("end sessions of %s: %w", org, err)
		}
	}
	return nil
}

// waysIn counts by what a person could come in now: a password where it lets
// anybody in, passkeys that are good, identities at providers that stand.
func (s *Store) waysIn(tx *engine.Tx, p access.Person) (int, error) {
	ways := 0
	if p.PasswordHash != "" {
		counts := true
		if p.Org != "" {
			org, err := catalog.Organisation(tx, p.Org)
			if err != nil {
				return 0, err
			}
			counts = !org.PasswordsOff()
		}
		if counts {
			ways++
		}
	}
	passkeys, err := s.passkeysOf(tx, p.ID)
	if err != nil {
		return 0, err
	}
	for _, one := range passkeys {
		if one.Stands() {
			ways++
		}
	}
	providers, err := catalog.ProvidersOf(tx, p.ID)
	if err != nil {
		return 0, err
	}
	for _, one := range providers {
		if one.Stands() {
			ways++
		}
	}
	return ways, nil
}
