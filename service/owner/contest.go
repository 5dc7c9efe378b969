package owner

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Contest is what becomes of the reader's objection to an end. It says nothing
// of where the unit is, but where it goes back to them.
type Contest struct {
	// DueAt is until when it is decided; zero: there is no contest.
	DueAt time.Time
	// Outcome and Reason are set once two people have decided.
	Outcome lifecycle.RulingOutcome
	Reason  string
	At      time.Time
	// Late: it should have been decided by now.
	Late bool
	// Kept: it was upheld, and nobody else may bind the unit meanwhile.
	Kept bool
	// Where is who has the unit and hands it over: told to nobody but whom it
	// goes back to.
	Where string
}

// Stands reports whether there is a contest that nobody has decided.
func (c Contest) Stands() bool { return !c.DueAt.IsZero() && c.Outcome == "" }

// OutcomeCode is the message of how it ended, ReasonCode that of why. That the
// unit is kept for them is said as long as it is.
func (c Contest) OutcomeCode() string {
	if c.Outcome == lifecycle.RulingUpheld && !c.Kept {
		return "mine.contest.upheld-then"
	}
	return "mine.contest." + string(c.Outcome)
}

// ReasonCode is one of a closed list: nobody types what a former owner reads.
func (c Contest) ReasonCode() string { return "mine.contest.why." + c.Reason }

// fetched is the reader's contest of one end, and, where it was upheld, whether
// the unit is kept for them and who has it.
func (o *Owner) fetched(ctx context.Context, s lifecycle.Snapshot, person lifecycle.PersonID, b lifecycle.PersonBinding, next time.Time) (Contest, error) {
	contest, hold, err := o.contestOf(ctx, person, b, next)
	if err != nil || !hold.Ruling.Upheld() {
		return contest, err
	}
	_, owned := s.Owner()
	contest.Kept = s.Unit.Claim == person && !owned
	if !hold.Stands() || s.Unit.Custody == "" {
		return contest, nil
	}
	org, err := o.config.Kept.Organisation(ctx, s.Unit.Custody)
	if err != nil {
		return contest, fmt.Errorf("name who has it: %w", err)
	}
	contest.Where = org.Name
	return contest, nil
}

// contestOf finds the person's contest of one end: one that was placed after it,
// and before the next time in which the unit was theirs.
func (o *Owner) contestOf(ctx context.Context, person lifecycle.PersonID, b lifecycle.PersonBinding, next time.Time) (Contest, lifecycle.Hold, error) {
	contests, err := o.config.Kept.ContestsOf(ctx, person)
	if err != nil {
		return Contest{}, lifecycle.Hold{}, fmt.Errorf("read contests: %w", err)
	}
	var found Contest
	var hold lifecycle.Hold
	for _, c := range contests { // oldest first: of several the newest stays
		if c.Unit != b.Unit || c.Hold.PlacedAt.Before(b.Binding.EndedAt) || c.Hold.PlacedAt.After(b.Binding.EndedAt.Add(lifecycle.ContestFor)) {
			continue
		}
		if !next.IsZero() && !c.Hold.PlacedAt.Before(next) {
			continue
		}
		found, hold = Contest{DueAt: c.Hold.DueAt()}, c.Hold
		if ruling := c.Hold.Ruling; ruling.Final() {
			found.Outcome, found.Reason, found.At = ruling.Outcome, ruling.Reason, ruling.At
		}
		found.Late = found.Stands() && o.config.Now().After(found.DueAt)
	}
	return found, hold, nil
}

// nextTime is when the unit of a past binding became its person's again; zero:
// it has not, as far as their past tells.
func nextTime(past []lifecycle.PersonBinding, b lifecycle.PersonBinding) time.Time {
	var next time.Time
	for _, other := range past {
		later := other.Unit == b.Unit && other.Binding.Kind == lifecycle.BindingOwner && other.Binding.LiveAt.After(b.Binding.EndedAt)
		if later && (next.IsZero() || other.Binding.LiveAt.Before(next)) {
			next = other.Binding.LiveAt
		}
	}
	return next
}

// lastEnd is the newest end on a unit that its person can object to: what they
// object to is that one, whichever of their times they look at.
func lastEnd(past []lifecycle.PersonBinding, unit lifecycle.UnitID) lifecycle.PersonBinding {
	var last lifecycle.PersonBinding
	for _, b := range past {
		if b.Unit == unit && contestable(b.Binding) && !b.Binding.EndedAt.Before(last.Binding.EndedAt) {
			last = b
		}
	}
	return last
}
