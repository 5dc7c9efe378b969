package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
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
INSERT INTO session (token_hash, sealed, expires_at, session_id, person_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (token_hash) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`

// CommitSession writes a session. Its person is here, so nobody has to wait any
// more to get back in for them; and an owner is told where the browser is a
// strange one.
func (s *Store) CommitSession(ctx context.Context, session access.Session) error {
	sealed, err := s.sessions.Seal(sessionField(session.TokenHash), session.Data)
	if err != nil {
		return fmt.Errorf("seal session: %w", err)
	}
	_, err = write(ctx, s, func(tx *engine.Tx) (bool, error) {
		_, err := tx.Exec(sqlPutSession, session.TokenHash, sealed, session.ExpiresAt.UnixMilli(),
			engine.Opt(session.ID), engine.Opt(session.Person))
		if err != nil || session.Person == "" {
			return false, err
		}
		if session.Browser != "" {
			if err := s.meetBrowser(tx, session); err != nil {
				return false, err
			}
		}
		return s.stopRecovery(tx, session.Person)
	})
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

const sqlRenewSession = `
UPDATE session SET token_hash = $2, sealed = $3, expires_at = $4 WHERE token_hash = $1`

// RenewSession gives a session that is there another token: the old one is
// nobody's from then on. One that has ended meanwhile stays ended, and renewed
// is false.
func (s *Store) RenewSession(ctx context.Context, oldHash string, session access.Session) (renewed bool, err error) {
	sealed, err := s.sessions.Seal(sessionField(session.TokenHash), session.Data)
	if err != nil {
		return false, fmt.Errorf("seal session: %w", err)
	}
	rows, err := write(ctx, s, func(tx *engine.Tx) (int64, error) {
		return tx.Exec(sqlRenewSession, oldHash, session.TokenHash, sealed, session.ExpiresAt.UnixMilli())
	})
	if err != nil {
		return false, fmt.Errorf("renew session: %w", err)
	}
	return rows > 0, nil
}

const sqlTouchSession = `UPDATE session SET sealed = $2, expires_at = $3 WHERE token_hash = $1`

// TouchSession writes the data of a session that is there. One that somebody
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

const sqlSessionsOf = `
SELECT session_id, token_hash, sealed, expires_at FROM session
WHERE person_id = $1 AND expires_at > $2
ORDER BY session_id LIMIT $3`

// maxSessions is how many sessions of one person are listed; a person who has
// more ends them all at once.
const maxSessions = 200

// SessionsOf lists the sessions of a person that are not over.
func (s *Store) SessionsOf(ctx context.Context, person lifecycle.PersonID) ([]access.Session, error) {
	rows, err := get(ctx, s, func(tx *engine.Tx) ([]access.Session, error) {
		return engine.List(tx, sqlSessionsOf, []any{string(person), s.now().UnixMilli(), int64(maxSessions)},
			func(scan engine.Scan) (access.Session, error) {
				one := access.Session{Person: person}
				err := scan(&one.ID, &one.TokenHash, &one.Data, engine.Instant{To: &one.ExpiresAt})
				return one, err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions of %s: %w", person, err)
	}
	list := rows[:0]
	for _, one := range rows {
		// A row that was tampered with is no session.
		if one.Data, err = s.sessions.Open(sessionField(one.TokenHash), one.Data); err == nil {
			list = append(list, one)
		}
	}
	return list, nil
}

const sqlEndSession = `DELETE FROM session WHERE session_id = $1 AND person_id = $2`

// EndSessionOf ends one session of a person. What is over, and another
// person's, are lifecycle.ErrNotFound.
func (s *Store) EndSessionOf(ctx context.Context, person lifecycle.PersonID, id string) error {
	_, _, err := onceGuarded(ctx, s, "end session "+id, func(tx *engine.Tx) (struct{}, error) {
		rows, err := tx.Exec(sqlEndSession, id, string(person))
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("end session: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlEndOtherSessions = `DELETE FROM session WHERE person_id = $1 AND session_id <> $2`

// EndOtherSessions ends every session of a person but one.
func (s *Store) EndOtherSessions(ctx context.Context, person lifecycle.PersonID, but string) error {
	return s.execSession(ctx, sqlEndOtherSessions, string(person), but)
}

const sqlEndSessionsOf = `DELETE FROM session WHERE person_id = $1`

// endSessionsOf ends every session of a person whose generation goes on: those
// from before are nobody's anyway, and must not be listed.
func endSessionsOf(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlEndSessionsOf, string(person)); err != nil {
		return fmt.Errorf("end sessions of %s: %w", person, err)
	}
	return nil
}

// endSessionsBut ends every session of a person but the one with this id; empty:
// all.
func endSessionsBut(tx *engine.Tx, person lifecycle.PersonID, here string) error {
	if _, err := tx.Exec(sqlEndOtherSessions, string(person), here); err != nil {
		return fmt.Errorf("end other sessions of %s: %w", person, err)
	}
	return nil
}

// endAllOf ends every session and token of a person.
func (s *Store) endAllOf(tx *engine.Tx, person lifecycle.PersonID) error {
	if err := s.endCredentialsOf(tx, person); err != nil {
		return err
	}
	return endSessionsOf(tx, person)
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
