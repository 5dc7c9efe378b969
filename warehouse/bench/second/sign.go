package second

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// Retire ends a unit for ever. It was scanned once more, and a second person
// has signed.
func (r *Room) Retire(ctx context.Context, key lifecycle.UnitKey, scanned string, second Person) (lifecycle.Outcome, error) {
	s, err := r.config.Shelf.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	reading, err := r.config.Shelf.Read(ctx, scanned)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("read code: %w", err)
	}
	same, err := r.config.Shelf.IsOf(ctx, s, reading)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	scannedKey := reading.Key // of another unit, or none: the rule says so
	if same {
		scannedKey = s.Unit.Key
	}
	other, err := r.signs(ctx, second, access.UnitRetire)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "retire", key.String(), scannedKey.String(), string(other))
	outcome, err := r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Retire{
		Command: r.config.Shelf.Command(ctx), Second: other, SecondScan: scannedKey, Order: lifecycle.OrderID("ord_" + r.config.NewID()),
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("retire: %w", err)
	}
	return outcome, nil
}

// AttestSilent is two people's word, on one screen, that they reset a unit
// which cannot report it: the person of the context, and another who signs with
// their own password.
func (r *Room) AttestSilent(ctx context.Context, key lifecycle.UnitKey, second Person) (lifecycle.Outcome, error) {
	s, err := r.config.Shelf.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if s.Order == nil {
		return lifecycle.Outcome{}, fmt.Errorf("vouch for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	if err := shelf.At(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	other, err := r.signs(ctx, second, access.TaskAttest)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "silent", key.String(), string(s.Order.ID), string(other))
	outcome, err := r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.AttestTogether{
		Command: r.config.Shelf.Command(ctx), Order: s.Order.ID, Second: other,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("vouch by two: %w", err)
	}
	return outcome, nil
}
