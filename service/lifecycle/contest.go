package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// ContestFor is how long after an end that they did not ask for a former owner
// can contest it (rule 7).
const ContestFor = 30 * 24 * time.Hour

// Contest is the one thing that a former owner can do: object, within 30 days,
// to an end that they did not ask for.
type Contest struct {
	Command
	ID HoldID
}

// Decide answers with a contest hold. A contest of somebody else's, or a hold
// that staff have placed under the same name, is no reason against it: or a desk
// would keep a former owner silent until their 30 days are over.
func (c Contest) Decide(s Snapshot) (Change, error) {
	if !mayContest(s, c.Actor, c.At) {
		return Change{}, fmt.Errorf("contest an end that was not theirs: %w", ErrNotFound)
	}
	d := begin(s, EventContest, c.Command)
	for _, standing := range s.StandingHolds() {
		theirs := standing.Contested() && standing.PlacedBy.Person == c.Actor.Person
		d.refuseUnless(!theirs, "contest.already")
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
