package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlMailStanding = `
SELECT language, email_hash, bounced_at, code, retry_at FROM mail_standing WHERE person_id = $1`

// MailStanding is how mail to a person's present address fares.
func (s *Store) MailStanding(ctx context.Context, person lifecycle.PersonID) (notice.Standing, error) {
	return get(ctx, s, func(tx *engine.Tx) (notice.Standing, error) {
		standing, hash, err := readStanding(tx, person)
		if err != nil || hash == "" {
			return standing, err
		}
		p, err := s.readPerson(tx, sqlPerson, string(person))
		if err != nil {
			return standing, err
		}
		if hash != s.emailHash(p.Email) { // another address than the one that bounced
			standing = notice.Standing{Language: standing.Language}
		}
		return standing, nil
	})
}

// readStanding also gives the hash of the address that it is about.
func readStanding(tx *engine.Tx, person lifecycle.PersonID) (standing notice.Standing, emailHash string, err error) {
	_, err = tx.Get(sqlMailStanding, []any{string(person)}, engine.TextTo(&standing.Language), engine.TextTo(&emailHash),
		engine.Instant{To: &standing.BouncedAt}, engine.TextTo(&standing.Code), engine.Instant{To: &standing.RetryAt})
	if err != nil {
		return standing, "", fmt.Errorf("read how mail fares: %w", err)
	}
	return standing, emailHash, nil
}

const sqlMarkBounced = `
INSERT INTO mail_standing (person_id, language, email_hash, bounced_at, code, retry_at)
VALUES ($1, NULL, $2, $3, $4, $5)
ON CONFLICT (person_id) DO UPDATE SET bounced_at = CASE WHEN mail_standing.email_hash = excluded.email_hash
    THEN coalesce(mail_standing.bounced_at, excluded.bounced_at) ELSE excluded.bounced_at END,
  email_hash = excluded.email_hash, code = excluded.code, retry_at = excluded.retry_at`

func (s *Store) markBounced(tx *engine.Tx, person lifecycle.PersonID, emailHash, code string, retryAt time.Time) error {
	_, err := tx.Exec(sqlMarkBounced, string(person), emailHash, s.now().UnixMilli(), engine.Opt(code), retryAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("mark address: %w", err)
	}
	return nil
}

const sqlClearBounced = `
UPDATE mail_standing SET email_hash = NULL, bounced_at = NULL, code = NULL, retry_at = NULL
WHERE person_id = $1`

func clearBounced(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlClearBounced, string(person)); err != nil {
		return fmt.Errorf("clear address: %w", err)
	}
	return nil
}

const sqlHurryMail = `
UPDATE delivery SET next_at = $2
WHERE channel = 'mail' AND done_at IS NULL AND lease_until IS NULL AND next_at > $2
  AND notice_id IN (SELECT notice_id FROM notice WHERE person_id = $1)`

// TryAddress takes the mark from a person's address, because they say that it
// takes mail again, and makes due what waits for it.
func (s *Store) TryAddress(ctx context.Context, person lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "address of "+string(person), func(tx *engine.Tx) (struct{}, error) {
		if err := clearBounced(tx, person); err != nil {
			return struct{}{}, err
		}
		if _, err := tx.Exec(sqlHurryMail, string(person), s.now().UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("hurry mail: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlReads = `
INSERT INTO mail_standing (person_id, language, email_hash, bounced_at, code, retry_at)
VALUES ($1, $2, NULL, NULL, NULL, NULL)
ON CONFLICT (person_id) DO UPDATE SET language = excluded.language`

// ReadsIn notes the language in which a person is written to.
func (s *Store) ReadsIn(ctx context.Context, person lifecycle.PersonID, language string) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		if _, err := tx.Exec(sqlReads, string(person), language); err != nil {
			return struct{}{}, fmt.Errorf("note language: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}
