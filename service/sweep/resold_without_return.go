package sweep

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// resoldWithoutReturn looks for units that changed hands and no desk saw it: a
// second owner who showed the unit's own proof, or a hard reset and then
// another network, on a unit that was never returned since its last sale. It
// flags and touches nothing: the new owner may be an honest buyer.
func (s *Sweep) resoldWithoutReturn(ctx context.Context, t *tally) error {
	list := func(page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
		return s.config.Jobs.Suspects.ResoldWithoutReturn(ctx, page)
	}
	return s.eachUnit(ctx, t, "resold", list, func(ctx context.Context, id lifecycle.UnitID) error {
		unit, err := s.config.Units.Unit(ctx, id)
		if err != nil {
			return fmt.Errorf("unit %s: %w", id, err)
		}
		bindings, err := s.config.Units.Bindings(ctx, id)
		if err != nil {
			return fmt.Errorf("bindings of %s: %w", id, err)
		}
		cause, evidence, found := changedHands(unit, bindings)
		if !found {
			return nil
		}
		return s.raise(ctx, t, lifecycle.Flag{
			Unit: id, Kind: ResoldWithoutReturn, Cause: cause, Severity: lifecycle.SeverityMedium,
			Org: unit.Vendor, Evidence: evidence,
		})
	})
}

// changedHands reports whether somebody else than before has the unit without
// a return, a release or a transfer in between.
func changedHands(unit lifecycle.Unit, bindings []lifecycle.Binding) (cause string, evidence map[string]string, found bool) {
	if !unit.State.InCustomerHands() {
		return "", nil, false
	}
	lastSale := unit.SoldAt
	for _, ended := range bindings {
		if ended.Kind != lifecycle.BindingOwner || ended.State != lifecycle.BindingEnded || ended.LiveAt.IsZero() ||
			ended.EndedBy != lifecycle.EventHardResetSeen || ended.EndedAt.Before(lastSale) || ended.EndedAt.Before(unit.ReturnedAt) {
			continue
		}
		for _, later := range bindings {
			if later.Kind == lifecycle.BindingOwner && later.Account != ended.Account && later.LiveAt.After(ended.EndedAt) {
				return "owner " + string(later.ID), map[string]string{
					"how": "another-owner", "reset": stamp(ended.EndedAt), "bound": stamp(later.LiveAt),
				}, true
			}
		}
		if unit.HomeNetwork != "" && unit.Network != "" && unit.Network != unit.HomeNetwork && unit.ContactAt.After(ended.EndedAt) {
			return "network after " + string(ended.ID), map[string]string{
				"how": "another-network", "reset": stamp(ended.EndedAt), "seen": stamp(unit.ContactAt),
			}, true
		}
	}
	return "", nil, false
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }
