package notice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
)

// ErrSealed: what is sealed of a notice, or of its reader, does not open. It is
// of no use to try the same again until somebody has mended it.
var ErrSealed = errors.New("what is sealed does not open")

// Untold is something of which not everybody could be told. It is set aside, so
// that what comes after it is told, and tried again.
type Untold struct {
	Source Source
	// Error is of what kind the last error was; never its text.
	Error   string
	Tries   int
	FirstAt time.Time
	NextAt  time.Time
	// GivenUpAt is when it was last tried; zero: it still is. Then somebody has to
	// look, and says when to try again.
	GivenUpAt time.Time
}

// Source is what there is to tell of: an entry of the feed, or a flag.
type Source string

// SourceEntry is an entry of the feed, by its place on the ledger.
func SourceEntry(seq int64) Source { return Source(fmt.Sprintf("entry %d", seq)) }

// SourceFlag is a flag.
func SourceFlag(id lifecycle.FlagID) Source { return Source("flag " + string(id)) }

// Entry is the place of the entry that it is, if it is one.
func (s Source) Entry() (seq int64, ok bool) {
	text, ok := strings.CutPrefix(string(s), "entry ")
	if !ok {
		return 0, false
	}
	seq, err := strconv.ParseInt(text, 10, 64)
	return seq, err == nil
}

// Flag is the flag that it is, if it is one.
func (s Source) Flag() (lifecycle.FlagID, bool) {
	text, ok := strings.CutPrefix(string(s), "flag ")
	return lifecycle.FlagID(text), ok
}
