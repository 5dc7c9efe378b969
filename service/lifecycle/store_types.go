package lifecycle

// PersonBinding is one binding of a person, with the name of the unit it is or
// was on, and nothing else of that unit.
type PersonBinding struct {
	Unit    UnitID
	Key     UnitKey
	Binding Binding
}
