package ledger

// Standing is one row of a table that is about no unit's own life: what it is
// about, and what of it the ledger says, as JSON. Empty: there is none.
type Standing struct {
	Subject string
	State   string
}
