package store

import (
	"context"
	"errors"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Unit reads one unit by its id.
func (s *Store) Unit(ctx context.Context, id lifecycle.UnitID) (lifecycle.Unit, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Unit, error) { return facts.Unit(tx, id) })
}

// UnitByKey reads one unit by brand and serial.
func (s *Store) UnitByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Unit, error) {
	return s.UnitByCode(ctx, string(facts.KindUnit), key.String())
}

// UnitByCode reads the unit to which a code or an id of this kind belongs:
// "binding", "return", "order", "sale", "certificate", "hold" or "flag" by id,
// "offer" by the hash of its code, "unit" by the folded key, "label" by the code
// on it.
func (s *Store) UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Unit, error) { return unitByCode(tx, facts.Kind(kind), code) })
}

func unitByCode(tx *engine.Tx, kind facts.Kind, code string) (lifecycle.Unit, error) {
	id, missing := facts.Lookup(tx, kind, code)
	if missing != nil && !errors.Is(missing, lifecycle.ErrNotFound) {
		return lifecycle.Unit{}, missing
	}
	unit, err := facts.Unit(tx, id) // also where there is none: the same queries run for both
	if missing != nil && errors.Is(err, lifecycle.ErrNotFound) {
		err = missing
	}
	return unit, err
}

// UnitsBySerial lists units of any brand with this folded serial, for serials
// that were typed without one.
func (s *Store) UnitsBySerial(ctx context.Context, folded string, limit int) ([]lifecycle.Unit, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Unit, error) {
		return facts.UnitsBySerial(tx, folded, limitOf(lifecycle.Page{Limit: limit}))
	})
}

// Units lists the units that pass the filter, by id.
func (s *Store) Units(ctx context.Context, filter lifecycle.UnitFilter, page lifecycle.Page) ([]lifecycle.Unit, string, error) {
	return s.listUnits(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.Unit, error) {
		return facts.Units(tx, filter, page.After, limit)
	})
}

// Arriving lists the units on their way to an organisation.
func (s *Store) Arriving(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Unit, string, error) {
	return s.listUnits(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.Unit, error) {
		return facts.Arriving(tx, org, page.After, limit)
	})
}

// Departing lists the units that an organisation has sent and that have not
// arrived.
func (s *Store) Departing(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Unit, string, error) {
	return s.listUnits(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.Unit, error) {
		return facts.Departing(tx, org, page.After, limit)
	})
}

func (s *Store) listUnits(ctx context.Context, page lifecycle.Page, list func(*engine.Tx, int) ([]lifecycle.Unit, error),
) ([]lifecycle.Unit, string, error) {
	limit := limitOf(page)
	units, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Unit, error) { return list(tx, limit) })
	return units, after(units, limit, func(u lifecycle.Unit) string { return string(u.ID) }), err
}

// UnitsOfShipment lists what travels, or travelled, under one shipment's id.
func (s *Store) UnitsOfShipment(ctx context.Context, id lifecycle.ShipmentID) ([]lifecycle.Unit, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Unit, error) {
		return facts.UnitsOfShipment(tx, id, maxLimit)
	})
}
