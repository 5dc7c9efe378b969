package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// ContestFor is how long after an end that they did not ask for a former owner
// can contest it (rule 7).
const ContestFor = 30 * 24 * time.Hour

// PlaceHold places a hold: rule 8. An owner places stolen on their own unit;
// the custodian, or the vendor while a customer has it, places any other.
type PlaceHold struct {
	Command
	ID   HoldID
	Kind HoldKind
}

// Decide answers with the hold standing. A stolen mark leaves its owner a
// claim that outlives the binding.
func (c PlaceHold) Decide(s Snapshot) (Change, error) {
	owner, owned := s.Owner()
	byOwner := owned && c.Actor.Org == "" && owner.Account == c.Actor.Person
	if !byOwner && !hasUnit(s, c.Actor) {
		return Change{}, fmt.Errorf("hold another's unit: %w", ErrNotFound)
	}
	d := begin(s, EventHold, c.Command)
	d.refuseUnless(slices.Contains(HoldKinds(), c.Kind), "hold.kind")
	d.refuseUnless(!byOwner || c.Kind == HoldStolen, "hold.kind")
	for _, standing := range s.StandingHolds() {
		d.refuseUnless(standing.Kind != c.Kind, "hold.already")
	}
	if c.Kind == HoldStolen && owned {
		d.change.Unit.Claim = owner.Account
	}
	d.change.Holds = []Hold{{ID: c.ID, Kind: c.Kind, PlacedBy: c.Actor, PlacedAt: c.At}}
	return d.finish()
}

// hasUnit reports whether the actor's organisation is the one that has the
// unit; while a customer has it, that is its vendor.
func hasUnit(s Snapshot, actor Actor) bool {
	if actor.Org == "" {
		return false
	}
	if s.Unit.Custody == "" {
		return s.Unit.Vendor == actor.Org
	}
	return s.Unit.Custody == actor.Org
}

// LiftHold lifts a hold. An owner lifts their own stolen mark while no desk
// has the unit; anything else takes two people of the organisation that has
// it: the first approves, the second lifts.
type LiftHold struct {
	Command
	Hold HoldID
}

// Decide answers with the hold approved or lifted.
func (c LiftHold) Decide(s Snapshot) (Change, error) {
	hold, ok := s.standingHold(c.Hold)
	if !ok {
		return Change{}, fmt.Errorf("hold %s: %w", c.Hold, ErrNotFound)
	}
	ownMark := hold.Kind == HoldStolen && c.Actor.Org == "" && c.Actor.Person != "" &&
		hold.PlacedBy.Org == "" && hold.PlacedBy.Person == c.Actor.Person && s.Unit.Custody == ""
	if !ownMark && !hasUnit(s, c.Actor) {
		return Change{}, fmt.Errorf("lift another's hold: %w", ErrNotFound)
	}
	d := begin(s, EventLift, c.Command)
	d.refuseUnless(c.Actor.IsPerson(), "lift.machine")
	switch {
	case ownMark || hold.ApprovedBy != "" && hold.ApprovedBy != c.Actor.Person:
		hold.LiftedBy, hold.LiftedAt = c.Actor.Person, c.At
		// A claim that a lock left stays: it was not the mark's to give.
		if _, owned := s.Owner(); hold.Kind == HoldStolen && (owned || s.Model.ResetPolicy != ResetLocks) {
			d.change.Unit.Claim = ""
		}
	case hold.ApprovedBy == "":
		hold.ApprovedBy = c.Actor.Person
	default:
		d.refuse("lift.same-person", nil)
	}
	d.change.Holds = []Hold{hold}
	return d.finish()
}

func (s Snapshot) standingHold(id HoldID) (Hold, bool) {
	for _, hold := range s.StandingHolds() {
		if hold.ID == id {
			return hold, true
		}
	}
	return Hold{}, false
}

// Contest is the one thing that a former owner can do: object, within 30 days,
// to an end that they did not ask for.
type Contest struct {
	Command
	ID HoldID
}

// Decide answers with a contest hold.
func (c Contest) Decide(s Snapshot) (Change, error) {
	if !mayContest(s, c.Actor, c.At) {
		return Change{}, fmt.Errorf("contest an end that was not theirs: %w", ErrNotFound)
	}
	d := begin(s, EventContest, c.Command)
	for _, standing := range s.StandingHolds() {
		d.refuseUnless(standing.Kind != HoldContest, "contest.already")
	}
	d.change.Holds = []Hold{{ID: c.ID, Kind: HoldContest, PlacedBy: c.Actor, PlacedAt: c.At}}
	return d.finish()
}

// mayContest: their owner binding was ended by a return or a hard reset, not
// by their own release or transfer, and not long ago. Neither a later return
// nor the cancelling of this one takes that from them: what was ended stays
// ended, and the unit may be anywhere.
func mayContest(s Snapshot, actor Actor, now time.Time) bool {
	if actor.Org != "" || actor.Person == "" || requireOwner(s, actor) == nil {
		return false
	}
	if ret := s.Return; ret != nil && ret.FormerOwner == actor.Person && now.Sub(ret.At) < ContestFor {
		return true
	}
	return slices.ContainsFunc(s.Bindings, func(b Binding) bool {
		return b.Account == actor.Person && b.Kind == BindingOwner && b.State == BindingEnded &&
			(b.EndedBy == EventReturn || b.EndedBy == EventHardResetSeen) && now.Sub(b.EndedAt) < ContestFor
	})
}
