package data

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"quitclaim/service/lifecycle"
)

// having is what they have, as it stands, with the shares that they gave.
func (d *Data) having(ctx context.Context, actor lifecycle.Actor) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		mine, err := d.config.Units.MineOf(ctx, actor.Person)
		for _, b := range mine {
			var body unitBody
			if body, err = d.one(ctx, actor, b); err != nil {
				break
			}
			if !yield(body, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// one is a unit that they have, or see.
func (d *Data) one(ctx context.Context, actor lifecycle.Actor, b lifecycle.PersonBinding) (unitBody, error) {
	s, err := d.config.Units.Snapshot(ctx, b.Unit)
	if err != nil {
		return unitBody{}, fmt.Errorf("copy a unit: %w", err)
	}
	names := map[lifecycle.BindingID]string{}
	if owner, owned := s.Owner(); owned && owner.Account == actor.Person {
		if names, err = d.config.Units.ShareNames(ctx, b.Unit, actor.Person, s.Unit.Epoch); err != nil {
			return unitBody{}, fmt.Errorf("copy the names of shares: %w", err)
		}
	}
	return unitBodyOf(b, s, actor.Person, names, d.config.Now()), nil
}

// had is their own past: their period, and nothing of what came after but what is
// still theirs of it: a claim, and what clouds keep.
func (d *Data) had(ctx context.Context, actor lifecycle.Actor) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		past, err := d.config.Units.PastOf(ctx, actor.Person)
		for _, b := range past {
			var body pastBody
			if body, err = d.period(ctx, actor, b); err != nil {
				break
			}
			if !yield(body, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func (d *Data) period(ctx context.Context, actor lifecycle.Actor, b lifecycle.PersonBinding) (pastBody, error) {
	body := pastBodyOf(b)
	code, err := d.config.Receipt(ctx, b.Unit, b.Binding)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return body, err
	}
	body.Receipt = code
	unit, err := d.config.Units.Unit(ctx, b.Unit)
	if err != nil {
		return body, fmt.Errorf("copy a past time: %w", err)
	}
	body.Claim = unit.Claim == actor.Person
	kept, err := d.config.Units.DeletionsOf(ctx, b.Unit, b.Binding.ID)
	if err != nil {
		return body, fmt.Errorf("copy what clouds keep: %w", err)
	}
	for _, x := range kept {
		body.Kept = append(body.Kept, keptBodyOf(x))
	}
	return body, nil
}

// contested are their contests, with what they wrote.
func (d *Data) contested(ctx context.Context, actor lifecycle.Actor) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		list, err := d.config.Units.ContestsOf(ctx, actor.Person)
		for _, c := range list {
			body := contestBodyOf(c)
			if body.Words, err = d.config.Units.ContestWords(ctx, c.Unit, c.Hold.ID); err != nil {
				break
			}
			if !yield(body, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}
