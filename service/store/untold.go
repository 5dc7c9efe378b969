package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlSetAside = `
INSERT INTO untold (source, error, tries, first_at, next_at, given_up_at) VALUES ($1, $2, $3, $4, $5, NULL)
ON CONFLICT (source) DO NOTHING`

// SetAside keeps what could not be told, to be tried again. What is set aside
// already stays as it is.
func (s *Store) SetAside(ctx context.Context, u notice.Untold) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) { return struct{}{}, setAside(tx, u) })
	return err
}

func setAside(tx *engine.Tx, u notice.Untold) error {
	_, err := tx.Exec(sqlSetAside, string(u.Source), u.Error, int64(u.Tries), u.FirstAt.UnixMilli(), u.NextAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("set aside what could not be told: %w", err)
	}
	return nil
}

func scanUntold(scan engine.Scan) (notice.Untold, error) {
	var u notice.Untold
	err := scan(engine.TextTo(&u.Source), &u.Error, &u.Tries, engine.Instant{To: &u.FirstAt}, engine.Instant{To: &u.NextAt},
		engine.Instant{To: &u.GivenUpAt})
	return u, err
}

// MATERIALIZED: see sqlClaimWork.
const sqlClaimUntold = `
WITH due AS MATERIALIZED (
  SELECT source FROM untold WHERE given_up_at IS NULL AND next_at <= $1
  ORDER BY next_at LIMIT $3 /* only rows that nobody has */)
UPDATE untold SET tries = tries + 1, next_at = $2
WHERE source IN (SELECT source FROM due)
RETURNING source, error, tries, first_at, next_at, given_up_at`

// ClaimUntold leases what is due to be tried again. The try counts before it is
// made: what ends the process is not tried for ever either.
func (s *Store) ClaimUntold(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]notice.Untold, error) {
	return write(ctx, s, func(tx *engine.Tx) ([]notice.Untold, error) {
		list, err := engine.List(tx, sqlClaimUntold, []any{now.UnixMilli(), now.Add(lease).UnixMilli(), int64(limit)}, scanUntold)
		if err != nil {
			return nil, fmt.Errorf("claim what could not be told: %w", err)
		}
		return list, nil
	})
}

const sqlPutUntoldOff = `
UPDATE untold SET error = $3, next_at = $4, given_up_at = $5 WHERE source = $1 AND tries = $2`

const sqlEndUntold = `DELETE FROM untold WHERE source = $1 AND tries = $2`

// FinishUntold ends a lease: everybody was told, or it is put off, or given up.
// What somebody else has taken up meanwhile is theirs to finish.
func (s *Store) FinishUntold(ctx context.Context, u notice.Untold, told bool) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		key := []any{string(u.Source), int64(u.Tries)}
		var err error
		if told {
			_, err = tx.Exec(sqlEndUntold, key...)
		} else {
			_, err = tx.Exec(sqlPutUntoldOff, append(key, u.Error, u.NextAt.UnixMilli(), engine.At(u.GivenUpAt))...)
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("finish what could not be told: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlUntold = `
SELECT source, error, tries, first_at, next_at, given_up_at FROM untold WHERE source > $1 ORDER BY source LIMIT $2`

// Untold lists what could not be told.
func (s *Store) Untold(ctx context.Context, page lifecycle.Page) ([]notice.Untold, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]notice.Untold, error) {
		return engine.List(tx, sqlUntold, []any{page.After, int64(limit)}, scanUntold)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list what could not be told: %w", err)
	}
	return list, after(list, limit, func(u notice.Untold) string { return string(u.Source) }), nil
}

const sqlTryUntold = `
UPDATE untold SET tries = 1, next_at = $1, given_up_at = NULL`

// TryUntold makes all that could not be told due now, as if it had been tried
// once, and says how many there are.
func (s *Store) TryUntold(ctx context.Context, now time.Time) (int64, error) {
	return write(ctx, s, func(tx *engine.Tx) (int64, error) {
		rows, err := tx.Exec(sqlTryUntold, now.UnixMilli())
		if err != nil {
			return 0, fmt.Errorf("try again what could not be told: %w", err)
		}
		return rows, nil
	})
}
