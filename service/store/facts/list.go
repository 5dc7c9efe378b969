package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// The lists of units differ in the index that drives them: the narrowest of
// what was asked for. All take the same parameters.

const sqlUnitsInCustody = `
SELECT u.unit_id FROM unit u
WHERE u.custody = $1 AND u.unit_id > $6
  AND (CAST($2 AS TEXT) = '' OR u.vendor_id = $2)
  AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM binding b
    WHERE b.unit_id = u.unit_id AND b.account = $3 AND b.kind = 'owner' AND b.state = 'live'))
  AND (CAST($4 AS TEXT) = '' OR u.state = $4)
  AND (CAST($5 AS TEXT) = '' OR EXISTS (SELECT 1 FROM unit_return r
    WHERE r.unit_id = u.unit_id AND r.return_id = u.return_id AND r.org_id = $5))
ORDER BY u.unit_id LIMIT $7`

const sqlUnitsOfVendor = `
SELECT u.unit_id FROM unit u
WHERE u.vendor_id = $2 AND u.unit_id > $6
  AND (CAST($1 AS TEXT) = '' OR u.custody = $1)
  AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM binding b
    WHERE b.unit_id = u.unit_id AND b.account = $3 AND b.kind = 'owner' AND b.state = 'live'))
  AND (CAST($4 AS TEXT) = '' OR u.state = $4)
  AND (CAST($5 AS TEXT) = '' OR EXISTS (SELECT 1 FROM unit_return r
    WHERE r.unit_id = u.unit_id AND r.return_id = u.return_id AND r.org_id = $5))
ORDER BY u.unit_id LIMIT $7`

const sqlUnitsOfOwner = `
SELECT u.unit_id FROM binding b JOIN unit u ON u.unit_id = b.unit_id
WHERE b.account = $3 AND b.unit_id > $6 AND b.kind = 'owner' AND b.state = 'live'
  AND (CAST($1 AS TEXT) = '' OR u.custody = $1)
  AND (CAST($2 AS TEXT) = '' OR u.vendor_id = $2)
  AND (CAST($4 AS TEXT) = '' OR u.state = $4)
  AND (CAST($5 AS TEXT) = '' OR EXISTS (SELECT 1 FROM unit_return r
    WHERE r.unit_id = u.unit_id AND r.return_id = u.return_id AND r.org_id = $5))
ORDER BY b.unit_id LIMIT $7`

const sqlUnitsReturnedTo = `
SELECT u.unit_id FROM unit_return r JOIN unit u ON u.unit_id = r.unit_id AND u.return_id = r.return_id
WHERE r.org_id = $5 AND r.unit_id > $6
  AND (CAST($1 AS TEXT) = '' OR u.custody = $1)
  AND (CAST($2 AS TEXT) = '' OR u.vendor_id = $2)
  AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM binding b
    WHERE b.unit_id = u.unit_id AND b.account = $3 AND b.kind = 'owner' AND b.state = 'live'))
  AND (CAST($4 AS TEXT) = '' OR u.state = $4)
ORDER BY r.unit_id LIMIT $7`

const sqlUnits = `
SELECT u.unit_id FROM unit u
WHERE u.unit_id > $6
  AND (CAST($1 AS TEXT) = '' OR u.custody = $1)
  AND (CAST($2 AS TEXT) = '' OR u.vendor_id = $2)
  AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM binding b
    WHERE b.unit_id = u.unit_id AND b.account = $3 AND b.kind = 'owner' AND b.state = 'live'))
  AND (CAST($4 AS TEXT) = '' OR u.state = $4)
  AND (CAST($5 AS TEXT) = '' OR EXISTS (SELECT 1 FROM unit_return r
    WHERE r.unit_id = u.unit_id AND r.return_id = u.return_id AND r.org_id = $5))
ORDER BY u.unit_id LIMIT $7`

// Units lists the units that pass a filter, by id.
func Units(tx *engine.Tx, f lifecycle.UnitFilter, after string, limit int) ([]lifecycle.Unit, error) {
	query := sqlUnits
	switch {
	case f.Owner != "":
		query = sqlUnitsOfOwner
	case f.Custody != "":
		query = sqlUnitsInCustody
	case f.ReturnedTo != "":
		query = sqlUnitsReturnedTo
	case f.Vendor != "":
		query = sqlUnitsOfVendor
	}
	return unitsBy(tx, query, string(f.Custody), string(f.Vendor), string(f.Owner), string(f.State),
		string(f.ReturnedTo), after, int64(limit))
}

const sqlUnitsBySerial = `SELECT unit_id FROM unit WHERE serial_folded = $1 ORDER BY unit_id LIMIT $2`

// UnitsBySerial lists the units of any brand with this serial, folded.
func UnitsBySerial(tx *engine.Tx, folded string, limit int) ([]lifecycle.Unit, error) {
	return unitsBy(tx, sqlUnitsBySerial, folded, int64(limit))
}

const sqlArriving = `
SELECT unit_id FROM shipment
WHERE to_org = $1 AND received_at IS NULL AND unit_id > $2
ORDER BY unit_id LIMIT $3`

// Arriving lists the units on their way to an organisation.
func Arriving(tx *engine.Tx, org lifecycle.OrgID, after string, limit int) ([]lifecycle.Unit, error) {
	return unitsBy(tx, sqlArriving, string(org), after, int64(limit))
}

const sqlDeparting = `
SELECT unit_id FROM shipment
WHERE from_org = $1 AND received_at IS NULL AND unit_id > $2
ORDER BY unit_id LIMIT $3`

// Departing lists the units that an organisation has sent and that have not
// arrived.
func Departing(tx *engine.Tx, org lifecycle.OrgID, after string, limit int) ([]lifecycle.Unit, error) {
	return unitsBy(tx, sqlDeparting, string(org), after, int64(limit))
}

const sqlUnitsOfShipment = `SELECT unit_id FROM shipment WHERE shipment_id = $1 ORDER BY unit_id LIMIT $2`

// UnitsOfShipment lists what travels, or travelled, under one id.
func UnitsOfShipment(tx *engine.Tx, id lifecycle.ShipmentID, limit int) ([]lifecycle.Unit, error) {
	return unitsBy(tx, sqlUnitsOfShipment, string(id), int64(limit))
}

// unitsBy reads the ids first and then the units, so that their columns are
// enumerated in one place.
func unitsBy(tx *engine.Tx, query string, args ...any) ([]lifecycle.Unit, error) {
	ids, err := unitIDs(tx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	units := make([]lifecycle.Unit, len(ids))
	for i, id := range ids {
		if units[i], err = Unit(tx, id); err != nil {
			return nil, err
		}
	}
	return units, nil
}

func unitIDs(tx *engine.Tx, query string, args ...any) ([]lifecycle.UnitID, error) {
	return engine.List(tx, query, args, func(scan engine.Scan) (lifecycle.UnitID, error) {
		var id lifecycle.UnitID
		err := scan(engine.TextTo(&id))
		return id, err
	})
}
