package data

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"quitclaim/service/lifecycle"
)

// Open is one thing that is not finished between a person and a unit.
type Open struct {
	// Code is the message that says what it is, and what becomes of it.
	Code  string
	Key   lifecycle.UnitKey
	Model string
	// Path is where it can be finished; empty: nowhere, time does it.
	Path string
	// Blocks: nothing is erased before it is finished.
	Blocks bool
	// with ends it together with the person; nil: nothing is to be done.
	with func(context.Context) error
}

// Blocked reports whether something stands in the way.
func Blocked(open []Open) bool {
	return slices.ContainsFunc(open, func(o Open) bool { return o.Blocks })
}

// Obligations lists what is open. The person is told all of it before anything
// is erased.
func (d *Data) Obligations(ctx context.Context, actor lifecycle.Actor) ([]Open, error) {
	var all []Open
	for _, part := range []func(context.Context, lifecycle.Actor) ([]Open, error){
		d.standing, d.past, d.contests, d.offers,
	} {
		open, err := part(ctx, actor)
		if err != nil {
			return nil, fmt.Errorf("list obligations: %w", err)
		}
		all = append(all, open...)
	}
	slices.SortStableFunc(all, func(a, b Open) int {
		return cmp.Or(-cmp.Compare(order(a), order(b)), cmp.Compare(a.Key.String(), b.Key.String()))
	})
	return all, nil
}

func order(o Open) int {
	if o.Blocks {
		return 1
	}
	return 0
}

// standing are the bindings that stand: they end with the person, but not under
// a hold, which refuses a release.
func (d *Data) standing(ctx context.Context, actor lifecycle.Actor) ([]Open, error) {
	mine, err := d.config.Units.MineOf(ctx, actor.Person)
	if err != nil {
		return nil, err
	}
	var open []Open
	for _, b := range mine {
		s, err := d.config.Units.Snapshot(ctx, b.Unit)
		if err != nil {
			return nil, err
		}
		one := Open{Code: "data.open.bound", Key: b.Key, Model: s.Model.Name, Path: unitPath(b.Key)}
		switch {
		case b.Binding.Kind != lifecycle.BindingOwner:
			one.Code, one.Path = "data.open.shared", ""
			one.with = func(ctx context.Context) error { return d.config.Unbind(ctx, actor, b.Binding.ID) }
		case b.Binding.State == lifecycle.BindingPending:
			one.Code = "data.open.pending"
			one.with = func(ctx context.Context) error { return d.config.Unbind(ctx, actor, b.Binding.ID) }
		case len(s.StandingHolds()) > 0:
			for _, hold := range s.StandingHolds() { // every one of them keeps it
				held := one
				held.Code, held.Blocks = holdCode(hold, actor.Person), true
				open = append(open, held)
			}
			one.Code = ""
		default:
			one.with = func(ctx context.Context) error { return d.config.Release(ctx, actor, b.Key) }
		}
		if one.Code != "" {
			open = append(open, one)
		}
		if len(s.Offers) > 0 && b.Binding.Kind == lifecycle.BindingOwner {
			open = append(open, Open{Code: "data.open.offered", Key: b.Key, Model: s.Model.Name, Path: unitPath(b.Key)})
		}
	}
	return open, nil
}

func periodPath(b lifecycle.PersonBinding) string {
	return "/mine/past/" + url.PathEscape(string(b.Binding.ID))
}

// holdCode says what a hold is to a person: a stolen mark may be somebody else's,
// and then they cannot take it off.
func holdCode(hold lifecycle.Hold, person lifecycle.PersonID) string {
	if hold.Kind == lifecycle.HoldStolen && !ownMark(hold, person) {
		return "data.open.hold-stolen-by-another"
	}
	return "data.open.hold-" + string(hold.Kind)
}

func ownMark(hold lifecycle.Hold, person lifecycle.PersonID) bool {
	return hold.Kind == lifecycle.HoldStolen && hold.PlacedBy.Org == "" && hold.PlacedBy.Person == person
}

func unitPath(key lifecycle.UnitKey) string {
	return "/mine/units/" + key.Brand + "/" + url.PathEscape(key.Serial)
}

// past is what is left of what they had: a claim, which keeps everybody else
// out for ever, a mark of theirs that nobody else can take off as easily, and
// clouds that are still at deleting.
func (d *Data) past(ctx context.Context, actor lifecycle.Actor) ([]Open, error) {
	past, err := d.config.Units.PastOf(ctx, actor.Person)
	if err != nil {
		return nil, err
	}
	var open []Open
	seen := map[lifecycle.UnitID]bool{}
	for _, b := range past {
		if seen[b.Unit] {
			continue
		}
		seen[b.Unit] = true
		s, err := d.config.Units.Snapshot(ctx, b.Unit)
		if err != nil {
			return nil, err
		}
		one := Open{Key: b.Key, Model: s.Model.Name}
		if _, owned := s.Owner(); s.Unit.Claim == actor.Person && !owned {
			one.Code, one.Path, one.Blocks = "data.open.claim", unitPath(b.Key), true
			if slices.ContainsFunc(s.StandingHolds(), func(h lifecycle.Hold) bool { return h.Ruling.Upheld() && h.PlacedBy.Person == actor.Person }) {
				one.Code, one.Path = "data.open.upheld", periodPath(b)
			}
			open = append(open, one)
		}
		owner, _ := s.Owner()
		marked := slices.ContainsFunc(s.StandingHolds(), func(h lifecycle.Hold) bool { return ownMark(h, actor.Person) })
		if marked && owner.Account != actor.Person { // else it is named as what they have
			one.Code, one.Path, one.Blocks = "data.open.marked", periodPath(b), false
			open = append(open, one)
		}
		if deleting(s, actor.Person) {
			one.Code, one.Path, one.Blocks = "data.open.deleting", "", false
			open = append(open, one)
		}
	}
	return open, nil
}

// deleting reports whether a cloud is still at deleting what the person asked to
// have deleted, of this time or another.
func deleting(s lifecycle.Snapshot, person lifecycle.PersonID) bool {
	return slices.ContainsFunc(s.Deletions, func(x lifecycle.Deletion) bool {
		return x.Account == person && !x.WantedAt.IsZero() && !x.Done()
	})
}

// contests are those that nobody has decided.
func (d *Data) contests(ctx context.Context, actor lifecycle.Actor) ([]Open, error) {
	contested, err := d.config.Units.ContestsOf(ctx, actor.Person)
	if err != nil {
		return nil, err
	}
	var open []Open
	for _, c := range contested {
		if c.Hold.LiftedAt.IsZero() && !c.Hold.Ruling.Upheld() { // that one is a claim: see past
			open = append(open, Open{Code: "data.open.contest", Key: c.Key, Path: "/mine/past", Blocks: true})
		}
	}
	return open, nil
}

// offers are those to them: who made one learns nothing but that it lapses.
func (d *Data) offers(ctx context.Context, actor lifecycle.Actor) ([]Open, error) {
	offers, err := d.config.Units.OffersTo(ctx, actor.Person)
	if err != nil {
		return nil, err
	}
	var open []Open
	for _, o := range offers {
		if d.config.Now().Before(o.Offer.ExpiresAt) {
			open = append(open, Open{Code: "data.open.offer", Key: o.Key, Path: "/mine"})
		}
	}
	return open, nil
}
