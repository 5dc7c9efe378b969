package owner

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Mark is an owner's own mark on a unit.
type Mark struct {
	Key lifecycle.UnitKey
	At  time.Time
}

// MarkStolen says that a unit was stolen: nobody else binds or sells it.
func (o *Owner) MarkStolen(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Mark, error) {
	hold := lifecycle.PlaceHold{
		Command: o.command(actor), ID: lifecycle.HoldID("hld_" + o.config.NewID()), Kind: lifecycle.HoldStolen,
	}
	return o.mark(ctx, actor, key, hold.Decide)
}

// LiftMark takes the actor's own mark off again: rule 8 lets them while no desk
// has the unit, also where a reset has ended their binding since.
func (o *Owner) LiftMark(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Mark, error) {
	command := o.command(actor)
	return o.mark(ctx, actor, key, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		hold, ok := ownHold(s, actor.Person, lifecycle.HoldStolen)
		if !ok {
			return lifecycle.Change{}, fmt.Errorf("no mark of theirs: %w", lifecycle.ErrNotFound)
		}
		return lifecycle.LiftHold{Command: command, Hold: hold.ID}.Decide(s)
	})
}

func (o *Owner) mark(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, decide lifecycle.Decide) (Mark, error) {
	outcome, err := o.advance(ctx, actor.Person, key, decide)
	if err != nil {
		return Mark{}, lifecycle.ToOwner(err)
	}
	return Mark{Key: outcome.Change.Unit.Key, At: outcome.Change.At}, nil
}

// ownHold is the standing hold of a kind that the person placed for themselves.
func ownHold(s lifecycle.Snapshot, person lifecycle.PersonID, kind lifecycle.HoldKind) (lifecycle.Hold, bool) {
	for _, hold := range s.StandingHolds() {
		if hold.Kind == kind && hold.PlacedBy.Org == "" && hold.PlacedBy.Person == person {
			return hold, true
		}
	}
	return lifecycle.Hold{}, false
}
