package bench

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Ship hands units over to a carrier, on one pallet: they share the shipment's
// id. Custody stays here until the receiver scans each.
func (b *Bench) Ship(ctx context.Context, to lifecycle.OrgID, keys []lifecycle.UnitKey) (lifecycle.ShipmentID, []Result, error) {
	if _, err := b.orgName(ctx, to); err != nil {
		return "", nil, unknownReceiver(err)
	}
	id := lifecycle.ShipmentID("shp_" + b.newID())
	results, err := b.each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		return b.units.Advance(ctx, s.Unit.ID, lifecycle.Ship{Command: b.command(ctx), ID: id, To: to}.Decide)
	})
	for _, result := range results {
		// A request that came again finds what the first one wrote.
		if sent := result.Outcome.Change.Shipment; sent != nil {
			id = sent.ID
		}
	}
	return id, results, err
}

func unknownReceiver(err error) error {
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	var invalid lifecycle.Invalid
	invalid.Add("to", "bench.no-such-receiver")
	return invalid.Err()
}

// Receive takes units of a shipment into custody. An empty id stands for
// whatever shipment brings the unit here.
func (b *Bench) Receive(ctx context.Context, id lifecycle.ShipmentID, keys []lifecycle.UnitKey) ([]Result, error) {
	return b.each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		return b.units.Advance(ctx, s.Unit.ID, lifecycle.Receive{Command: b.command(ctx), Shipment: id}.Decide)
	})
}

// Scanned is the unit that a code names, if it is on its way here. At the scan
// field it makes no difference whether a unit is unknown or somebody else's.
func (b *Bench) Scanned(ctx context.Context, payload string) (lifecycle.UnitKey, error) {
	var invalid lifecycle.Invalid
	reading, err := b.reading(ctx, "payload", payload, &invalid)
	if err == nil {
		err = invalid.Err()
	}
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	s, err := b.unitOf(ctx, reading)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.UnitKey{}, fmt.Errorf("find scanned unit: %w", err)
	}
	if err != nil || !lifecycle.SentTo(s, access.From(ctx).Org) {
		invalid.Add("payload", "bench.not-coming")
		return lifecycle.UnitKey{}, invalid.Err()
	}
	return s.Unit.Key, nil
}
