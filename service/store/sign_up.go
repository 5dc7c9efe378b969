package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlSignUpOf = `
SELECT person_id, CASE WHEN unconfirmed_at IS NULL THEN 0 ELSE 1 END, generation FROM person WHERE email_hash = $1`

const sqlAddUnconfirmed = `
INSERT INTO person (person_id, org_id, roles, sealed, email_hash, password_hash, generation, created_at, disabled_at, unconfirmed_at)
VALUES ($1, NULL, $2, $3, $4, NULL, $5, $6, NULL, $6)`

// SignUpByMail keeps who signs up until a link shows that the address is
// theirs. To an address that somebody signed up with and nobody has confirmed
// it mails one more link; to one that is known, the other notice, and the link
// is nobody's. Neither the answer nor the size of the public log says which it
// was. To of both notices is filled here.
func (s *Store) SignUpByMail(ctx context.Context, p access.Person, link access.MailLink, welcome, known notice.Notice) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		who, waits, err := s.signedUp(tx, p)
		if err != nil {
			return struct{}{}, fmt.Errorf("sign up: %w", err)
		}
		mail := known
		if link.PasswordHash, link.Person = p.PasswordHash, ""; waits {
			mail, link.Person, link.Generation = welcome, who.ID, who.Generation
		}
		mail.To = who.ID
		if err := s.addMailLink(tx, link, mail); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterPerson(tx, p, "sign-up")
	})
	return err
}

// signedUp is whose the address is, and whether they have yet to show it. Who
// is new is added, without a password.
func (s *Store) signedUp(tx *engine.Tx, p access.Person) (who access.Person, waits bool, err error) {
	hash := s.emailHash(p.Email)
	var unconfirmed int64
	found, err := tx.Get(sqlSignUpOf, []any{hash}, engine.TextTo(&who.ID), &unconfirmed, &who.Generation)
	if err != nil || found {
		return who, unconfirmed != 0, err
	}
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return who, false, err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return who, false, err
	}
	_, err = tx.Exec(sqlAddUnconfirmed, string(p.ID), string(roles), sealed, hash, p.Generation, p.CreatedAt.UnixMilli())
	return p, true, err
}

const sqlGiveUpUnconfirmed = `
UPDATE person SET sealed = NULL, email_hash = NULL, password_hash = NULL, disabled_at = unconfirmed_at
WHERE email_hash = $1 AND unconfirmed_at IS NOT NULL AND person_id <> $2`

// giveUpUnconfirmed frees an address that somebody signed up with and never
// showed to be theirs: it must not keep out who is invited.
func giveUpUnconfirmed(tx *engine.Tx, emailHash string, but lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlGiveUpUnconfirmed, emailHash, string(but)); err != nil {
		return fmt.Errorf("free an address: %w", err)
	}
	return nil
}

// Who signed up and never came is forgotten by the purge: first the row, then
// the key that its address was sealed with.

const sqlPurgeUnconfirmed = `
UPDATE person SET sealed = NULL, email_hash = NULL, password_hash = NULL, disabled_at = unconfirmed_at
WHERE person_id IN (
  SELECT person_id FROM person WHERE unconfirmed_at <= $1 AND sealed IS NOT NULL ORDER BY unconfirmed_at LIMIT $2)`

const sqlPurgeUnconfirmedKeys = `
DELETE FROM subject_key WHERE subject IN (
  SELECT k.subject FROM person p JOIN subject_key k ON k.subject = p.person_id
  WHERE p.unconfirmed_at <= $1 AND p.sealed IS NULL LIMIT $2)`
