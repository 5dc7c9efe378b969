package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// RulingDue is how long two people may take to decide a contest. A unit that
// nobody decides about lies on a shelf, and its former owner waits.
const RulingDue = 14 * 24 * time.Hour

// RulingOutcome is how a contest ends.
type RulingOutcome string

const (
	// RulingUpheld: the unit goes back to whoever objects.
	RulingUpheld RulingOutcome = "upheld"
	// RulingRejected: the end stands.
	RulingRejected RulingOutcome = "rejected"
)

// RulingOutcomes lists them.
func RulingOutcomes() []RulingOutcome { return []RulingOutcome{RulingUpheld, RulingRejected} }

// RulingReasons lists why a contest may end so: the person who objects reads
// one of them, and never what somebody typed.
func RulingReasons(outcome RulingOutcome) []string {
	switch outcome {
	case RulingUpheld:
		return []string{"no-right-shown", "was-stolen", "wrong-unit"}
	case RulingRejected:
		return []string{"receipt-matches", "unit-was-there", "sold-on", "nothing-shown"}
	}
	return nil
}

// Ruling is how two people of the organisation that has a unit decide a former
// owner's contest: the first proposes, the second confirms.
type Ruling struct {
	Outcome    RulingOutcome `json:"outcome,omitempty"`
	Reason     string        `json:"reason,omitempty"`
	ProposedBy PersonID      `json:"proposed_by,omitempty"`
	ProposedAt time.Time     `json:"proposed_at,omitzero"`
	// ConfirmedBy and At are the second person's; without them it is a proposal.
	ConfirmedBy PersonID  `json:"confirmed_by,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

// Final reports whether two people have decided.
func (r Ruling) Final() bool { return !r.At.IsZero() }

// Upheld reports whether two people have decided for whoever objects.
func (r Ruling) Upheld() bool { return r.Final() && r.Outcome == RulingUpheld }

// Contested reports whether the hold is a former owner's objection. One that
// staff have placed under the same name is lifted like any other.
func (h Hold) Contested() bool { return h.Kind == HoldContest && h.PlacedBy.Org == "" }

// DueAt is until when a contest is to be decided.
func (h Hold) DueAt() time.Time { return h.PlacedAt.Add(RulingDue) }

// Reason is what the hold says to an actor. That a unit was reported stolen is
// told to its owner and to security officers; a desk, a till and a bench keep
// the unit, and that is all they need.
func (h Hold) Reason(actor Actor) Reason {
	trusted := actor.Has(RoleSecurityOfficer) || actor.Org == "" && actor.Kind == ActorPerson
	switch {
	case h.Kind == HoldStolen && !trusted:
		return Reason{Code: "hold.keep"}
	case h.Contested() && h.Ruling.Upheld():
		return Reason{Code: "hold.goes-back"}
	case h.Contested():
		return Reason{Code: "hold.contest", Args: map[string]string{"until": h.DueAt().UTC().Format(time.RFC3339)}}
	case h.Kind == HoldContest:
		return Reason{Code: "hold.dispute"}
	}
	return Reason{Code: "hold." + string(h.Kind)}
}

// RuleContest proposes how a contest ends, or confirms what another person has
// proposed.
type RuleContest struct {
	Command
	Hold    HoldID
	Outcome RulingOutcome
	Reason  string // one of RulingReasons
}

// Decide answers with the proposal, or with the contest decided. Rejected, the
// hold is lifted. Upheld, nobody else may bind the unit, and where an
// organisation has it the hold stays until a desk hands it over: Cancel.
func (c RuleContest) Decide(s Snapshot) (Change, error) {
	hold, err := contestOf(s, c.Hold, c.Actor)
	if err != nil {
		return Change{}, err
	}
	d := begin(s, EventLift, c.Command)
	d.refuseUnless(c.Actor.IsPerson(), "lift.machine")
	d.refuseUnless(!hold.Ruling.Final(), "ruling.final")
	d.refuseUnless(slices.Contains(RulingReasons(c.Outcome), c.Reason), "ruling.reason")
	if c.Outcome == RulingUpheld {
		d.refuseUnless(!upheldForAnother(s, hold), "ruling.goes-to-another")
	}
	proposed := hold.Ruling
	switch {
	case proposed.ProposedBy == "":
		hold.Ruling = Ruling{Outcome: c.Outcome, Reason: c.Reason, ProposedBy: c.Actor.Person, ProposedAt: c.At}
	case proposed.Outcome != c.Outcome || proposed.Reason != c.Reason:
		d.refuse("ruling.other", nil)
	case proposed.ProposedBy == c.Actor.Person:
		d.refuse("lift.same-person", nil)
	default:
		hold.Ruling.ConfirmedBy, hold.Ruling.At = c.Actor.Person, c.At
		d.settle(&hold)
	}
	d.change.Holds = append(d.change.Holds, hold)
	return d.finish()
}

// upheldForAnother reports whether the unit goes back to somebody else already:
// it cannot go to two.
func upheldForAnother(s Snapshot, contest Hold) bool {
	return slices.ContainsFunc(s.StandingHolds(), func(h Hold) bool {
		return h.ID != contest.ID && h.Ruling.Upheld() && h.PlacedBy.Person != contest.PlacedBy.Person
	})
}

// settle does what a ruling says.
func (d *draft) settle(hold *Hold) {
	unit := &d.change.Unit
	if hold.Ruling.Upheld() {
		unit.Claim = hold.PlacedBy.Person
		d.undated(hold.PlacedBy.Person)
	}
	if !hold.Ruling.Upheld() || unit.Custody == "" {
		hold.LiftedBy, hold.LiftedAt = d.change.Actor.Person, d.at()
	}
}

// contestOf finds the contest that the actor's organisation decides.
func contestOf(s Snapshot, id HoldID, actor Actor) (Hold, error) {
	hold, ok := s.standingHold(id)
	if !ok || !hold.Contested() || !hasUnit(s, actor) {
		return Hold{}, fmt.Errorf("contest %s: %w", id, ErrNotFound)
	}
	return hold, nil
}

// Object takes a proposal off the table: another person does not agree, or who
// made it thinks again.
type Object struct {
	Command
	Hold HoldID
}

// Decide answers with the contest open again.
func (c Object) Decide(s Snapshot) (Change, error) {
	hold, err := contestOf(s, c.Hold, c.Actor)
	if err != nil {
		return Change{}, err
	}
	d := begin(s, EventLift, c.Command)
	d.refuseUnless(c.Actor.IsPerson(), "lift.machine")
	d.refuseUnless(!hold.Ruling.Final(), "ruling.final")
	d.refuseUnless(hold.Ruling.ProposedBy != "", "ruling.none")
	hold.Ruling = Ruling{}
	d.change.Holds = []Hold{hold}
	return d.finish()
}

// handBack lifts the contests that were upheld: the unit is in its former
// owner's hands.
func (d *draft) handBack() {
	for _, hold := range d.before.StandingHolds() {
		if hold.Ruling.Upheld() {
			hold.LiftedBy, hold.LiftedAt = d.change.Actor.Person, d.at()
			d.change.Holds = append(d.change.Holds, hold)
		}
	}
}

func hasHold(holds []Hold, id HoldID) bool {
	return slices.ContainsFunc(holds, func(h Hold) bool { return h.ID == id })
}
