package facts

import (
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlArrivingAt = `
SELECT CASE WHEN EXISTS (SELECT 1 FROM shipment WHERE unit_id = $1 AND to_org = $2 AND received_at IS NULL)
  THEN 1 ELSE 0 END`

const sqlHadBy = `
SELECT CASE WHEN EXISTS (SELECT 1 FROM shipment WHERE unit_id = $1 AND (from_org = $2 OR to_org = $2 AND received_at IS NOT NULL))
    OR EXISTS (SELECT 1 FROM unit_return WHERE unit_id = $1 AND org_id = $2)
    OR EXISTS (SELECT 1 FROM sale WHERE unit_id = $1 AND org_id = $2)
    OR EXISTS (SELECT 1 FROM certificate WHERE unit_id = $1 AND org_id = $2)
  THEN 1 ELSE 0 END`

// Contact is what an organisation has to do with the unit of this key. It asks
// the same questions about a unit that is not on record, so that their time
// does not tell whether it is.
func Contact(tx *engine.Tx, key lifecycle.UnitKey, org lifecycle.OrgID) (lifecycle.Contact, error) {
	var c lifecycle.Contact
	id, err := Lookup(tx, KindUnit, key.String())
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return c, err
	}
	unit, err := Unit(tx, id)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return c, err
	}
	if c.Arriving, err = holds(tx, sqlArrivingAt, id, org); err != nil {
		return c, err
	}
	if c.Had, err = holds(tx, sqlHadBy, id, org); err != nil {
		return c, err
	}
	c.Unit = unit
	return c, nil
}

// holds is the answer to a question about a unit and an organisation.
func holds(tx *engine.Tx, question string, unit lifecycle.UnitID, org lifecycle.OrgID) (bool, error) {
	var yes int64
	if _, err := tx.Get(question, []any{string(unit), string(org)}, &yes); err != nil {
		return false, fmt.Errorf("contact of %s with a unit: %w", org, err)
	}
	return yes == 1, nil
}
