package facts

import (
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Candidates are what the sweeps look at more closely. Each list costs in
// proportion to the candidates and not to the fleet.

const sqlLateShipments = `
SELECT unit_id FROM shipment
WHERE received_at IS NULL AND sent_at < $1 AND unit_id > $2
ORDER BY unit_id LIMIT $3`

// LateShipments lists units that were sent before and have not arrived.
func LateShipments(tx *engine.Tx, before time.Time, after string, limit int) ([]lifecycle.UnitID, error) {
	return unitIDs(tx, sqlLateShipments, before.UnixMilli(), after, int64(limit))
}

const sqlAbsentReturns = `
SELECT unit_id FROM unit
WHERE state = 'returned' AND unit_id > $2
  AND (returned_at < $1 OR (contact_at > returned_at AND network = home_network))
ORDER BY unit_id LIMIT $3`

// AbsentReturns lists returned units that were taken back before, or that
// called from their old home since.
func AbsentReturns(tx *engine.Tx, before time.Time, after string, limit int) ([]lifecycle.UnitID, error) {
	return unitIDs(tx, sqlAbsentReturns, before.UnixMilli(), after, int64(limit))
}

const sqlResold = `
SELECT unit_id FROM (
  SELECT b.unit_id FROM binding b JOIN unit u ON u.unit_id = b.unit_id
  WHERE b.kind = 'owner' AND b.ended_by = 'hard-reset-seen' AND b.unit_id > $1
    AND u.state IN ('sold', 'bound') AND (u.returned_at IS NULL OR u.returned_at < b.ended_at)
  UNION
  SELECT s.unit_id FROM sale s JOIN unit u ON u.unit_id = s.unit_id
  WHERE s.from_state IN ('sold', 'bound') AND s.voided_at IS NULL AND s.unit_id > $1
    AND u.state IN ('sold', 'bound')
) candidate
ORDER BY unit_id LIMIT $2`

// Resold lists units in customers' hands whose last owner did not let go
// before somebody else had them: an owner binding ended by a hard reset with no
// return since, or a sale recorded while the unit was with a customer.
func Resold(tx *engine.Tx, after string, limit int) ([]lifecycle.UnitID, error) {
	return unitIDs(tx, sqlResold, after, int64(limit))
}
