package lifecycle

import (
	"fmt"
	"slices"
)

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
	if c.Kind == HoldStolen && owned && s.Unit.Claim == "" {
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
	// What a former owner objects to is decided, not waved through.
	d.refuseUnless(!hold.Contested() || hold.Ruling.Upheld(), "lift.contest")
	switch {
	case ownMark || hold.ApprovedBy != "" && hold.ApprovedBy != c.Actor.Person:
		hold.LiftedBy, hold.LiftedAt = c.Actor.Person, c.At
		if s.leftBy(hold) {
			d.change.Unit.Claim = ""
		}
		if hold.Ruling.Upheld() && s.Unit.Claim == hold.PlacedBy.Person {
			d.change.Unit.Claim = "" // nobody came for it
		}
	case hold.ApprovedBy == "":
		hold.ApprovedBy = c.Actor.Person
	default:
		d.refuse("lift.same-person", nil)
	}
	d.change.Holds = []Hold{hold}
	return d.finish()
}

// leftBy reports whether the claim is what a stolen mark left: its owner's. One
// that a lock left, or that two people upheld, was not the mark's to give.
func (s Snapshot) leftBy(mark Hold) bool {
	owner, owned := s.Owner()
	switch {
	case mark.Kind != HoldStolen:
		return false
	case owned:
		return s.Unit.Claim == owner.Account
	}
	return mark.PlacedBy.Org == "" && s.Unit.Claim == mark.PlacedBy.Person && s.Model.ResetPolicy != ResetLocks
}

func (s Snapshot) standingHold(id HoldID) (Hold, bool) {
	for _, hold := range s.StandingHolds() {
		if hold.ID == id {
			return hold, true
		}
	}
	return Hold{}, false
}
