package scanner

import (
	"context"
	"fmt"

	"quitclaim/scanner/code"
	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
)

// labels knows the code of each unit's own label.
type labels interface {
	LabelOf(ctx context.Context, unit lifecycle.UnitID) (string, error)
}

// Label draws the label of a unit, for its custodian and its vendor.
func (s *Scanner) Label(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (label.Label, error) {
	snapshot, err := s.config.Store.SnapshotByKey(ctx, key)
	if err != nil {
		return label.Label{}, fmt.Errorf("find unit of a label: %w", err)
	}
	unit := snapshot.Unit
	text, err := s.config.Labels.LabelOf(ctx, unit.ID)
	if err != nil {
		return label.Label{}, fmt.Errorf("find label code: %w", err)
	}
	if actor.Org == "" || actor.Org != unit.Custody && actor.Org != unit.Vendor {
		return label.Label{}, fmt.Errorf("label of another's unit: %w", lifecycle.ErrNotFound)
	}
	return label.Unit(code.LabelURL(s.config.Origin, text), code.FormatLabelCode(text), unit.Key), nil
}
