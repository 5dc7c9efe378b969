package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddProviderAttempt = `
INSERT INTO provider_attempt (state_hash, browser_hash, provider_id, purpose, person_id, sealed, started_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// StartProviderAttempt keeps a way to a provider until its browser is back.
func (s *Store) StartProviderAttempt(ctx context.Context, a access.ProviderAttempt) error {
	plain, err := json.Marshal(a.Kept)
	if err != nil {
		return fmt.Errorf("encode attempt: %w", err)
	}
	sealed, err := s.sessions.Seal(providerAttemptField(a.StateHash), plain)
	if err != nil {
		return fmt.Errorf("seal attempt: %w", err)
	}
	_, err = write(ctx, s, func(tx *engine.Tx) (int64, error) {
		return tx.Exec(sqlAddProviderAttempt, a.StateHash, a.BrowserHash, a.Provider, string(a.Purpose), engine.Opt(a.Person), sealed,
			a.StartedAt.UnixMilli(), a.ExpiresAt.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("write attempt: %w", err)
	}
	return nil
}

// Another browser's attempt stays: whoever began it is still on their way.
const sqlTakeProviderAttempt = `
DELETE FROM provider_attempt WHERE state_hash = $1 AND browser_hash = $2
RETURNING provider_id, purpose, person_id, sealed, started_at, expires_at`

// TakeProviderAttempt uses an attempt up. One that was taken, is too old, is
// another browser's or never was is lifecycle.ErrNotFound.
func (s *Store) TakeProviderAttempt(ctx context.Context, stateHash, browserHash string) (access.ProviderAttempt, error) {
	taken, err := write(ctx, s, func(tx *engine.Tx) (access.ProviderAttempt, error) {
		a := access.ProviderAttempt{StateHash: stateHash, BrowserHash: browserHash}
		var sealed []byte
		found, err := tx.Get(sqlTakeProviderAttempt, []any{stateHash, browserHash}, &a.Provider, engine.TextTo(&a.Purpose),
			engine.TextTo(&a.Person), &sealed, engine.Instant{To: &a.StartedAt}, engine.Instant{To: &a.ExpiresAt})
		if err != nil || !found {
			return access.ProviderAttempt{}, err
		}
		plain, err := s.sessions.Open(providerAttemptField(stateHash), sealed)
		if err != nil {
			return a, err
		}
		err = json.Unmarshal(plain, &a.Kept)
		return a, err
	})
	if err != nil {
		return taken, fmt.Errorf("take attempt: %w", err)
	}
	if taken.Provider == "" || !s.now().Before(taken.ExpiresAt) {
		return taken, fmt.Errorf("attempt: %w", lifecycle.ErrNotFound)
	}
	return taken, nil
}

// providerAttemptField binds sealed data to its row.
func providerAttemptField(stateHash string) string { return "provider_attempt.sealed " + stateHash }

const sqlPurgeProviderAttempts = `
DELETE FROM provider_attempt WHERE state_hash IN (
  SELECT state_hash FROM provider_attempt WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
AND expires_at <= $1`
