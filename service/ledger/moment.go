package ledger

import (
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Moment is how far a log had come at one instant: so many entries had their
// places, and these had none yet. Read together with tables, it says which
// entries made them what they are: all of those, and no other.
type Moment struct {
	Size    int64
	Waiting []Waiting // in the order in which they will get their places
	// More says that there were more of them than anybody reads at once.
	More bool
}

// Waiting is an entry that is committed and has no place yet. Nothing proves
// it: whoever can write into the database can write one.
type Waiting struct {
	ID    string
	At    time.Time // as its row says
	Bytes []byte    // the leaf
	Hash  tlog.Hash // as stored beside it
}
