package store

import (
	"context"

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
// "offer" by the hash of its code, "unit" by the folded key.
func (s *Store) UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Unit, error) { return unitByCode(tx, facts.Kind(kind), code) })
}

func unitByCode(tx *engine.Tx, kind facts.Kind, code string) (lifecycle.Unit, error) {
	id, err := facts.Lookup(tx, kind, code)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	return facts.Unit(tx, id)
}
