package share

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
)

// Proposal is an invitation as whoever it is made to sees it. Whose unit it is
// is not in it: an account can have any name.
type Proposal struct {
	Code      string
	Key       lifecycle.UnitKey
	Model     string
	Until     time.Time
	ExpiresAt time.Time
	// Over: it was accepted, refused, ended, or nobody answered in time. Nothing
	// else is told of the unit then.
	Over bool
	// Own: the reader made it.
	Own bool
}

// Proposal finds an invitation by its code.
func (s *Shares) Proposal(ctx context.Context, actor lifecycle.Actor, code string) (Proposal, error) {
	in, unit, err := s.find(ctx, actor, code)
	if err != nil {
		return Proposal{}, err
	}
	// Read for nobody too, so that a code that shows nothing costs what none does.
	if !in.Waits(s.now()) {
		unit = nobody
	}
	snapshot, err := s.config.Store.Snapshot(ctx, unit)
	if err != nil && !(unit == nobody && errors.Is(err, lifecycle.ErrNotFound)) {
		return Proposal{}, s.guesses.Unheard(ctx, guessOf(actor), fmt.Errorf("look at an invitation: %w", err))
	}
	if !in.Concerns(actor.Person, s.now()) {
		return Proposal{}, fmt.Errorf("look at an invitation: %w", lifecycle.ErrNotFound)
	}
	s.guesses.Forgive(ctx, guessOf(actor))
	proposal := Proposal{
		Code: plain(code), Until: in.Binding.Until, ExpiresAt: in.Binding.OfferedUntil, Own: in.Maker == actor.Person,
		Over: unit == nobody || snapshot.Unit.Epoch != in.Binding.Epoch,
	}
	if !proposal.Over {
		proposal.Key, proposal.Model = snapshot.Unit.Key, snapshot.Model.Name
	}
	return proposal, nil
}

// find counts a guess and resolves the code, and says which unit its holder may
// do something about: nobody's, where it is none of their business, so that what
// is done then costs the same and tells the same.
func (s *Shares) find(ctx context.Context, actor lifecycle.Actor, code string) (lifecycle.Invitation, lifecycle.UnitID, error) {
	if err := s.guesses.Attempt(ctx, guessOf(actor)); err != nil {
		return lifecycle.Invitation{}, "", err
	}
	in, err := s.config.Store.InvitationByCode(ctx, hashOf(code))
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.Invitation{}, "", s.guesses.Unheard(ctx, guessOf(actor), fmt.Errorf("find an invitation: %w", err))
	}
	if !in.Concerns(actor.Person, s.now()) {
		return in, nobody, nil
	}
	return in, in.Unit, nil
}

func guessOf(actor lifecycle.Actor) string { return "share " + string(actor.Person) }

// Joined is a share that the actor has just taken.
type Joined struct {
	ID    lifecycle.BindingID
	Key   lifecycle.UnitKey
	Until time.Time
}

// Join takes an invitation: the actor sees the unit from now on.
func (s *Shares) Join(ctx context.Context, actor lifecycle.Actor, code string) (Joined, error) {
	in, unit, err := s.find(ctx, actor, code)
	if err != nil {
		return Joined{}, err
	}
	join := lifecycle.Join{Command: s.command(actor), Binding: in.Binding.ID, AccountHash: s.config.AccountHash(string(actor.Person))}
	outcome, err := s.config.Store.Advance(ctx, unit, join.Decide)
	if err = s.answer(ctx, unit, actor, lifecycle.EventJoin, err); err != nil {
		return Joined{}, err
	}
	s.config.Link(ctx, unit)
	change := outcome.Change
	joined := Joined{ID: in.Binding.ID, Key: change.Unit.Key}
	for _, live := range change.Bindings {
		if live.Account == actor.Person && live.State == lifecycle.BindingLive {
			joined.ID, joined.Until = live.ID, live.Until
		}
	}
	return joined, nil
}

