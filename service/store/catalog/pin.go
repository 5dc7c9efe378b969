package catalog

import (
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPIN = `SELECT person_id, hash, wrong, changed_at, locked_at FROM pin WHERE person_id = $1`

// PIN reads a person's PIN; there is none: lifecycle.ErrNotFound.
func PIN(tx *engine.Tx, person lifecycle.PersonID) (p access.PIN, err error) {
	found, err := tx.Get(sqlPIN, []any{string(person)}, engine.TextTo(&p.Person), &p.Hash, &p.Wrong,
		engine.Instant{To: &p.ChangedAt}, engine.Instant{To: &p.LockedAt})
	if err == nil && !found {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read PIN: %w", err)
	}
	return p, nil
}

const sqlPutPIN = `
INSERT INTO pin (person_id, hash, wrong, changed_at, locked_at) VALUES ($1, $2, 0, $3, NULL)
ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, wrong = 0, changed_at = excluded.changed_at, locked_at = NULL`

// PutPIN sets a person's PIN; a locked one is good again.
func PutPIN(tx *engine.Tx, p access.PIN) error {
	if _, err := tx.Exec(sqlPutPIN, string(p.Person), p.Hash, p.ChangedAt.UnixMilli()); err != nil {
		return fmt.Errorf("write PIN of %s: %w", p.Person, err)
	}
	return nil
}

const sqlDropPIN = `DELETE FROM pin WHERE person_id = $1`

// DropPIN forgets a person's PIN.
func DropPIN(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlDropPIN, string(person)); err != nil {
		return fmt.Errorf("forget PIN of %s: %w", person, err)
	}
	return nil
}

const sqlWrongPIN = `UPDATE pin SET wrong = wrong + 1 WHERE person_id = $1`

const sqlLockPIN = `UPDATE pin SET locked_at = $2 WHERE person_id = $1 AND wrong >= $3 AND locked_at IS NULL`

// WrongPIN counts a wrong PIN, and says whether this one locked it.
func WrongPIN(tx *engine.Tx, person lifecycle.PersonID, now time.Time) (locked bool, err error) {
	if _, err = tx.Exec(sqlWrongPIN, string(person)); err == nil {
		var rows int64
		rows, err = tx.Exec(sqlLockPIN, string(person), now.UnixMilli(), int64(access.PINTries))
		locked = rows > 0
	}
	if err != nil {
		return false, fmt.Errorf("count PIN of %s: %w", person, err)
	}
	return locked, nil
}

const sqlRightPIN = `UPDATE pin SET wrong = 0 WHERE person_id = $1 AND wrong > 0 AND locked_at IS NULL`

// RightPIN begins the count anew. A PIN that was locked meanwhile stays so.
func RightPIN(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlRightPIN, string(person)); err != nil {
		return fmt.Errorf("count PIN of %s: %w", person, err)
	}
	return nil
}

const sqlAddPINAlarm = `
INSERT INTO pin_alarm (alarm_id, org_id, station_id, person_id, at, seen_by, seen_at)
VALUES ($1, $2, $3, $4, $5, NULL, NULL)`

// AddPINAlarm tells the officers.
func AddPINAlarm(tx *engine.Tx, a access.PINAlarm) error {
	_, err := tx.Exec(sqlAddPINAlarm, a.ID, string(a.Org), a.Station, string(a.Person), a.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("write alarm %s: %w", a.ID, err)
	}
	return nil
}

const sqlPINAlarms = `
SELECT alarm_id, org_id, station_id, person_id, at, seen_by, seen_at FROM pin_alarm
WHERE org_id = $1 AND alarm_id > $2
ORDER BY alarm_id LIMIT $3`

// PINAlarms lists an organisation's alarms by id.
func PINAlarms(tx *engine.Tx, org lifecycle.OrgID, after string, limit int) ([]access.PINAlarm, error) {
	list, err := engine.List(tx, sqlPINAlarms, []any{string(org), after, int64(limit)}, func(scan engine.Scan) (a access.PINAlarm, err error) {
		err = scan(&a.ID, engine.TextTo(&a.Org), &a.Station, engine.TextTo(&a.Person), engine.Instant{To: &a.At},
			engine.TextTo(&a.SeenBy), engine.Instant{To: &a.SeenAt})
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	return list, nil
}

const sqlSeePINAlarm = `
UPDATE pin_alarm SET seen_by = $3, seen_at = $4
WHERE alarm_id = $1 AND org_id = $2 AND seen_at IS NULL`

// SeePINAlarm marks an alarm of the organisation as seen; one that is not
// theirs, or was seen, is lifecycle.ErrNotFound.
func SeePINAlarm(tx *engine.Tx, id string, org lifecycle.OrgID, by lifecycle.PersonID, now time.Time) error {
	rows, err := tx.Exec(sqlSeePINAlarm, id, string(org), string(by), now.UnixMilli())
	if err == nil && rows == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("see alarm %s: %w", id, err)
	}
	return nil
}
