package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/store/engine"
)

// Web sessions are kept under the SHA-256 of their token, and sealed, so that
// the file gives nobody a session.

const sqlSession = `SELECT sealed FROM session WHERE token_hash = $1 AND expires_at > $2`

// FindSession reads the data of a session that is not over.
func (s *Store) FindSession(ctx context.Context, tokenHash string) (data []byte, found bool, err error) {
	sealed, err := get(ctx, s, func(tx *engine.Tx) (sealed []byte, err error) {
		_, err = tx.Get(sqlSession, []any{tokenHash, s.now().UnixMilli()}, &sealed)
		return sealed, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	if sealed == nil {
		return nil, false, nil
	}
	// A row that was tampered with is no session.
	data, err = s.sessions.Open(sessionField(tokenHash), sealed)
	return data, err == nil, nil
}

const sqlPutSession = `
INSERT INTO session (token_hash, sealed, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (token_hash) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`

// CommitSession writes the data of a session.
func (s *Store) CommitSession(ctx context.Context, tokenHash string, data []byte, expiry time.Time) error {
	sealed, err := s.sessions.Seal(sessionField(tokenHash), data)
	if err != nil {
		return fmt.Errorf("seal session: %w", err)
	}
	return s.execSession(ctx, sqlPutSession, tokenHash, sealed, expiry.UnixMilli())
}

const sqlTouchSession = `UPDATE session SET sealed = $2, expires_at = $3 WHERE token_hash = $1`

// TouchSession is CommitSession for a session that is there. One that somebody
// has ended meanwhile, at whatever process, stays ended.
func (s *Store) TouchSession(ctx context.Context, tokenHash string, data []byte, expiry time.Time) error {
	sealed, err := s.sessions.Seal(sessionField(tokenHash), data)
	if err != nil {
		return fmt.Errorf("seal session: %w", err)
	}
	return s.execSession(ctx, sqlTouchSession, tokenHash, sealed, expiry.UnixMilli())
}

const sqlDropSession = `DELETE FROM session WHERE token_hash = $1`

// DeleteSession ends a session.
func (s *Store) DeleteSession(ctx context.Context, tokenHash string) error {
	return s.execSession(ctx, sqlDropSession, tokenHash)
}

func (s *Store) execSession(ctx context.Context, query string, args ...any) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (int64, error) { return tx.Exec(query, args...) })
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// sessionField binds sealed data to its row: moved to another, it does not open.
func sessionField(tokenHash string) string { return "session.sealed " + tokenHash }
