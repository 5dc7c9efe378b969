package share

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Invitation is what an owner asks for.
type Invitation struct {
	Name  string    // how the owner calls whom it is for
	Email string    // empty: face to face
	Until time.Time // zero: as long as the unit is the owner's
}

// Share is a share as the unit's owner sees it.
type Share struct {
	ID    lifecycle.BindingID
	Name  string
	Since time.Time // zero while nobody has accepted
	Until time.Time
	// Code, where nobody has accepted yet, and until when it is good.
	Code      string
	ExpiresAt time.Time
	// Named: it is one person's to accept. Else whoever shows the code may.
	Named bool
}

// Pending reports whether nobody has accepted yet.
func (s Share) Pending() bool { return s.Since.IsZero() }

// Sharing is a unit, and whom it is shared with.
type Sharing struct {
	Key    lifecycle.UnitKey
	Model  string
	Shares []Share
	// Held: a hold stands, and nobody can be invited.
	Held bool
}

// Full reports whether nobody else can be invited.
func (s Sharing) Full() bool { return len(s.Shares) >= lifecycle.SharesPerUnit }

// Invite invites somebody to see a unit of the actor's.
func (s *Shares) Invite(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, in Invitation) (Share, error) {
	to, err := s.recipient(ctx, actor, in.Email)
	if err != nil {
		return Share{}, err
	}
	unit, err := s.owned(ctx, actor.Person, key)
	if err != nil {
		return Share{}, err
	}
	id := lifecycle.BindingID("bnd_" + s.config.NewID())
	invite := lifecycle.Share{Command: s.command(actor), ID: id, To: to, Until: in.Until, CodeHash: hashOf(s.codeOf(id))}
	outcome, err := s.config.Store.AdvanceWithShare(ctx, unit, actor.Person, id, in.Name, invite.Decide)
	if err != nil {
		return Share{}, lifecycle.ToOwner(err)
	}
	// The outcome may be that of the first of two equal requests.
	return s.share(outcome.Change.Bindings[0], in.Name), nil
}

func (s *Shares) recipient(ctx context.Context, actor lifecycle.Actor, email string) (lifecycle.PersonID, error) {
	if email == "" {
		return "", nil
	}
	return s.config.Recipient(ctx, actor, email)
}

func (s *Shares) share(b lifecycle.Binding, name string) Share {
	share := Share{ID: b.ID, Name: name, Since: b.LiveAt, Until: b.Until}
	if b.State == lifecycle.BindingPending {
		share.Code, share.ExpiresAt, share.Named = s.codeOf(b.ID), b.OfferedUntil, b.Account != ""
	}
	return share
}

// Of lists whom a unit of the actor's is shared with, the newest last.
func (s *Shares) Of(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Sharing, error) {
	unit, err := s.owned(ctx, actor.Person, key)
	if err != nil {
		return Sharing{}, err
	}
	snapshot, err := s.config.Store.Snapshot(ctx, unit)
	if err != nil {
		return Sharing{}, fmt.Errorf("look at shares: %w", err)
	}
	binding, owned := snapshot.Owner()
	if !owned || binding.Account != actor.Person {
		return Sharing{}, fmt.Errorf("look at shares: %w", lifecycle.ErrNotFound)
	}
	names, err := s.config.Store.ShareNames(ctx, unit, actor.Person, snapshot.Unit.Epoch)
	if err != nil {
		return Sharing{}, fmt.Errorf("look at shares: %w", err)
	}
	sharing := Sharing{Key: snapshot.Unit.Key, Model: snapshot.Model.Name, Held: len(snapshot.StandingHolds()) > 0}
	shares := snapshot.Shares(s.now())
	slices.SortFunc(shares, func(a, b lifecycle.Binding) int {
		if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
			return order
		}
		return cmp.Compare(a.ID, b.ID)
	})
	for _, b := range shares {
		sharing.Shares = append(sharing.Shares, s.share(b, names[b.ID]))
	}
	return sharing, nil
}

// End ends a share of a unit of the actor's, or an invitation.
func (s *Shares) End(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, id lifecycle.BindingID) error {
	unit, err := s.owned(ctx, actor.Person, key)
	if err != nil {
		return err
	}
	return s.end(ctx, actor, unit, id)
}

func (s *Shares) end(ctx context.Context, actor lifecycle.Actor, unit lifecycle.UnitID, id lifecycle.BindingID) error {
	_, err := s.config.Store.Advance(ctx, unit, func(now lifecycle.Snapshot) (lifecycle.Change, error) {
		if !shares(now, id) {
			return lifecycle.Change{}, fmt.Errorf("share %s: %w", id, lifecycle.ErrNotFound)
		}
		return lifecycle.Unbind{Command: s.command(actor), Binding: id}.Decide(now)
	})
	if err != nil {
		return lifecycle.ToOwner(err)
	}
	s.config.Link(ctx, unit)
	return nil
}

// shares reports whether the id is a share that stands: an owner's pending
// binding is ended elsewhere.
func shares(s lifecycle.Snapshot, id lifecycle.BindingID) bool {
	return slices.ContainsFunc(s.Bindings, func(b lifecycle.Binding) bool {
		return b.ID == id && b.Kind == lifecycle.BindingMember && b.State != lifecycle.BindingEnded
	})
}
