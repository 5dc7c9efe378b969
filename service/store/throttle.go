package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/store/engine"
)

// throttleDigits is how much of a key's hash is kept. Who makes up names or
// comes from ever new networks would otherwise make rows without end; so there
// are a million at most, and two keys that fall together wait together. Who
// has no key of ours cannot tell which do.
const throttleDigits = 5

const sqlAttempts = `SELECT count, last_at, until_at, forget_at FROM throttle WHERE key_hash = $1`

const sqlPutAttempts = `
INSERT INTO throttle (key_hash, count, last_at, until_at, forget_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key_hash) DO UPDATE SET count = excluded.count, last_at = excluded.last_at, until_at = excluded.until_at,
  forget_at = excluded.forget_at`

const sqlDropAttempts = `DELETE FROM throttle WHERE key_hash = $1`

// ChangeAttempts implements access.ThrottleStore. Nothing in the table says
// whose attempts they are.
func (s *Store) ChangeAttempts(ctx context.Context, key string, change func(access.Attempts) (access.Attempts, error)) error {
	hash := s.keys.LookupHash("throttle", key)[:throttleDigits]
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		if err := tx.Serialize("throttle " + hash); err != nil {
			return struct{}{}, err
		}
		was, err := readAttempts(tx, hash)
		if err != nil {
			return struct{}{}, err
		}
		next, err := change(was)
		if err != nil || next == was {
			return struct{}{}, err
		}
		return struct{}{}, putAttempts(tx, hash, next)
	})
	return err
}

func readAttempts(tx *engine.Tx, hash string) (a access.Attempts, err error) {
	var until *int64
	_, err = tx.Get(sqlAttempts, []any{hash}, &a.Count, engine.Instant{To: &a.Last}, &until, engine.Instant{To: &a.Forget})
	if until != nil && *until > 0 {
		a.Until = time.UnixMilli(*until).UTC()
	}
	if err != nil {
		return a, fmt.Errorf("read attempts: %w", err)
	}
	return a, nil
}

func putAttempts(tx *engine.Tx, hash string, a access.Attempts) (err error) {
	until := int64(0) // it need not wait
	if !a.Until.IsZero() {
		until = a.Until.UnixMilli()
	}
	if a == (access.Attempts{}) {
		_, err = tx.Exec(sqlDropAttempts, hash)
	} else {
		_, err = tx.Exec(sqlPutAttempts, hash, int64(a.Count), a.Last.UnixMilli(), until, a.Forget.UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("write attempts: %w", err)
	}
	return nil
}
