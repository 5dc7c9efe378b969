package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlDropOldChallenges = `DELETE FROM challenge WHERE unit_id = $1 AND expires_at <= $2`

// maxChallenges bounds what somebody can make us keep by asking for nonces in a
// unit's name. With fewer they could push out the unit's own in no time.
const maxChallenges = 256

const sqlDropManyChallenges = `
DELETE FROM challenge WHERE unit_id = $1 AND nonce_hash NOT IN (
  SELECT nonce_hash FROM challenge WHERE unit_id = $1 ORDER BY expires_at DESC, nonce_hash LIMIT $2)`

const sqlAddChallenge = `
INSERT INTO challenge (unit_id, nonce_hash, epoch, expires_at) VALUES ($1, $2, $3, $4)`

// AddChallenge keeps a nonce until it is taken or too old. For a unit that is
// not on record it does the same: a write that went nowhere would be faster, and
// say which serials we know.
func AddChallenge(tx *engine.Tx, unit lifecycle.UnitID, nonceHash string, epoch lifecycle.Epoch, now, until time.Time) error {
	if _, err := tx.Exec(sqlDropOldChallenges, string(unit), now.UnixMilli()); err != nil {
		return fmt.Errorf("drop old challenges of %s: %w", unit, err)
	}
	if _, err := tx.Exec(sqlAddChallenge, string(unit), nonceHash, int64(epoch), until.UnixMilli()); err != nil {
		return fmt.Errorf("keep challenge of %s: %w", unit, err)
	}
	if _, err := tx.Exec(sqlDropManyChallenges, string(unit), int64(maxChallenges)); err != nil {
		return fmt.Errorf("drop challenges of %s: %w", unit, err)
	}
	return nil
}

const sqlTakeChallenge = `
DELETE FROM challenge WHERE unit_id = $1 AND nonce_hash = $2 AND expires_at > $3
RETURNING epoch`

// TakeChallenge uses a nonce up: it answers once.
func TakeChallenge(tx *engine.Tx, unit lifecycle.UnitID, nonceHash string, now time.Time) (lifecycle.Epoch, error) {
	var epoch lifecycle.Epoch
	found, err := tx.Get(sqlTakeChallenge, []any{string(unit), nonceHash, now.UnixMilli()}, &epoch)
	return epoch, present(found, err, "challenge of", unit)
}
