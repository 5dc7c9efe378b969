package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Hold reads a hold by its id, lifted or not.
func Hold(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.HoldID) (lifecycle.Hold, error) {
	holds, err := engine.List(tx, sqlHold, []any{string(unit), string(id)}, scanHold)
	if err := present(len(holds) > 0, err, "hold", string(id)); err != nil {
		return lifecycle.Hold{}, err
	}
	return holds[0], nil
}

const sqlHold = `
SELECT hold_id, kind, placed_by, placed_at, approved_by, lifted_by, lifted_at, ruling
FROM hold WHERE unit_id = $1 AND hold_id = $2`

// The oldest are due first. Whoever has the unit is no index's to find: contests
// are few, and units in one custody may be millions.
const sqlContests = `
SELECT u.unit_id, u.brand, u.serial, h.hold_id, h.kind, h.placed_by, h.placed_at, h.approved_by, h.lifted_by,
       h.lifted_at, h.ruling
FROM hold h JOIN unit u ON u.unit_id = h.unit_id
WHERE h.kind = 'contest' AND h.lifted_at IS NULL AND coalesce(u.custody, u.vendor_id) = $1
  AND (h.placed_at > $2 OR (h.placed_at = $2 AND h.hold_id > $3))
ORDER BY h.placed_at, h.hold_id LIMIT $4`

// Contests lists the contests that an organisation decides, those due first,
// from after a place on.
func Contests(tx *engine.Tx, org lifecycle.OrgID, after time.Time, afterID lifecycle.HoldID, limit int) ([]lifecycle.Contested, error) {
	return engine.List(tx, sqlContests, []any{string(org), after.UnixMilli(), string(afterID), int64(limit)}, scanContested)
}

const sqlContestsDue = `
SELECT u.unit_id, u.brand, u.serial, h.hold_id, h.kind, h.placed_by, h.placed_at, h.approved_by, h.lifted_by,
       h.lifted_at, h.ruling
FROM hold h JOIN unit u ON u.unit_id = h.unit_id
WHERE h.kind = 'contest' AND h.lifted_at IS NULL AND h.placed_at <= $1
  AND (h.placed_at > $2 OR (h.placed_at = $2 AND h.hold_id > $3))
ORDER BY h.placed_at, h.hold_id LIMIT $4`

// ContestsDue lists the contests that were placed before an instant and stand.
func ContestsDue(tx *engine.Tx, before, after time.Time, afterID lifecycle.HoldID, limit int) ([]lifecycle.Contested, error) {
	return engine.List(tx, sqlContestsDue, []any{before.UnixMilli(), after.UnixMilli(), string(afterID), int64(limit)}, scanContested)
}

const sqlContestsOf = `
SELECT u.unit_id, u.brand, u.serial, h.hold_id, h.kind, h.placed_by, h.placed_at, h.approved_by, h.lifted_by,
       h.lifted_at, h.ruling
FROM contest c JOIN hold h ON h.unit_id = c.unit_id AND h.hold_id = c.hold_id JOIN unit u ON u.unit_id = c.unit_id
WHERE c.person_id = $1
ORDER BY h.placed_at, h.hold_id`

// ContestsOf lists a person's own contests, decided ones among them.
func ContestsOf(tx *engine.Tx, person lifecycle.PersonID) ([]lifecycle.Contested, error) {
	return engine.List(tx, sqlContestsOf, []any{string(person)}, scanContested)
}

func scanContested(scan engine.Scan) (lifecycle.Contested, error) {
	var c lifecycle.Contested
	var err error
	c.Hold, err = scanHold(func(to ...any) error {
		return scan(append([]any{engine.TextTo(&c.Unit), &c.Key.Brand, &c.Key.Serial}, to...)...)
	})
	return c, err
}

const sqlPutContest = `
INSERT INTO contest (unit_id, hold_id, epoch, person_id, sealed)
VALUES ($1, $2, $3, $4, $5)`

// PutContest keeps who contests, and their sealed words; nil: none.
func PutContest(tx *engine.Tx, unit lifecycle.Unit, hold lifecycle.HoldID, person lifecycle.PersonID, sealed []byte) error {
	_, err := tx.Exec(sqlPutContest, string(unit.ID), string(hold), int64(unit.Epoch), string(person), sealed)
	if err != nil {
		return fmt.Errorf("keep contest %s: %w", hold, err)
	}
	return nil
}

const sqlContestWords = `SELECT person_id, sealed FROM contest WHERE unit_id = $1 AND hold_id = $2`

// ContestWords reads who contests and their sealed words.
func ContestWords(tx *engine.Tx, unit lifecycle.UnitID, hold lifecycle.HoldID) (person lifecycle.PersonID, sealed []byte, err error) {
	if _, err = tx.Get(sqlContestWords, []any{string(unit), string(hold)}, engine.TextTo(&person), &sealed); err != nil {
		err = fmt.Errorf("read contest %s: %w", hold, err)
	}
	return person, sealed, err
}
