package bench

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// ReopenCauses lists why a validator sends a unit back into its reset.
func ReopenCauses() []string { return []string{"doubt", "damage", "wrong-unit", "other"} }

// Reopen sends a unit that was reset or certified back into a new order.
func (b *Bench) Reopen(ctx context.Context, key lifecycle.UnitKey, cause string) (lifecycle.Outcome, error) {
	if !slices.Contains(ReopenCauses(), cause) {
		var invalid lifecycle.Invalid
		invalid.Add("cause", "bench.cause")
		return lifecycle.Outcome{}, invalid.Err()
	}
	s, err := b.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	outcome, err := b.units.Advance(ctx, s.Unit.ID, lifecycle.Reopen{
		Command: b.command(ctx), Order: lifecycle.OrderID("ord_" + b.newID()), Cause: cause,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("reopen: %w", err)
	}
	return outcome, nil
}

// Retire ends a unit for ever. It was scanned once more, and a second person
// has signed.
func (b *Bench) Retire(ctx context.Context, key lifecycle.UnitKey, scanned string, second Second) (lifecycle.Outcome, error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	reading, err := b.read(ctx, scanned)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("read code: %w", err)
	}
	same, err := b.isOf(ctx, s, reading)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	scannedKey := reading.Key // of another unit, or none: the rule says so
	if same {
		scannedKey = s.Unit.Key
	}
	other, err := b.secondSigns(ctx, second, access.UnitRetire)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "retire", key.String(), scannedKey.String(), string(other))
	outcome, err := b.units.Advance(ctx, s.Unit.ID, lifecycle.Retire{
		Command: b.command(ctx), Second: other, SecondScan: scannedKey, Order: lifecycle.OrderID("ord_" + b.newID()),
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("retire: %w", err)
	}
	return outcome, nil
}

// Waive gives up the tasks of a cloud that was shut down for good.
func (b *Bench) Waive(ctx context.Context, order lifecycle.OrderID, cloud string, second Second) (lifecycle.Outcome, error) {
	s, err := b.ofOrder(ctx, order)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if err := atBench(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	// Whoever may end a unit for ever may also stand by a waiver.
	other, err := b.secondSigns(ctx, second, access.UnitRetire)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "waive", string(order), cloud, string(other))
	outcome, err := b.units.Advance(ctx, s.Unit.ID, lifecycle.Waive{
		Command: b.command(ctx), Order: order, Cloud: cloud, Second: other,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("waive: %w", err)
	}
	return outcome, nil
}

// WaiveUnit is Waive for the present order of the unit on the bench.
func (b *Bench) WaiveUnit(ctx context.Context, key lifecycle.UnitKey, cloud string, second Second) error {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return err
	}
	if s.Order == nil {
		return fmt.Errorf("waive for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	_, err = b.Waive(ctx, s.Order.ID, cloud, second)
	return err
}
