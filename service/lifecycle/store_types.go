package lifecycle

// PastBinding is one binding of a person's own past, with the name of the unit
// it was on and nothing of what happened to that unit since.
type PastBinding struct {
	Unit    UnitID
	Key     UnitKey
	Binding Binding
}
