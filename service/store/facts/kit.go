package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlKitOf = `SELECT kit_id FROM kit_unit WHERE unit_id = $1`

const sqlKit = `SELECT kit_id, vendor_id, name, made_by, created_at FROM kit WHERE kit_id = $1`

const sqlKitUnits = `
SELECT k.unit_id, u.brand, u.serial, u.state, u.custody, u.returned_at, k.missing_at
FROM kit_unit k JOIN unit u ON u.unit_id = k.unit_id
WHERE k.kit_id = $1
ORDER BY k.place`

// KitOf is the kit that a unit is of, nil where it is of none.
func KitOf(tx *engine.Tx, unit lifecycle.UnitID) (*lifecycle.Kit, error) {
	var id lifecycle.KitID
	found, err := tx.Get(sqlKitOf, []any{string(unit)}, engine.TextTo(&id))
	if err != nil || !found {
		return nil, err
	}
	return Kit(tx, id)
}

// Kit reads a kit with its units as they are now; nil where there is none.
func Kit(tx *engine.Tx, id lifecycle.KitID) (*lifecycle.Kit, error) {
	var kit lifecycle.Kit
	found, err := tx.Get(sqlKit, []any{string(id)}, engine.TextTo(&kit.ID), engine.TextTo(&kit.Vendor), &kit.Name,
		engine.TextTo(&kit.By), engine.Instant{To: &kit.At})
	if err != nil || !found {
		return nil, err
	}
	if kit.Parts, err = kitParts(tx, id); err != nil {
		return nil, fmt.Errorf("read kit %s: %w", id, err)
	}
	return &kit, nil
}

func kitParts(tx *engine.Tx, id lifecycle.KitID) ([]lifecycle.KitPart, error) {
	return engine.List(tx, sqlKitUnits, []any{string(id)}, func(scan engine.Scan) (p lifecycle.KitPart, err error) {
		err = scan(engine.TextTo(&p.Unit), &p.Key.Brand, &p.Key.Serial, engine.TextTo(&p.State), engine.TextTo(&p.Custody),
			engine.Instant{To: &p.ReturnedAt}, engine.Instant{To: &p.MissingAt})
		return p, err
	})
}

// ReadsKit reports whether a rule asks for the kit of a unit in this state.
func ReadsKit(state lifecycle.State) bool {
	return state == lifecycle.StateStock || state == lifecycle.StateCertified
}

// EvenKit runs the statements of a kit that a load has left out, as Even does
// for the rest: whoever had a unit must not see by the work that it lies on a
// shelf again.
func EvenKit(tx *engine.Tx, s lifecycle.Snapshot) error {
	if !ReadsKit(s.Unit.State) {
		if _, err := KitOf(tx, ""); err != nil {
			return err
		}
	}
	if s.Kit != nil {
		return nil
	}
	if _, err := Kit(tx, ""); err != nil {
		return err
	}
	_, err := kitParts(tx, "")
	return err
}

const sqlAddKit = `INSERT INTO kit (kit_id, vendor_id, name, made_by, created_at) VALUES ($1, $2, $3, $4, $5)`

// The epoch is the one at which the unit came into the kit.
const sqlAddKitUnit = `
INSERT INTO kit_unit (unit_id, kit_id, epoch, place, missing_at, missing_by)
SELECT unit_id, $2, epoch, $3, NULL, NULL FROM unit WHERE unit_id = $1`

// AddKit puts a kit on record. None of its units may be in one.
func AddKit(tx *engine.Tx, kit lifecycle.Kit) error {
	_, err := tx.Exec(sqlAddKit, string(kit.ID), string(kit.Vendor), kit.Name, string(kit.By), kit.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("write kit %s: %w", kit.ID, err)
	}
	for place, part := range kit.Parts {
		rows, err := tx.Exec(sqlAddKitUnit, string(part.Unit), string(kit.ID), int64(place))
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("write unit %s of kit %s: %w", part.Unit, kit.ID, err)
		}
	}
	return nil
}

const sqlKitMissing = `UPDATE kit_unit SET missing_at = $3, missing_by = $4 WHERE unit_id = $1 AND kit_id = $2`

// MissKit says that a unit was not in the box when its kit came back.
func MissKit(tx *engine.Tx, kit lifecycle.KitID, unit lifecycle.UnitID, by lifecycle.PersonID, at time.Time) error {
	rows, err := tx.Exec(sqlKitMissing, string(unit), string(kit), at.UnixMilli(), string(by))
	if err == nil && rows == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("miss unit %s of kit %s: %w", unit, kit, err)
	}
	return nil
}
