package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"quitclaim/service/store/engine"
)

// Sessions is where web sessions are kept: under the SHA-256 of their token,
// and sealed, so that the file gives nobody a session.
func (s *Store) Sessions() scs.CtxStore { return sessions{s} }

// sessions implements scs.CtxStore.
type sessions struct{ store *Store }

const sqlSession = `SELECT sealed FROM session WHERE token_hash = $1 AND expires_at > $2`

// FindCtx reads the data of a session that is not over.
func (s sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	hash := tokenHash(token)
	sealed, err := get(ctx, s.store, func(tx *engine.Tx) (sealed []byte, err error) {
		_, err = tx.Get(sqlSession, []any{hash, s.store.now().UnixMilli()}, &sealed)
		return sealed, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	if sealed == nil {
		return nil, false, nil
	}
	// A row that was tampered with is no session, as scs asks for.
	data, err := s.store.sessions.Open(sessionField(hash), sealed)
	return data, err == nil, nil
}

const sqlPutSession = `
INSERT INTO session (token_hash, sealed, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (token_hash) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`

// CommitCtx writes the data of a session.
func (s sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	hash := tokenHash(token)
	sealed, err := s.store.sessions.Seal(sessionField(hash), data)
	if err != nil {
		return fmt.Errorf("seal session: %w", err)
	}
	return s.exec(ctx, sqlPutSession, hash, sealed, expiry.UnixMilli())
}

const sqlDropSession = `DELETE FROM session WHERE token_hash = $1`

// DeleteCtx ends a session.
func (s sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.exec(ctx, sqlDropSession, tokenHash(token))
}

func (s sessions) exec(ctx context.Context, query string, args ...any) error {
	_, err := write(ctx, s.store, func(tx *engine.Tx) (int64, error) { return tx.Exec(query, args...) })
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// Find is FindCtx; scs calls it for nothing that has a context.
func (s sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx, as above.
func (s sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx, as above.
func (s sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func sessionField(hash string) string { return "session.sealed " + hash }
