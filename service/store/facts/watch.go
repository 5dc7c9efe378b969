package facts

import (
	"fmt"

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
