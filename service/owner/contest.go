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
	// Where is who has the unit and hands it over: told to nobody but whom it
	// goes back to.
	Where string
}

// Stands reports whether there is a contest that nobody has decided.
func (c Contest) Stands() bool { return !c.DueAt.IsZero() && c.Outcome == "" }

// OutcomeCode is the message of how it ended, ReasonCode that of why.
func (c Contest) OutcomeCode() string { return "mine.contest." + string(c.Outcome) }

// ReasonCode is one of a closed list: nobody types what a former owner reads.
func (c Contest) ReasonCode() string { return "mine.contest.why." + c.Reason }

// contestOf finds the person's contest of one end: the first that was placed
// after it, and before the next time in which the unit was theirs.
func (o *Owner) contestOf(ctx context.Context, person lifecycle.PersonID, b lifecycle.PersonBinding) (Contest, error) {
	contest, _, err := o.contestAndHold(ctx, person, b)
	return contest, err
}

// fetched is a contest, and, where it was upheld and the unit has not been
// handed over yet, who has it.
func (o *Owner) fetched(ctx context.Context, s lifecycle.Snapshot, person lifecycle.PersonID, b lifecycle.PersonBinding) (Contest, error) {
	contest, hold, err := o.contestAndHold(ctx, person, b)
	if err != nil || !hold.Ruling.Upheld() || !hold.Stands() || s.Unit.Custody == "" {
		return contest, err
	}
	org, err := o.config.Kept.Organisation(ctx, s.Unit.Custody)
	if err != nil {
		return contest, fmt.Errorf("name who has it: %w", err)
	}
	contest.Where = org.Name
	return contest, nil
}

func (o *Owner) contestAndHold(ctx context.Context, person lifecycle.PersonID, b lifecycle.PersonBinding) (Contest, lifecycle.Hold, error) {
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
		found, hold = Contest{DueAt: c.Hold.DueAt()}, c.Hold
		if ruling := c.Hold.Ruling; ruling.Final() {
			found.Outcome, found.Reason, found.At = ruling.Outcome, ruling.Reason, ruling.At
		}
		found.Late = found.Stands() && o.config.Now().After(found.DueAt)
	}
	return found, hold, nil
}
