package kits

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// store is what the room needs of the record.
type store interface {
	UnitByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Unit, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Kit(ctx context.Context, id lifecycle.KitID) (lifecycle.Kit, error)
	SaveKit(ctx context.Context, kit lifecycle.Kit) (lifecycle.Kit, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Now   func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
}

// Room is the kits.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// Wanted is a kit to be put on record. The first unit is its hub.
type Wanted struct {
	Name  string
	Units []lifecycle.UnitKey
}

// Register puts a kit of the vendor's own make on record. Another vendor's unit
// is no unit at all.
func (r *Room) Register(ctx context.Context, p access.Principal, in Wanted) (lifecycle.Kit, error) {
	kit := lifecycle.Kit{
		ID: lifecycle.KitID("kit_" + r.config.NewID()), Vendor: p.Org, Name: strings.TrimSpace(in.Name), By: p.Actor().Person,
		At: r.config.Now(),
	}
	var invalid lifecycle.Invalid
	if len(in.Units) > lifecycle.MaxKit {
		invalid.Add("units", "kit.too-many")
		return lifecycle.Kit{}, invalid.Err()
	}
	for _, key := range in.Units {
		unit, err := r.config.Store.UnitByKey(ctx, key)
		if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
			return lifecycle.Kit{}, fmt.Errorf("register kit: %w", err)
		}
		if err != nil || unit.Vendor != p.Org {
			args := map[string]string{"serial": key.Serial}
			invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{Code: "kit.unknown", Field: "units", Args: args})
			continue
		}
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: unit.ID, Key: unit.Key, State: unit.State, Custody: unit.Custody})
	}
	if err := invalid.Err(); err != nil {
		return lifecycle.Kit{}, err
	}
	saved, err := r.config.Store.SaveKit(ctx, kit)
	if err != nil {
		return lifecycle.Kit{}, fmt.Errorf("register kit: %w", err)
	}
	return saved, nil
}

// Sight is a kit as somebody may see it.
type Sight struct {
	lifecycle.Kit
	// Cut: the hub's order has proven that nothing of before reaches it.
	Cut bool
	// Own are the units whose state is theirs to see.
	Own map[lifecycle.UnitID]bool
}

// Find is a kit for its vendor, and for whoever has a unit of it. Where the
// others are in other hands is not said (rule 13).
func (r *Room) Find(ctx context.Context, p access.Principal, id lifecycle.KitID) (Sight, error) {
	kit, err := r.config.Store.Kit(ctx, id)
	if err != nil {
		return Sight{}, fmt.Errorf("find kit: %w", err)
	}
	vendor := p.Org != "" && kit.Vendor == p.Org
	here := func(part lifecycle.KitPart) bool { return p.Org != "" && part.Custody == p.Org }
	if !vendor && !slices.ContainsFunc(kit.Parts, here) {
		return Sight{}, fmt.Errorf("find kit: %w", lifecycle.ErrNotFound)
	}
	sight := Sight{Kit: kit, Own: map[lifecycle.UnitID]bool{}}
	for _, part := range kit.Parts {
		sight.Own[part.Unit] = vendor || here(part)
	}
	hub, err := r.config.Store.Snapshot(ctx, kit.Hub().Unit)
	if err != nil {
		return Sight{}, fmt.Errorf("find kit: %w", err)
	}
	sight.Cut = lifecycle.KitCut(hub)
	return sight, nil
}
