package owner

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// nobody stands for a unit that is not on record, or not this person's
// business: the same reads and the same write door are tried with it.
const nobody = lifecycle.UnitID("unt_none")

// locate finds a unit by its key among the person's own bindings: those as its
// owner that stand or wait, and, so that a repeated request is answered as the
// first was, those that are over. A unit of somebody else's is not asked after
// at all; that it is shared with the person, or offered to be, is no matter of
// this room.
func (o *Owner) locate(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (id lifecycle.UnitID, stands bool, err error) {
	mine, err := o.config.People.MineOf(ctx, person)
	if err != nil {
		return "", false, fmt.Errorf("find a unit: %w", err)
	}
	for _, b := range mine {
		if b.Key.Equal(key) && b.Binding.Kind == lifecycle.BindingOwner {
			return b.Unit, true, nil
		}
	}
	past, err := o.config.People.PastOf(ctx, person)
	if err != nil {
		return "", false, fmt.Errorf("find a unit: %w", err)
	}
	for _, b := range past {
		if b.Key.Equal(key) {
			return b.Unit, false, nil
		}
	}
	return nobody, false, nil
}

// Locate is locate for a part of this room: where the unit is none of the
// person's it is one that is not there, and the same reads and the same write
// door are tried with it.
func (o *Owner) Locate(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.UnitID, error) {
	id, _, err := o.locate(ctx, person, key)
	return id, err
}

// Look is look for a part of this room.
func (o *Owner) Look(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	return o.look(ctx, person, key)
}

// look reads a unit that is the person's: by a binding that stands, or by a
// claim. To everybody else it costs one row, found or not.
func (o *Owner) look(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	id, stands, err := o.locate(ctx, person, key)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	if !stands {
		unit, err := o.config.Units.Unit(ctx, id)
		if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
			return lifecycle.Snapshot{}, fmt.Errorf("look at a unit: %w", err)
		}
		if err != nil || unit.Claim != person {
			return lifecycle.Snapshot{}, fmt.Errorf("look at a unit: %w", lifecycle.ErrNotFound)
		}
	}
	snapshot, err := o.config.Units.Snapshot(ctx, id)
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("look at a unit: %w", err)
	}
	return snapshot, nil
}

// advance runs a command on a unit of the person's. Whether it is theirs is
// the command's own question; one that is not goes through the same door.
func (o *Owner) advance(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	id, _, err := o.locate(ctx, person, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	return o.config.Units.Advance(ctx, id, decide)
}

// orNobody is the unit's id, or nobody's where it was not found.
func orNobody(unit lifecycle.Unit, err error) (lifecycle.UnitID, error) {
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nobody, nil
	}
	return unit.ID, err
}
