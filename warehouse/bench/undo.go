package bench

import (
	"context"
	"fmt"

	"quitclaim/service/access"
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
	outcome, err := b.units.Advance(ctx, s.Unit.ID, lifecycle.Unsay{Command: b.command(ctx), Order: s.Order.ID}.Decide)
	if err != nil {
		return "", fmt.Errorf("take back a word: %w", err)
	}
	return outcome.Change.Attestations[0].Check, nil
}

// AttestSilent is two people's word, on one screen, that they reset a unit
// which cannot report it: the person of the context, and another who signs with
// their own password.
func (b *Bench) AttestSilent(ctx context.Context, key lifecycle.UnitKey, second Second) (lifecycle.Outcome, error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if s.Order == nil {
		return lifecycle.Outcome{}, fmt.Errorf("vouch for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	if err := atBench(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	other, err := b.secondSigns(ctx, second, access.TaskAttest)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "silent", key.String(), string(s.Order.ID), string(other))
	outcome, err := b.units.Advance(ctx, s.Unit.ID, lifecycle.AttestTogether{
		Command: b.command(ctx), Order: s.Order.ID, Second: other,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("vouch by two: %w", err)
	}
	return outcome, nil
}
