package simulation

import (
	"context"

	"quitclaim/service/lifecycle"
)

func (d *doors) AdvanceWithRelease(ctx context.Context, unit lifecycle.UnitID, codeHash func(lifecycle.UnitID, lifecycle.Epoch) string,
	decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return d.change(ctx, string(unit), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.AdvanceWithRelease(ctx, unit, codeHash, decide)
	})
}

func (d *doors) AdvanceWithContest(ctx context.Context, unit lifecycle.UnitID, person lifecycle.PersonID, hold lifecycle.HoldID,
	words string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return d.change(ctx, string(unit), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.AdvanceWithContest(ctx, unit, person, hold, words, decide)
	})
}
