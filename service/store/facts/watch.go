package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// watched reports whether a sweep must keep an eye on the unit: it waits
// certified for a buyer, or was sold again after a return. How often is the
// sweep's business.
func watched(unit lifecycle.Unit) bool {
	if unit.State == lifecycle.StateCertified {
		return true
	}
	return unit.State.InCustomerHands() && !unit.ReturnedAt.IsZero() && !unit.SoldAt.Before(unit.ReturnedAt)
}

const sqlWatch = `
INSERT INTO watch (unit_id, epoch, next_at) VALUES ($1, $2, $3)
ON CONFLICT (unit_id) DO UPDATE SET epoch = excluded.epoch, next_at = excluded.next_at`

const sqlUnwatch = `DELETE FROM watch WHERE unit_id = $1`

// keepWatch makes a unit due at once when its watch begins or its epoch
// advances under it, and lets go of it when the watch is over.
func (r Record) keepWatch(tx *engine.Tx, change lifecycle.Change) error {
	was, is := watched(r.Unit), watched(change.Unit)
	if is && (!was || r.Unit.Epoch != change.Unit.Epoch) {
		if _, err := tx.Exec(sqlWatch, string(change.Unit.ID), int64(change.Unit.Epoch), change.At.UnixMilli()); err != nil {
			return fmt.Errorf("watch %s: %w", change.Unit.ID, err)
		}
	}
	if was && !is {
		if _, err := tx.Exec(sqlUnwatch, string(change.Unit.ID)); err != nil {
			return fmt.Errorf("end watch of %s: %w", change.Unit.ID, err)
		}
	}
	return nil
}

const sqlWatchDue = `
SELECT unit_id, next_at FROM watch
WHERE next_at <= $1 AND (next_at, unit_id) > ($2, $3)
ORDER BY next_at, unit_id LIMIT $4`

// Due is a watched unit and the instant from which it was to be asked about.
type Due struct {
	Unit lifecycle.UnitID
	At   time.Time
}

// WatchDue lists the watched units that are due, the longest waiting first.
func WatchDue(tx *engine.Tx, before time.Time, after Due, limit int) ([]Due, error) {
	args := []any{before.UnixMilli(), after.At.UnixMilli(), string(after.Unit), int64(limit)}
	return engine.List(tx, sqlWatchDue, args, func(scan engine.Scan) (Due, error) {
		var d Due
		err := scan(engine.TextTo(&d.Unit), engine.Instant{To: &d.At})
		return d, err
	})
}

const sqlWatchNext = `UPDATE watch SET next_at = $2 WHERE unit_id = $1`

// WatchNext says when a watched unit is due next. A unit that is not watched
// any more stays so.
func WatchNext(tx *engine.Tx, unit lifecycle.UnitID, next time.Time) error {
	if _, err := tx.Exec(sqlWatchNext, string(unit), next.UnixMilli()); err != nil {
		return fmt.Errorf("next watch of %s: %w", unit, err)
	}
	return nil
}
