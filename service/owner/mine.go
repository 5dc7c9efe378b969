package owner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Holding is a unit that is the reader's, by a binding or by a claim.
type Holding struct {
	Key     lifecycle.UnitKey
	Model   string
	State   lifecycle.State   // of a live binding alone
	Binding lifecycle.Binding // zero where only a claim is left
	// Claim: the unit was reset, and its owner keeps nobody but themselves from
	// binding it. It shows no picture.
	Claim bool
	Holds []lifecycle.HoldKind
	// Stolen: the mark is the reader's own.
	Stolen bool
	Shares int // live bindings of others, which end with the owner's
	// Clouds that will be told when the binding ends.
	Clouds []string
	Offer  *Offered // that waits for an answer
}

// Pending reports whether the binding waits for the unit itself.
func (h Holding) Pending() bool { return h.Binding.State == lifecycle.BindingPending }

// Since is when the reader's relation to the unit began.
func (h Holding) Since() time.Time {
	if h.Binding.LiveAt.IsZero() {
		return h.Binding.CreatedAt
	}
	return h.Binding.LiveAt
}

// Mine is what a person has, waits for, and is offered.
type Mine struct {
	Units   []Holding
	Pending []Holding
	Claims  []Holding
	Offers  []Proposal
}

// Mine lists it all: few enough for one page.
func (o *Owner) Mine(ctx context.Context, actor lifecycle.Actor) (Mine, error) {
	var mine Mine
	bindings, err := o.config.People.MineOf(ctx, actor.Person)
	if err != nil {
		return Mine{}, fmt.Errorf("list units: %w", err)
	}
	for _, b := range bindings {
		if b.Binding.Kind != lifecycle.BindingOwner {
			continue
		}
		holding, err := o.holdingOf(ctx, actor.Person, b.Unit)
		switch {
		case errors.Is(err, lifecycle.ErrNotFound): // it ended while we read
		case err != nil:
			return Mine{}, err
		case holding.Pending():
			mine.Pending = append(mine.Pending, holding)
		default:
			mine.Units = append(mine.Units, holding)
		}
	}
	byKey(mine.Units)
	byKey(mine.Pending)
	if mine.Claims, err = o.claims(ctx, actor.Person, bindings); err != nil {
		return Mine{}, err
	}
	mine.Offers, err = o.offersTo(ctx, actor.Person)
	return mine, err
}

// byKey: where a unit stands in the list does not hang on how it is stored.
func byKey(holdings []Holding) {
	slices.SortFunc(holdings, func(a, b Holding) int { return cmp.Compare(a.Key.String(), b.Key.String()) })
}

// Holding is one unit of the reader's.
func (o *Owner) Holding(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Holding, error) {
	snapshot, err := o.look(ctx, actor.Person, key)
	if err != nil {
		return Holding{}, err
	}
	return o.holding(ctx, actor.Person, snapshot)
}

func (o *Owner) holdingOf(ctx context.Context, person lifecycle.PersonID, unit lifecycle.UnitID) (Holding, error) {
	snapshot, err := o.config.Units.Snapshot(ctx, unit)
	if err != nil {
		return Holding{}, fmt.Errorf("look at a unit: %w", err)
	}
	return o.holding(ctx, person, snapshot)
}

// holding is what a snapshot shows to the person whose unit it is. The account
// is linked on the way, if an earlier attempt has failed.
func (o *Owner) holding(ctx context.Context, person lifecycle.PersonID, s lifecycle.Snapshot) (Holding, error) {
	h := Holding{Key: s.Unit.Key, Model: s.Model.Name, Clouds: s.Model.Clouds}
	binding, bound := standing(s, person)
	switch {
	case bound:
		h.Binding = binding
	case s.Unit.Claim == person:
		h.Claim = true
	default:
		return Holding{}, fmt.Errorf("look at a unit: %w", lifecycle.ErrNotFound)
	}
	_, h.Stolen = ownHold(s, person, lifecycle.HoldStolen)
	if !bound || h.Pending() {
		return h, nil // what else there is to it is not theirs yet, or no longer
	}
	h.State = s.Unit.State
	o.linkAccount(ctx, s)
	for _, hold := range s.StandingHolds() {
		h.Holds = append(h.Holds, hold.Kind)
	}
	h.Shares = len(s.Viewers(o.config.Now())) - 1
	offer, err := o.offered(s.Unit.Key, s.Offers)
	if err == nil && o.config.Now().Before(offer.ExpiresAt) {
		if offer.SeenAt, err = o.seenAt(ctx, s); err != nil {
			return Holding{}, err
		}
		h.Offer = &offer
	}
	return h, nil
}

// seenAt is when the offer that stands was opened by whom it names.
func (o *Owner) seenAt(ctx context.Context, s lifecycle.Snapshot) (time.Time, error) {
	for _, offer := range s.Offers {
		if offer.State == lifecycle.OfferPending && offer.To != "" {
			at, err := o.config.Kept.OfferSeen(ctx, s.Unit.ID, offer.ID)
			if err != nil {
				return at, fmt.Errorf("look at an offer: %w", err)
			}
			return at, nil
		}
	}
	return time.Time{}, nil
}

// standing is the person's owner binding, live or pending.
func standing(s lifecycle.Snapshot, person lifecycle.PersonID) (lifecycle.Binding, bool) {
	for _, b := range s.Bindings {
		if b.Account == person && b.Kind == lifecycle.BindingOwner && b.State != lifecycle.BindingEnded && b.Epoch == s.Unit.Epoch {
			return b, true
		}
	}
	return lifecycle.Binding{}, false
}

// claims finds the units that the person had, and has a claim to.
func (o *Owner) claims(ctx context.Context, person lifecycle.PersonID, mine []lifecycle.PersonBinding) ([]Holding, error) {
	past, err := o.config.People.PastOf(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("list claims: %w", err)
	}
	seen := map[lifecycle.UnitID]bool{}
	for _, b := range mine {
		seen[b.Unit] = true
	}
	var claims []Holding
	for _, b := range past {
		if seen[b.Unit] {
			continue
		}
		seen[b.Unit] = true
		unit, err := o.config.Units.Unit(ctx, b.Unit)
		if err != nil {
			return nil, fmt.Errorf("list claims: %w", err)
		}
		if unit.Claim != person {
			continue
		}
		holding, err := o.holdingOf(ctx, person, b.Unit)
		if err != nil {
			return nil, err
		}
		claims = append(claims, holding)
	}
	return claims, nil
}

// offersTo are the offers that the person can still answer.
func (o *Owner) offersTo(ctx context.Context, person lifecycle.PersonID) ([]Proposal, error) {
	pending, err := o.config.People.OffersTo(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("list offers: %w", err)
	}
	var offers []Proposal
	for _, p := range pending {
		if !o.config.Now().Before(p.Offer.ExpiresAt) {
			continue
		}
		snapshot, err := o.config.Units.Snapshot(ctx, p.Unit)
		if err != nil {
			return nil, fmt.Errorf("list offers: %w", err)
		}
		offers = append(offers, Proposal{
			Code: o.codeOf(p.Offer.ID), Key: p.Key, Model: snapshot.Model.Name, ExpiresAt: p.Offer.ExpiresAt,
		})
	}
	return offers, nil
}
