package lifecycle

// View is how much of a unit an organisation is shown (rule 13).
type View string

const (
	// ViewNone: as if the unit were not on record.
	ViewNone View = ""
	// ViewCustodian: it has the unit, or the unit is on its way there; all but
	// who owners are.
	ViewCustodian View = "custodian"
	// ViewVendor: it made the unit; its state and what staff did, and nothing
	// of its customers.
	ViewVendor View = "vendor"
	// ViewFormer: it had the unit; what it did itself, and nothing of the
	// present.
	ViewFormer View = "former"
)

// Contact is what an organisation has to do with a unit: enough to say how much
// it is shown. The zero Contact is a unit that is not on record; the store
// looks the same things up for it as for any other.
type Contact struct {
	Unit     Unit
	Arriving bool // the unit is on its way to the organisation
	Had      bool // the organisation took it back, sold it, sent it or received it
}

// View is how much of the unit the organisation is shown. A unit that its
// vendor has not confirmed yet is its custodian's, and the vendor's, who could
// not confirm it otherwise.
func (c Contact) View(org OrgID) View {
	switch {
	case org == "" || c.Unit.ID == "":
		return ViewNone
	case c.Unit.Custody == org || c.Arriving:
		return ViewCustodian
	case c.Unit.Vendor == org:
		return ViewVendor
	case c.Had:
		return ViewFormer
	}
	return ViewNone
}

// Shows reports whether the view has this change in it for the organisation.
func (v View) Shows(c Change, org OrgID) bool {
	byOwner := c.Actor.Kind == ActorPerson && c.Actor.Org == ""
	switch v {
	case ViewCustodian:
		return true
	case ViewVendor:
		// That a share or an offer has run out is its owner's, whose clock it was.
		return !byOwner && c.Event != EventBindConfirmed && c.Event != EventExpire
	case ViewFormer:
		return c.Actor.Org == org
	}
	return false
}
