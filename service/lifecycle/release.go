package lifecycle

import (
	"slices"
	"time"
)

// Release ends the association by its owner's will, offline or not: rule 6.
type Release struct {
	Command
	Order OrderID // what clouds must end is worked off under this id
	// Erase: the owner asks that what the clouds keep of before be deleted
	// (rule 9).
	Erase bool
}

// Decide answers with the unit sold and everything of the old epoch dead.
func (c Release) Decide(s Snapshot) (Change, error) {
	if err := requireOwner(s, c.Actor); err != nil {
		return Change{}, err
	}
	d := begin(s, EventRelease, c.Command)
	// A thief must not destroy evidence by a release.
	d.refuseUnless(!c.Erase || len(s.StandingHolds()) == 0, "release.erase-held")
	d.advance()
	d.change.Unit.Claim = ""
	var erase time.Time
	if c.Erase {
		erase = d.change.Unit.EpochAt
	}
	d.openWith(c.Order, OrderCut, "", releaseTasks(s.Model.Clouds, c.Erase), erase)
	return d.finish()
}

// releaseTasks is what a release asks for: what every cut does, and that what
// was recorded is out of reach through the unit.
func releaseTasks(clouds []string, erase bool) []Task {
	verbs := []Verb{VerbInventory, VerbRevoke, VerbUnbind, VerbDetach, VerbCut}
	if erase {
		verbs = append(verbs, VerbDelete)
	}
	return cloudTasks(clouds, append(verbs, VerbProbe))
}

// carryErasure takes over from the order that the advance has ended what clouds
// have not deleted yet. Its bound stays the one of the owner who asked: what
// somebody recorded after them is not theirs to delete.
func (d *draft) carryErasure(order *Order) {
	before := d.before.Order
	if before == nil || before.State != OrderOpen {
		return
	}
	for _, task := range before.Tasks {
		if task.Verb != VerbDelete || task.Done() || before.EraseBefore.IsZero() {
			continue
		}
		if order.EraseBefore.IsZero() {
			order.EraseBefore = before.EraseBefore
		}
		if _, asked := order.Task(task.ID); asked {
			continue
		}
		task.State, task.Proof, task.AskedAt, task.DoneAt = TaskOpen, "", time.Time{}, time.Time{}
		task.Seq = len(CloudVerbs())
		order.Tasks = append(slices.Clone(order.Tasks), task)
	}
}

// MayErase reports whether a cloud may be asked to delete now: never while a
// hold stands over the unit, whoever asked before (rule 9).
func MayErase(s Snapshot) bool { return len(s.StandingHolds()) == 0 }

// ReleaseReceipt is one release, as its receipt's code finds it.
type ReleaseReceipt struct {
	Unit  UnitID
	Epoch Epoch   // that the release began
	Order OrderID // by which clouds end what was; empty: no cloud knows the model
	At    time.Time
	// Last: no later release of the unit has a receipt.
	Last bool
}

// Stands reports whether the unit is still as its owner released it: nobody has
// had it, and no desk has taken it back, since.
func (r ReleaseReceipt) Stands(s Snapshot) bool {
	return r.Last && r.Unit == s.Unit.ID && s.Unit.State == StateSold && s.Unit.EpochBy == EventRelease && s.Unit.Epoch >= r.Epoch
}
