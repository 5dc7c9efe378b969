package sale

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// SoldPart is a further unit of a kit whose hub was sold.
type SoldPart struct {
	Key     lifecycle.UnitKey
	Sale    lifecycle.SaleID
	Refused []lifecycle.Reason // why it was not sold with its hub
}

// kitOf is the kit of a unit that was sold already, nil where it is of none.
func (s *Sale) kitOf(ctx context.Context, unit lifecycle.UnitID) (*lifecycle.Kit, error) {
	if s.config.Kits == nil {
		return nil, nil
	}
	kit, err := s.config.Kits.KitOf(ctx, unit)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find kit: %w", err)
	}
	return &kit, nil
}

// sellParts sells what else is in the box, each unit a sale of its own under the
// same receipt. The hub's sale looked at all of them in its own transaction; what
// changed since stays on the shelf and is said. The same request again goes on
// where it stopped.
func (s *Sale) sellParts(ctx context.Context, actor lifecycle.Actor, before lifecycle.Snapshot, order Order) ([]SoldPart, error) {
	if before.Kit == nil || before.Kit.Hub().Unit != before.Unit.ID {
		return nil, nil
	}
	var parts []SoldPart
	for _, part := range before.Kit.Parts[1:] {
		command := lifecycle.Sell{
			Command: lifecycle.Command{Actor: actor, At: s.now()},
			ID:      lifecycle.SaleID("sal_" + s.config.NewID()),
			SoldAt:  order.SoldAt,
		}
		sold := SoldPart{Key: part.Key}
		outcome, err := s.record(ctx, actor, part.Unit, order.Receipt, command)
		var refusal *lifecycle.Refusal
		switch {
		case errors.As(err, &refusal):
			sold.Refused = refusal.Reasons
		case err != nil:
			return nil, fmt.Errorf("sell a kit: %w", err)
		default:
			sold.Sale = outcome.Change.Sale.ID
		}
		parts = append(parts, sold)
	}
	return parts, nil
}
