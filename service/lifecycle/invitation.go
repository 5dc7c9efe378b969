package lifecycle

import "time"

// Invitation is what the code of a share leads to: the share's own row, and of
// its unit no more than the epoch.
type Invitation struct {
	Unit  UnitID
	Epoch Epoch // the unit's present one
	// Maker is whose unit it was when they made it.
	Maker   PersonID
	Binding Binding
}

// Waits reports whether somebody can still answer it.
func (i Invitation) Waits(now time.Time) bool {
	return i.Binding.State == BindingPending && i.Binding.Epoch == i.Epoch && !i.Binding.Over(now)
}

// Concerns reports whether the invitation is any of the person's business. It is
// its maker's while it waits: once the unit is no longer theirs, what they made
// tells them nothing. It is of whom it names, also when it is over, so that the
// slower of two learns it; and one that was shown is of whoever was shown it.
func (i Invitation) Concerns(person PersonID, now time.Time) bool {
	if i.Binding.ID == "" || person == "" {
		return false
	}
	if i.Maker == person {
		return i.Waits(now)
	}
	b := i.Binding
	shown := b.Account == "" || b.State != BindingPending && b.OfferedUntil.Sub(b.CreatedAt) == OfferForFaceToFace
	return shown || b.Account == person
}
