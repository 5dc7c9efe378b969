package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// keepAnswers is how long the answer to an idempotency key stays (DESIGN
// section 7).
const keepAnswers = 7 * 24 * time.Hour

// once is the door of every write that changes the domain. It runs the write
// unless the context carries an idempotency key under which the same principal
// already had it done for this scope; then it answers with what was answered.
// The saved answer commits with the write. What run checks stays true until
// then.
func once[T any](ctx context.Context, s *Store, scope string, run func(*engine.Tx) (T, error)) (T, bool, error) {
	return onceBy(ctx, s, s.db.WriteAlone, scope, run)
}

// onceGuarded is once for a run that guards what it checks by itself.
func onceGuarded[T any](ctx context.Context, s *Store, scope string, run func(*engine.Tx) (T, error)) (T, bool, error) {
	return onceBy(ctx, s, s.db.Write, scope, run)
}

func onceBy[T any](ctx context.Context, s *Store, door func(context.Context, func(*engine.Tx) error) error, scope string,
	run func(*engine.Tx) (T, error),
) (T, bool, error) {
	// The caller may be gone while the writer is still at it, so the answer
	// has a place of its own and is read only when the writer has finished.
	type result struct {
		answer   T
		replayed bool
	}
	r := &result{}
	attempt, has := access.IdempotencyFrom(ctx)
	err := door(ctx, func(tx *engine.Tx) (err error) {
		*r = result{}
		if has {
			// Of two that come with one key at once, the second waits here and
			// finds the first one's answer, or that its own body is another. So
			// what it is about is not in the lock.
			if err := tx.Serialize(attemptLock(attempt)); err != nil {
				return fmt.Errorf("wait for the same attempt: %w", err)
			}
			saved, found, err := s.savedAnswer(tx, scope, attempt)
			if err != nil {
				return err
			}
			if found {
				r.replayed = true
				return json.Unmarshal(saved, &r.answer)
			}
		}
		if r.answer, err = run(tx); err != nil || !has {
			return err
		}
		return s.saveAnswer(tx, scope, attempt, r.answer)
	})
	if err != nil {
		var none T
		return none, false, err
	}
	return r.answer, r.replayed, nil
}

const sqlAttempt = `
SELECT digest FROM attempt
WHERE principal = $1 AND route = $2 AND key_hash = $3 AND expires_at > $4`

const sqlAnswer = `
SELECT sealed FROM answer
WHERE principal = $1 AND route = $2 AND key_hash = $3 AND expires_at > $4 AND scope = $5`

// savedAnswer is what was answered to this attempt about this scope. The same
// key with another body is refused, whatever that body is about.
func (s *Store) savedAnswer(tx *engine.Tx, scope string, a access.Idempotency) ([]byte, bool, error) {
	key := append(attemptKey(a), s.now().UnixMilli())
	var digest string
	found, err := tx.Get(sqlAttempt, key, &digest)
	if err != nil {
		return nil, false, fmt.Errorf("read attempt: %w", err)
	}
	if !found {
		return nil, false, nil
	}
	if digest != s.digestHash(a) {
		return nil, false, fmt.Errorf("%s: %w", a.Route, lifecycle.ErrKeyReused)
	}
	var sealed []byte
	if found, err = tx.Get(sqlAnswer, append(key, scope), &sealed); err != nil || !found {
		return nil, false, err
	}
	answer, err := s.answers.Open(answerField(scope, a), sealed)
	if err != nil {
		return nil, false, fmt.Errorf("open saved answer: %w", err)
	}
	return answer, true, nil
}

const sqlSaveAttempt = `
INSERT INTO attempt (principal, route, key_hash, digest, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (principal, route, key_hash) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at`

const sqlSaveAnswer = `
INSERT INTO answer (principal, route, key_hash, scope, sealed, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (scope, principal, route, key_hash) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`

func (s *Store) saveAnswer(tx *engine.Tx, scope string, a access.Idempotency, answer any) error {
	plain, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	sealed, err := s.answers.Seal(answerField(scope, a), plain)
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	until := s.now().Add(keepAnswers).UnixMilli()
	if _, err := tx.Exec(sqlSaveAttempt, append(attemptKey(a), s.digestHash(a), until)...); err != nil {
		return fmt.Errorf("save attempt: %w", err)
	}
	if _, err := tx.Exec(sqlSaveAnswer, append(attemptKey(a), scope, sealed, until)...); err != nil {
		return fmt.Errorf("save answer: %w", err)
	}
	return nil
}

func attemptKey(a access.Idempotency) []any { return []any{a.Principal, a.Route, keyHash(a)} }

// attemptLock is what all of one principal's requests under one key wait for.
func attemptLock(a access.Idempotency) string {
	return "attempt " + a.Principal + "\x00" + a.Route + "\x00" + keyHash(a)
}

// keyHash stands for the client's key, which is any text the client likes.
func keyHash(a access.Idempotency) string {
	sum := sha256.Sum256([]byte(a.Key))
	return hex.EncodeToString(sum[:])
}

// digestHash stands for the body. It is keyed: the body of a return over the
// cap holds a password, and who has the file must not be able to try some.
func (s *Store) digestHash(a access.Idempotency) string {
	return s.keys.LookupHash("body", a.BodyDigest)
}

// answerField binds a sealed answer to its row: moved to another, it does not
// open.
func answerField(scope string, a access.Idempotency) string {
	return "answer.sealed\x00" + scope + "\x00" + a.Principal + "\x00" + a.Route + "\x00" + keyHash(a)
}
