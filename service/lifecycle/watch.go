package lifecycle

import "time"

// Watched is a unit under the eyes of the sweep, with what is needed to ask its
// clouds about it and to know an answer again.
type Watched struct {
	// Unit has ID, Key, Model, State, Version, EpochAt, SoldAt, ReturnedAt and
	// BoundAt; nothing else of it was read.
	Unit  Unit
	Order OrderID // the newest one; empty for a unit that never had one
	// Answer is the Look's that was kept last, empty where none was.
	Answer string
}

// Look is what came of asking every cloud of a watched unit.
type Look struct {
	Unit UnitID
	Next time.Time // when it is due again
	// Answer names what the clouds said and the version of the unit at which
	// nothing was odd about it; empty where something was.
	Answer string
	// Same says that Answer is that of the look before, and so is all that the
	// clouds said. Then Probes and Sightings are on record but for their time.
	Same      bool
	Probes    []Probe
	Sightings []Sighting
}
