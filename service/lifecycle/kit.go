package lifecycle

import (
	"slices"
	"time"
)

// KitID names a kit: "kit_…".
type KitID string

// MaxKit is how many units a kit has at most: a box that one person carries.
const MaxKit = 32

// Kit is a list of units sold in one box, its hub first.
type Kit struct {
	ID     KitID     `json:"id"`
	Vendor OrgID     `json:"vendor"`
	Name   string    `json:"name"`
	By     PersonID  `json:"by"`
	At     time.Time `json:"at"`
	Parts  []KitPart `json:"parts"`
}

// KitPart is one unit of a kit, as it is now.
type KitPart struct {
	Unit       UnitID    `json:"unit"`
	Key        UnitKey   `json:"key"`
	State      State     `json:"state"`
	Custody    OrgID     `json:"custody,omitempty"`
	ReturnedAt time.Time `json:"returned_at,omitzero"`
	// MissingAt is when a desk took the kit back without this unit.
	MissingAt time.Time `json:"missing_at,omitzero"`
}

// Missing reports whether the unit was not in the box when the kit came back,
// and has not been taken back since.
func (p KitPart) Missing() bool {
	return !p.MissingAt.IsZero() && !p.ReturnedAt.After(p.MissingAt)
}

// Hub is the first unit of the kit.
func (k Kit) Hub() KitPart {
	if len(k.Parts) == 0 {
		return KitPart{}
	}
	return k.Parts[0]
}

// Part is the kit's unit of this id.
func (k Kit) Part(id UnitID) (KitPart, bool) {
	at := slices.IndexFunc(k.Parts, func(p KitPart) bool { return p.Unit == id })
	if at < 0 {
		return KitPart{}, false
	}
	return k.Parts[at], true
}

// MissingParts are those that were not in the box.
func (k Kit) MissingParts() []KitPart {
	return slices.DeleteFunc(slices.Clone(k.Parts), func(p KitPart) bool { return !p.Missing() })
}

// CheckKit is every mistake in a kit that a vendor wants to register: all its
// units are stock on one shelf, none is in it twice, and there are at least two.
// Whose make they are is for who finds them to see.
func CheckKit(kit Kit) error {
	var invalid Invalid
	if len(kit.Parts) < 2 {
		invalid.Add("units", "kit.too-few")
	}
	if len(kit.Parts) > MaxKit {
		invalid.Add("units", "kit.too-many")
	}
	seen := map[UnitID]bool{}
	for _, part := range kit.Parts {
		args := map[string]string{"serial": part.Key.Serial}
		if seen[part.Unit] {
			invalid.Reasons = append(invalid.Reasons, Reason{Code: "kit.twice", Field: "units", Args: args})
		}
		seen[part.Unit] = true
		if part.State != StateStock || part.Custody != kit.Hub().Custody {
			invalid.Reasons = append(invalid.Reasons, Reason{Code: "kit.not-stock", Field: "units", Args: args})
		}
	}
	return invalid.Err()
}

// kitReasons is what a kit says against the sale of one of its units. The hub
// sells the kit: every part must be here and fit to be sold as well. A part is
// not sold alone while its hub is on the same shelf, for the kit would be
// incomplete. What state another's unit is in is not said (rule 13).
func kitReasons(s Snapshot) []Reason {
	if s.Kit == nil {
		return nil
	}
	hub := s.Kit.Hub()
	if hub.Unit != s.Unit.ID {
		if hub.Custody == s.Unit.Custody && hub.State != StateRetired {
			return []Reason{{Code: "sell.part-of-kit", Args: map[string]string{"serial": hub.Key.Serial}}}
		}
		return nil
	}
	var reasons []Reason
	for _, part := range s.Kit.Parts[1:] {
		args := map[string]string{"serial": part.Key.Serial}
		switch {
		case part.Missing():
			reasons = append(reasons, Reason{Code: "sell.kit-missing", Args: args})
		case part.Custody != s.Unit.Custody:
			reasons = append(reasons, Reason{Code: "sell.kit-elsewhere", Args: args})
		case part.State != StateStock && part.State != StateCertified:
			reasons = append(reasons, Reason{Code: "sell.kit-not-certified", Args: args})
		}
	}
	return reasons
}

// KitCut says how far a missing part is cut off from its hub. The hub's own
// reset order does it, in every cloud: accounts and grants of before end, its
// credential is another, sessions that run are cut. What the part still knows of
// the hub opens nothing once all of that is proven.
func KitCut(hub Snapshot) bool {
	if hub.Order == nil || hub.Order.Kind != OrderReset || hub.Order.Epoch != hub.Unit.Epoch {
		return false
	}
	for _, task := range hub.Order.Tasks {
		cuts := task.Verb == VerbRevoke || task.Verb == VerbUnbind || task.Verb == VerbRotate || task.Verb == VerbCut ||
			task.Verb == VerbFactoryReset
		if cuts && task.State != TaskProven {
			return false
		}
	}
	return true
}
