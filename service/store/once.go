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
// The saved answer commits with the write.
func once[T any](ctx context.Context, s *Store, scope string, run func(*engine.Tx) (T, error)) (T, bool, error) {
	// The caller may be gone while the writer is still at it, so the answer
	// has a place of its own and is read only when the writer has finished.
	type result struct {
		answer   T
		replayed bool
	}
	r := &result{}
	attempt, has := access.IdempotencyFrom(ctx)
	err := s.db.Write(ctx, func(tx *engine.Tx) (err error) {
		*r = result{}
		if has {
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

const sqlAnswer = `
SELECT digest, sealed FROM idempotency
WHERE scope = $1 AND principal = $2 AND route = $3 AND key_hash = $4 AND expires_at > $5`

func (s *Store) savedAnswer(tx *engine.Tx, scope string, a access.Idempotency) ([]byte, bool, error) {
	var digest string
	var sealed []byte
	found, err := tx.Get(sqlAnswer, append(attemptKey(scope, a), s.now().UnixMilli()), &digest, &sealed)
	if err != nil {
		return nil, false, fmt.Errorf("read saved answer: %w", err)
	}
	if !found {
		return nil, false, nil
	}
	if digest != a.BodyDigest {
		return nil, false, fmt.Errorf("%s: %w", a.Route, lifecycle.ErrKeyReused)
	}
	answer, err := s.answers.Open(answerField(scope, a), sealed)
	if err != nil {
		return nil, false, fmt.Errorf("open saved answer: %w", err)
	}
	return answer, true, nil
}

const sqlSaveAnswer = `
INSERT INTO idempotency (scope, principal, route, key_hash, digest, sealed, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (scope, principal, route, key_hash) DO UPDATE SET digest = excluded.digest, sealed = excluded.sealed,
  expires_at = excluded.expires_at`

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
	if _, err := tx.Exec(sqlSaveAnswer, append(attemptKey(scope, a), a.BodyDigest, sealed, until)...); err != nil {
		return fmt.Errorf("save answer: %w", err)
	}
	return nil
}

func attemptKey(scope string, a access.Idempotency) []any {
	return []any{scope, a.Principal, a.Route, keyHash(a)}
}

// keyHash stands for the client's key, which is any text the client likes.
func keyHash(a access.Idempotency) string {
	sum := sha256.Sum256([]byte(a.Key))
	return hex.EncodeToString(sum[:])
}

// answerField binds a sealed answer to its row: moved to another, it does not
// open.
func answerField(scope string, a access.Idempotency) string {
	return "idempotency.sealed\x00" + scope + "\x00" + a.Principal + "\x00" + a.Route + "\x00" + keyHash(a)
}