// Refuse says no to an invitation that names the actor. One that was shown to
// them they need not answer.
func (s *Shares) Refuse(ctx context.Context, actor lifecycle.Actor, code string) error {
	in, unit, err := s.find(ctx, actor, code)
	if err != nil {
		return err
	}
	_, err = s.config.Store.Advance(ctx, unit, func(now lifecycle.Snapshot) (lifecycle.Change, error) {
		pending := slices.ContainsFunc(now.Bindings, func(x lifecycle.Binding) bool {
			return x.ID == in.Binding.ID && x.Kind == lifecycle.BindingMember && x.State == lifecycle.BindingPending && x.Account == actor.Person
		})
		if !pending {
			return lifecycle.Change{}, fmt.Errorf("invitation %s: %w", in.Binding.ID, lifecycle.ErrNotFound)
		}
		return lifecycle.Unbind{Command: s.command(actor), Binding: in.Binding.ID}.Decide(now)
	})
	return s.answer(ctx, unit, actor, lifecycle.EventUnbind, err)
}

// answer says what whoever answered an invitation may hear. That it is over is
// told to those it was made to: the slower of two learns it.
func (s *Shares) answer(ctx context.Context, unit lifecycle.UnitID, actor lifecycle.Actor, event lifecycle.Event, err error) error {
	if unit == nobody {
		return lifecycle.ToOutsider(err)
	}
	s.guesses.Forgive(ctx, guessOf(actor))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return &lifecycle.Refusal{Event: event, Reasons: []lifecycle.Reason{{Code: "share.over"}}}
	}
	return lifecycle.ToOutsider(err)
}

// Seen is a unit that is shared with the reader.
type Seen struct {
	ID    lifecycle.BindingID
	Key   lifecycle.UnitKey
	Model string
	Since time.Time
	Until time.Time // zero: it has no date
}

// Shared is what others share with the reader.
type Shared struct {
	Units       []Seen
	Invitations []Proposal
}

// With lists what is shared with the actor, and what they are invited to.
func (s *Shares) With(ctx context.Context, actor lifecycle.Actor) (Shared, error) {
	mine, err := s.config.People.MineOf(ctx, actor.Person)
	if err != nil {
		return Shared{}, fmt.Errorf("list shares: %w", err)
	}
	var shared Shared
	for _, b := range mine {
		if b.Binding.Kind != lifecycle.BindingMember {
			continue
		}
		now, err := s.config.Store.Snapshot(ctx, b.Unit)
		if err != nil {
			return Shared{}, fmt.Errorf("look at a share: %w", err)
		}
		at := slices.IndexFunc(now.Shares(s.now()), func(x lifecycle.Binding) bool { return x.ID == b.Binding.ID })
		if at < 0 {
			continue // it ended while we read
		}
		if x := b.Binding; x.State == lifecycle.BindingPending {
			shared.Invitations = append(shared.Invitations, Proposal{
				Code: s.codeOf(x.ID), Key: b.Key, Model: now.Model.Name, Until: x.Until, ExpiresAt: x.OfferedUntil,
			})
			continue
		}
		s.config.Link(ctx, b.Unit)
		shared.Units = append(shared.Units, Seen{b.Binding.ID, b.Key, now.Model.Name, b.Binding.LiveAt, b.Binding.Until})
	}
	return shared, nil
}

// Leave ends a share by whom it was made to.
func (s *Shares) Leave(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) error {
	mine, err := s.config.People.MineOf(ctx, actor.Person)
	if err != nil {
		return fmt.Errorf("find a share: %w", err)
	}
	unit := nobody
	for _, b := range mine {
		if b.Binding.ID == id && b.Binding.Kind == lifecycle.BindingMember {
			unit = b.Unit
		}
	}
	return s.end(ctx, actor, unit, id)
}

// plain is a code as it is hashed: screens show it in groups, and people type
// it in any case.
func plain(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}
