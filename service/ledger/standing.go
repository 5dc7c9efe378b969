package ledger

// Standing is one row of a table that is about no unit's own life: what it is
// about, and what of it the ledger says, as JSON. Empty: there is none, unless
// the row is there and cannot be read.
type Standing struct {
	Subject string
	State   string
	Unread  bool
}
