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

// Waive gives up the tasks of a cloud that was shut down for good.
func (r *Room) Waive(ctx context.Context, order lifecycle.OrderID, cloud string, second Person) (lifecycle.Outcome, error) {
	s, err := r.config.Shelf.OfOrder(ctx, order)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if err := shelf.At(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	// Whoever may end a unit for ever may also stand by a waiver.
	other, err := r.signs(ctx, second, access.UnitRetire)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	ctx = withoutPassword(ctx, "waive", string(order), cloud, string(other))
	outcome, err := r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Waive{
		Command: r.config.Shelf.Command(ctx), Order: order, Cloud: cloud, Second: other,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("waive: %w", err)
	}
	return outcome, nil
}

// WaiveUnit is Waive for the present order of the unit on the bench.
func (r *Room) WaiveUnit(ctx context.Context, key lifecycle.UnitKey, cloud string, second Person) error {
	s, err := r.config.Shelf.Unit(ctx, key)
	if err != nil {
		return err
	}
	if s.Order == nil {
		return fmt.Errorf("waive for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	_, err = r.Waive(ctx, s.Order.ID, cloud, second)
	return err
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
