package lifecycle

import "time"

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
	d.refuseUnless(!c.Erase || MayErase(s), "release.erase-held")
	d.advance()
	if s.Unit.Claim == c.Actor.Person {
		d.change.Unit.Claim = "" // another's is not theirs to give up
	}
	if c.Erase {
		for _, x := range d.change.Deletions {
			x.WantedAt = c.At
			d.keep(x)
		}
	}
	d.openOrder(c.Order, OrderCut, "")
	return d.finish()
}

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
