package shipment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// units is the one door by which a unit changes.
type units interface {
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// names is who units can be sent to.
type names interface {
	Organisations(ctx context.Context, kind lifecycle.OrgKind, page lifecycle.Page) ([]access.Organisation, string, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Units units
	Names names
	Shelf *shelf.Shelf
	NewID func() string // 26 random lower-case base32 characters
}

// Room is the dock. Its methods act as the principal of the context.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// Shipment is units on one pallet: they share its id.
type Shipment struct {
	ID lifecycle.ShipmentID
	To lifecycle.OrgID
}

// Ship hands units over to a carrier. Custody stays here until the receiver
// scans each. The receiver is named by its id, or by its name as it is written.
func (r *Room) Ship(ctx context.Context, to string, keys []lifecycle.UnitKey) (Shipment, []shelf.Result, error) {
	receiver, err := r.receiver(ctx, to)
	if err != nil {
		return Shipment{}, nil, err
	}
	id := lifecycle.ShipmentID("shp_" + r.config.NewID())
	results, err := r.config.Shelf.Each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		return r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Ship{Command: r.config.Shelf.Command(ctx), ID: id, To: receiver}.Decide)
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
func (r *Room) receiver(ctx context.Context, to string) (lifecycle.OrgID, error) {
	id := lifecycle.OrgID(to)
	_, err := r.config.Shelf.OrgName(ctx, id)
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return id, err
	}
	others, err := r.Receivers(ctx)
	if err != nil {
		return "", err
	}
	others = slices.DeleteFunc(others, func(org access.Organisation) bool { return org.Name != to })
	if len(others) == 1 {
		return others[0].ID, nil
	}
	return "", lifecycle.Mistake("to", "bench.no-such-receiver")
}

// Receive takes units of a shipment into custody. An empty id stands for
// whatever shipment brings the unit here.
func (r *Room) Receive(ctx context.Context, id lifecycle.ShipmentID, keys []lifecycle.UnitKey) ([]shelf.Result, error) {
	return r.config.Shelf.Each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		return r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Receive{Command: r.config.Shelf.Command(ctx), Shipment: id}.Decide)
	})
}

// Scanned is the unit that a code names, if it is on its way here. At the scan
// field it makes no difference whether a unit is unknown or somebody else's.
func (r *Room) Scanned(ctx context.Context, payload string) (lifecycle.UnitKey, error) {
	var invalid lifecycle.Invalid
	reading, err := r.config.Shelf.Reading(ctx, "payload", payload, &invalid)
	if err == nil {
		err = invalid.Err()
	}
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	s, err := r.config.Shelf.UnitOf(ctx, reading)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.UnitKey{}, fmt.Errorf("find scanned unit: %w", err)
	}
	if err != nil || !lifecycle.SentTo(s, access.From(ctx).Org) {
		invalid.Add("payload", "bench.not-coming")
		return lifecycle.UnitKey{}, invalid.Err()
	}
	return s.Unit.Key, nil
}

// Receivers are the organisations that units can be sent to: all but our own.
func (r *Room) Receivers(ctx context.Context) ([]access.Organisation, error) {
	var others []access.Organisation
	page := lifecycle.Page{Limit: 200}
	for {
		some, next, err := r.config.Names.Organisations(ctx, "", page)
		if err != nil {
			return nil, fmt.Errorf("list organisations: %w", err)
		}
		for _, org := range some {
			if org.ID != access.From(ctx).Org {
				others = append(others, org)
			}
		}
		if next == "" {
			break
		}
		page.After = next
	}
	slices.SortFunc(others, func(a, b access.Organisation) int { return strings.Compare(a.Name, b.Name) })
	return others, nil
}
