package bench

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
)

// PlaceHold places a hold on a unit that the officer's organisation answers
// for (rule 8).
func (b *Bench) PlaceHold(ctx context.Context, key lifecycle.UnitKey, kind lifecycle.HoldKind) (lifecycle.Hold, error) {
	s, err := b.config.Units.SnapshotByKey(ctx, key)
	if err != nil {
		return lifecycle.Hold{}, fmt.Errorf("find unit: %w", err)
	}
	outcome, err := b.config.Units.Advance(ctx, s.Unit.ID, lifecycle.PlaceHold{
		Command: b.Command(ctx), ID: lifecycle.HoldID("hld_" + b.config.NewID()), Kind: kind,
	}.Decide)
	if err != nil {
		return lifecycle.Hold{}, fmt.Errorf("place hold: %w", err)
	}
	return outcome.Change.Holds[0], nil
}

// LiftHold is the first person's approval, or the second person's lifting: the
// hold that comes back says which.
func (b *Bench) LiftHold(ctx context.Context, id lifecycle.HoldID) (lifecycle.Hold, lifecycle.UnitKey, error) {
	unit, err := b.config.Units.UnitByCode(ctx, "hold", string(id))
	if err != nil {
		return lifecycle.Hold{}, lifecycle.UnitKey{}, fmt.Errorf("find hold: %w", err)
	}
	outcome, err := b.config.Units.Advance(ctx, unit.ID, lifecycle.LiftHold{Command: b.Command(ctx), Hold: id}.Decide)
	if err != nil {
		return lifecycle.Hold{}, lifecycle.UnitKey{}, fmt.Errorf("lift hold: %w", err)
	}
	return outcome.Change.Holds[0], outcome.Change.Unit.Key, nil
}
