package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// named are the kinds of codes that stand on paper and labels, and lead to a
// unit.
func named() []string { return []string{"certificate", "label", "return", "sale", "order"} }

// Find looks for units by whatever stands on them or on their papers: a serial
// number, a label's code, a certificate's, a return's or a sale's, or the number
// of a receipt that the organisation itself wrote. Everything is looked up, so
// that the answer for what others have takes as long as for what nobody has; and
// nothing is found that the organisation may not be shown.
func (f *Fleet) Find(ctx context.Context, p access.Principal, text string) ([]Row, error) {
	text = strings.TrimSpace(text)
	if p.Org == "" {
		return nil, fmt.Errorf("find units for no organisation: %w", lifecycle.ErrForbidden)
	}
	found, err := f.config.Store.UnitsByReceipt(ctx, p.Org, text, searched)
	if err != nil {
		return nil, fmt.Errorf("find by receipt: %w", err)
	}
	for _, kind := range named() {
		unit, err := f.config.Store.UnitByCode(ctx, kind, codeOf(kind, text))
		if errors.Is(err, lifecycle.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find by code: %w", err)
		}
		found = append(found, unit)
	}
	if key, err := lifecycle.ParseUnitKey("x", text); err == nil { // any brand does for the shape
		serials, err := f.config.Store.UnitsBySerial(ctx, key.FoldedSerial(), searched)
		if err != nil {
			return nil, fmt.Errorf("find by serial: %w", err)
		}
		found = append(found, serials...)
	}
	return f.shown(ctx, p, found)
}

// codeOf is a code as it is kept: those that people type are in capitals.
func codeOf(kind, text string) string {
	if kind == "certificate" || kind == "label" {
		return strings.ToUpper(text)
	}
	return text
}

// shown are the units that the organisation may be shown, each once.
func (f *Fleet) shown(ctx context.Context, p access.Principal, units []lifecycle.Unit) ([]Row, error) {
	var rows []Row
	seen := map[lifecycle.UnitID]bool{}
	for _, unit := range units {
		if seen[unit.ID] {
			continue
		}
		seen[unit.ID] = true
		found, err := f.one(ctx, p, unit.Key)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	return rows, nil
}
