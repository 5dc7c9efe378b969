package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPutCeremony = `
INSERT INTO ceremony (key_hash, purpose, person_id, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key_hash) DO UPDATE SET purpose = excluded.purpose, person_id = excluded.person_id, sealed = excluded.sealed,
  expires_at = excluded.expires_at`

// BeginCeremony keeps what a WebAuthn ceremony has begun with. One under the
// same key before it is over.
func (s *Store) BeginCeremony(ctx context.Context, c access.Ceremony) error {
	sealed, err := s.sessions.Seal(ceremonyField(c), c.Data)
	if err != nil {
		return fmt.Errorf("seal ceremony: %w", err)
	}
	_, err = write(ctx, s, func(tx *engine.Tx) (int64, error) {
		return tx.Exec(sqlPutCeremony, c.KeyHash, string(c.Purpose), engine.Opt(c.Person), sealed, c.ExpiresAt.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("begin ceremony: %w", err)
	}
	return nil
}

const sqlTakeCeremony = `
DELETE FROM ceremony WHERE key_hash = $1 AND purpose = $2 AND coalesce(person_id, '') = $3
RETURNING sealed, expires_at`

// TakeCeremony takes what a ceremony has begun with, once. One that is unknown,
// taken, too old, of another purpose or another person is
// lifecycle.ErrNotFound.
func (s *Store) TakeCeremony(ctx context.Context, c access.Ceremony) (access.Ceremony, error) {
	taken, err := write(ctx, s, func(tx *engine.Tx) (access.Ceremony, error) {
		one := c
		found, err := tx.Get(sqlTakeCeremony, []any{c.KeyHash, string(c.Purpose), string(c.Person)}, &one.Data,
			engine.Instant{To: &one.ExpiresAt})
		if err == nil && !found {
			err = lifecycle.ErrNotFound
		}
		return one, err
	})
	if err == nil && !s.now().Before(taken.ExpiresAt) {
		err = lifecycle.ErrNotFound // taken all the same
	}
	if err != nil {
		return access.Ceremony{}, fmt.Errorf("take ceremony: %w", err)
	}
	if taken.Data, err = s.sessions.Open(ceremonyField(c), taken.Data); err != nil {
		return access.Ceremony{}, fmt.Errorf("take ceremony: %w: %w", err, lifecycle.ErrNotFound)
	}
	return taken, nil
}

// ceremonyField binds sealed data to its row: moved to another, it does not
// open.
func ceremonyField(c access.Ceremony) string {
	return "ceremony.sealed " + c.KeyHash + " " + string(c.Purpose) + " " + string(c.Person)
}
