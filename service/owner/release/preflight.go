package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Plan is what a release would end, and what would remain.
type Plan struct {
	Key   lifecycle.UnitKey
	Model string
	// Shares are the live bindings of others, by kind, which end with the owner's.
	Shares []Share
	Offer  bool // an offer waits, and would be withdrawn
	Clouds []Cloud
	// Held: a hold stands; then nothing is deleted, for it may be evidence.
	Held   bool
	Stolen bool // the hold is the owner's own mark
	// ContactAt is when the unit last spoke with us; zero: never.
	ContactAt time.Time
	// Erasable: some cloud keeps what its owner can have deleted.
	Erasable bool
}

// Share is how many of one kind see the unit besides its owner.
type Share struct {
	Kind  lifecycle.BindingKind
	Count int
}

// Cloud is what one cloud said of an end.
type Cloud struct {
	Name string
	// Known reports whether it answered in time. It is asked again, until it has
	// ended everything, whether or not it does.
	Known       bool
	Eligibility cloud.Eligibility
	// Words are the message keys of each blocker, the most exact first.
	Words [][]string
	// Links are who is bound in it, by kind; Others how many of them are neither
	// the owner nor known to us.
	Links  []Share
	Others int
	Keeps  []cloud.Data
}

// Preflight asks every cloud what would end and what would remain, and changes
// nothing.
func (r *Room) Preflight(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Plan, error) {
	s, err := r.config.Owner.Look(ctx, actor.Person, key)
	if err != nil {
		return Plan{}, err
	}
	owner, owned := s.Owner()
	if !owned || owner.Account != actor.Person {
		return Plan{}, fmt.Errorf("plan a release: %w", lifecycle.ErrNotFound)
	}
	plan := Plan{
		Key: s.Unit.Key, Model: s.Model.Name, Held: !lifecycle.MayErase(s), ContactAt: s.Unit.ContactAt,
		Offer: slices.ContainsFunc(s.Offers, func(o lifecycle.Offer) bool {
			return o.State == lifecycle.OfferPending && r.config.Now().Before(o.ExpiresAt)
		}),
	}
	for _, hold := range s.StandingHolds() {
		own := hold.PlacedBy.Org == "" && hold.PlacedBy.Person == actor.Person
		plan.Stolen = plan.Stolen || hold.Kind == lifecycle.HoldStolen && own
	}
	var ours []string
	for _, b := range s.LiveBindings() {
		if ours = append(ours, b.AccountHash); b.ID != owner.ID {
			plan.Shares = counted(plan.Shares, b.Kind)
		}
	}
	request := cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key, Before: r.config.Now()}
	for _, word := range r.config.Clouds.Ask(ctx, s.Model.Clouds, request, r.config.Patience) {
		plan.Clouds = append(plan.Clouds, cloudOf(word, ours))
		plan.Erasable = plan.Erasable || slices.ContainsFunc(word.Keeps, func(d cloud.Data) bool { return d.Erasable })
	}
	return plan, nil
}

func cloudOf(word cloud.Word, ours []string) Cloud {
	c := Cloud{Name: word.Cloud, Known: word.Known, Eligibility: word.Preflight.Eligibility, Keeps: word.Keeps}
	for _, blocker := range word.Preflight.Blockers {
		c.Words = append(c.Words, cloud.BlockerMessages(word.Cloud, blocker))
	}
	for _, link := range word.Inventory.Links {
		c.Links = counted(c.Links, link.Kind)
		if !slices.Contains(ours, link.AccountHash) {
			c.Others++
		}
	}
	return c
}

// counted is the list with one more of a kind.
func counted(shares []Share, kind lifecycle.BindingKind) []Share {
	at := slices.IndexFunc(shares, func(s Share) bool { return s.Kind == kind })
	if at < 0 {
		return append(shares, Share{kind, 1})
	}
	shares[at].Count++
	return shares
}
