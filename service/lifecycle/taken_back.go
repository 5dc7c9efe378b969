package lifecycle

// TakenBack is one return in a list of them, and the unit as it is now.
type TakenBack struct {
	Unit   Unit
	Return Return
}
