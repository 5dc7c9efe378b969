package catalog

import (
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlBadgeByHash = `SELECT badge_id, person_id, code_hash, made_at, ended_at FROM badge WHERE code_hash = $1`

const sqlBadgeOf = `
SELECT badge_id, person_id, code_hash, made_at, ended_at FROM badge
WHERE person_id = $1 AND ended_at IS NULL`

// BadgeByHash reads the badge whose code has this hash, also an ended one.
func BadgeByHash(tx *engine.Tx, hash string) (access.Badge, error) {
	return oneBadge(tx, sqlBadgeByHash, hash)
}

// BadgeOf reads the badge that a person has now.
func BadgeOf(tx *engine.Tx, person lifecycle.PersonID) (access.Badge, error) {
	return oneBadge(tx, sqlBadgeOf, string(person))
}

func oneBadge(tx *engine.Tx, query, key string) (b access.Badge, err error) {
	found, err := tx.Get(query, []any{key}, &b.ID, engine.TextTo(&b.Person), &b.Hash, engine.Instant{To: &b.MadeAt},
		engine.Instant{To: &b.EndedAt})
	if err == nil && !found {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return b, fmt.Errorf("read badge: %w", err)
	}
	return b, nil
}

const sqlAddBadge = `INSERT INTO badge (badge_id, person_id, code_hash, made_at, ended_at) VALUES ($1, $2, $3, $4, NULL)`

// AddBadge gives a person a badge. The one before it must have ended.
func AddBadge(tx *engine.Tx, b access.Badge) error {
	if _, err := tx.Exec(sqlAddBadge, b.ID, string(b.Person), b.Hash, b.MadeAt.UnixMilli()); err != nil {
		return fmt.Errorf("write badge %s: %w", b.ID, err)
	}
	return nil
}

const sqlEndBadgesOf = `UPDATE badge SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`

// EndBadgeOf ends a person's badge, and says whether there was one.
func EndBadgeOf(tx *engine.Tx, person lifecycle.PersonID, now time.Time) (bool, error) {
	rows, err := tx.Exec(sqlEndBadgesOf, string(person), now.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("end badge of %s: %w", person, err)
	}
	return rows > 0, nil
}
