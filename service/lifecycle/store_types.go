package lifecycle

// PersonBinding is one binding of a person, with the name of the unit it is or
// was on, and nothing else of that unit.
type PersonBinding struct {
	Unit    UnitID
	Key     UnitKey
	Binding Binding
	// Return is the return that ended it; empty where it stands, or ended
	// otherwise.
	Return ReturnID
}

// PersonOffer is one offer to a person, with the name of the unit that is
// offered, and nothing else of it.
type PersonOffer struct {
	Unit  UnitID
	Key   UnitKey
	Offer Offer
}

// Contested is one contest, with the unit that it is about.
type Contested struct {
	Unit UnitID
	Key  UnitKey
	Hold Hold
}
