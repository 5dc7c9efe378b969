package bench

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
)

// Undo takes back what the person of the context said last of a unit: a new
// entry, nothing deleted. It gives the step that is to be done again.
func (b *Bench) Undo(ctx context.Context, key lifecycle.UnitKey) (step string, err error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return "", err
	}
	if s.Order == nil {
		return "", fmt.Errorf("take back a word on a unit without an order: %w", lifecycle.ErrNotFound)
	}
	outcome, err := b.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Unsay{Command: b.Command(ctx), Order: s.Order.ID}.Decide)
	if err != nil {
		return "", fmt.Errorf("take back a word: %w", err)
	}
	return outcome.Change.Attestations[0].Check, nil
}
