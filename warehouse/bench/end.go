package bench

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
)

// ReopenCauses lists why a validator sends a unit back into its reset.
func ReopenCauses() []string { return []string{"doubt", "damage", "wrong-unit", "other"} }

// Reopen sends a unit that was reset or certified back into a new order.
func (b *Bench) Reopen(ctx context.Context, key lifecycle.UnitKey, cause string) (lifecycle.Outcome, error) {
	if !slices.Contains(ReopenCauses(), cause) {
		return lifecycle.Outcome{}, lifecycle.Mistake("cause", "bench.cause")
	}
	s, err := b.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	outcome, err := b.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Reopen{
		Command: b.Command(ctx), Order: lifecycle.OrderID("ord_" + b.config.NewID()), Cause: cause,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("reopen: %w", err)
	}
	return outcome, nil
}
