package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Shipment is units on one pallet: they share its id.
type Shipment struct {
	ID lifecycle.ShipmentID
	To lifecycle.OrgID
}

// Ship hands units over to a carrier. Custody stays here until the receiver
// scans each. The receiver is named by its id, or by its name as it is written.
func (b *Bench) Ship(ctx context.Context, to string, keys []lifecycle.UnitKey) (Shipment, []Result, error) {
	receiver, err := b.receiver(ctx, to)
	if err != nil {
		return Shipment{}, nil, err
	}
	id := lifecycle.ShipmentID("shp_" + b.newID())
	results, err := b.each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		return b.units.Advance(ctx, s.Unit.ID, lifecycle.Ship{Command: b.command(ctx), ID: id, To: receiver}.Decide)
	})
	for _, result := range results {
		// A request that came again finds what the first one wrote.
		if sent := result.Outcome.Change.Shipment; sent != nil {
			id = sent.ID
		}
	}
	return Shipment{ID: id, To: receiver}, results, err
}

// receiver finds an organisation by its id, or else by its name where no other
// has the same: a truck must not go to the wrong one.
func (b *Bench) receiver(ctx context.Context, to string) (lifecycle.OrgID, error) {
	id := lifecycle.OrgID(to)
	_, err := b.orgName(ctx, id)
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return id, err
	}
	others, err := b.Receivers(ctx)
	if err != nil {
		return "", err
	}
	others = slices.DeleteFunc(others, func(org access.Organisation) bool { return org.Name != to })
	if len(others) == 1 {
		return others[0].ID, nil
	}
	var invalid lifecycle.Invalid
	invalid.Add("to", "bench.no-such-receiver")
	return "", invalid.Err()
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
