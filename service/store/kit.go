package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Kit reads a kit with its units as they are now.
func (s *Store) Kit(ctx context.Context, id lifecycle.KitID) (lifecycle.Kit, error) {
	return getKit(ctx, s, func(tx *engine.Tx) (*lifecycle.Kit, error) { return facts.Kit(tx, id) })
}

// KitOf reads the kit that a unit is of; where it is of none it is
// lifecycle.ErrNotFound.
func (s *Store) KitOf(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Kit, error) {
	return getKit(ctx, s, func(tx *engine.Tx) (*lifecycle.Kit, error) { return facts.KitOf(tx, unit) })
}

func getKit(ctx context.Context, s *Store, read func(*engine.Tx) (*lifecycle.Kit, error)) (lifecycle.Kit, error) {
	kit, err := get(ctx, s, read)
	if err == nil && kit == nil {
		err = fmt.Errorf("kit: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return lifecycle.Kit{}, err
	}
	return *kit, nil
}

// SaveKit puts a kit on record, of units that are in none yet: else it is
// lifecycle.ErrInvalid, "kit.taken-already". What CheckKit says is checked again in the
// same transaction. It answers with the kit as it is then.
func (s *Store) SaveKit(ctx context.Context, kit lifecycle.Kit) (lifecycle.Kit, error) {
	scope := "kit"
	for _, part := range kit.Parts {
		scope += " " + string(part.Unit)
	}
	saved, _, err := once(ctx, s, scope, func(tx *engine.Tx) (lifecycle.Kit, error) {
		var invalid lifecycle.Invalid
		for i, part := range kit.Parts {
			other, err := facts.KitOf(tx, part.Unit)
			if err != nil {
				return kit, err
			}
			if other != nil {
				args := map[string]string{"serial": part.Key.Serial}
				invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{Code: "kit.taken-already", Field: "units", Args: args})
			}
			unit, err := facts.Unit(tx, part.Unit)
			if err == nil && unit.Vendor != kit.Vendor {
				err = fmt.Errorf("unit of another vendor: %w", lifecycle.ErrNotFound)
			}
			if err != nil {
				return kit, err
			}
			kit.Parts[i] = lifecycle.KitPart{Unit: unit.ID, Key: unit.Key, State: unit.State, Custody: unit.Custody}
		}
		if err := invalid.Err(); err != nil {
			return kit, err
		}
		if err := lifecycle.CheckKit(kit); err != nil {
			return kit, err
		}
		if err := facts.AddKit(tx, kit); err != nil {
			return kit, err
		}
		return kit, s.enterKit(tx, kit, "save", kit.Parts)
	})
	return saved, err
}

// MissKit says which units were not in the box when their kit came back to this
// person's desk. A unit that is not of the kit is lifecycle.ErrNotFound.
func (s *Store) MissKit(ctx context.Context, id lifecycle.KitID, missing []lifecycle.UnitID, by lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "miss "+string(id), func(tx *engine.Tx) (struct{}, error) {
		kit, err := facts.Kit(tx, id)
		if err == nil && kit == nil {
			err = fmt.Errorf("kit: %w", lifecycle.ErrNotFound)
		}
		if err != nil {
			return struct{}{}, err
		}
		var parts []lifecycle.KitPart
		for _, unit := range missing {
			if err := facts.MissKit(tx, id, unit, by, s.now()); err != nil {
				return struct{}{}, err
			}
			part, _ := kit.Part(unit)
			parts = append(parts, part)
		}
		kit.By = by
		return struct{}{}, s.enterKit(tx, *kit, "missing", parts)
	})
	return err
}

func (s *Store) enterKit(tx *engine.Tx, kit lifecycle.Kit, event string, parts []lifecycle.KitPart) error {
	units := make([]lifecycle.UnitID, len(parts))
	for i, part := range parts {
		units[i] = part.Unit
	}
	return s.enterAdmin(tx, book.Record{Kind: "kit", Subject: string(kit.ID), Event: event}, struct {
		Vendor lifecycle.OrgID    `json:"vendor"`
		By     lifecycle.PersonID `json:"by"`
		Units  []lifecycle.UnitID `json:"units"`
	}{kit.Vendor, kit.By, units})
}
