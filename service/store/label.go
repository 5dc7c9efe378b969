package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// LabelOf is the code on the unit's label; UnitByCode("label", …) leads back. A
// unit of before there were labels gets its code now.
func (s *Store) LabelOf(ctx context.Context, unit lifecycle.UnitID) (string, error) {
	code, err := get(ctx, s, func(tx *engine.Tx) (string, error) {
		if _, err := facts.Unit(tx, unit); err != nil {
			return "", err
		}
		return facts.LabelOf(tx, unit)
	})
	if err != nil || code != "" {
		return code, err
	}
	return writeAlone(ctx, s, func(tx *engine.Tx) (string, error) {
		// Somebody else may have asked at the same time.
		if code, err := facts.LabelOf(tx, unit); err != nil || code != "" {
			return code, err
		}
		if s.newLabel == nil {
			return "", fmt.Errorf("label of %s: %w", unit, lifecycle.ErrNotFound)
		}
		return s.label(tx, unit)
	})
}

// label draws a code for a unit, where the store was given how. A label is no
// secret and no right, so it is not on the ledger.
func (s *Store) label(tx *engine.Tx, unit lifecycle.UnitID) (string, error) {
	if s.newLabel == nil {
		return "", nil
	}
	code, err := s.newLabel()
	if err != nil {
		return "", fmt.Errorf("draw a label: %w", err)
	}
	return code, facts.PutLabel(tx, unit, code)
}
