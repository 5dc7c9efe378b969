package store

import (
	"context"
	"fmt"

	"quitclaim/service/store/engine"
)

// purgePortion bounds how long a purge keeps the writer from others.
const purgePortion = 500

const sqlPurgeAnswers = `
DELETE FROM answer WHERE (scope, principal, route, key_hash) IN (
  SELECT scope, principal, route, key_hash FROM answer
  WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

const sqlPurgeAttempts = `
DELETE FROM attempt WHERE (principal, route, key_hash) IN (
  SELECT principal, route, key_hash FROM attempt
  WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

const sqlPurgeSessions = `
DELETE FROM session WHERE token_hash IN (
  SELECT token_hash FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

// Purge deletes saved answers and sessions that are over, a portion at a time,
// and returns how many it deleted. Nothing reads them any more either way.
func (s *Store) Purge(ctx context.Context) (int, error) {
	total := 0
	for {
		rows, err := write(ctx, s, func(tx *engine.Tx) (int64, error) {
			var rows int64
			for _, query := range []string{sqlPurgeAnswers, sqlPurgeAttempts, sqlPurgeSessions} {
				n, err := tx.Exec(query, s.now().UnixMilli(), int64(purgePortion))
				if err != nil {
					return 0, fmt.Errorf("purge: %w", err)
				}
				rows += n
			}
			return rows, nil
		})
		total += int(rows)
		if err != nil || rows < purgePortion {
			return total, err
		}
	}
}
