package lifecycle

import (
	"slices"
	"time"
)

// BatchID names a batch.
type BatchID string

// Batch is a pallet's worth of returns: what holds for all of them is said
// once, and what went wrong is sorted out at its end. It is a list that a desk
// keeps. It gives nobody a right and fences nothing: the returns on it do.
type Batch struct {
	ID       BatchID
	Org      OrgID
	OpenedBy PersonID
	OpenedAt time.Time
	// Condition and Reason hold for each return of the batch.
	Condition, Reason string
	// Entries is how many it has.
	Entries  int64
	ClosedBy PersonID
	ClosedAt time.Time
}

// Open reports whether the batch still takes entries.
func (b Batch) Open() bool { return b.ClosedAt.IsZero() }

// MaxBatchEntries is how long a batch may get: the longest pallet that one
// person still goes through at its end.
const MaxBatchEntries = 500

// EntryState is what has become of one entry of a batch.
type EntryState string

const (
	EntryTaken     EntryState = "taken"     // the unit is back: its return says more; final
	EntryException EntryState = "exception" // nothing was taken back; a person sorts it out, to taken or settled
	EntrySettled   EntryState = "settled"   // a person said what became of it; final
)

// Settlements are the ways in which a person settles an exception.
func Settlements() []string { return []string{"set-aside", "given-back", "taken-in", "nothing"} }

// BatchEntry is one scan of a batch. Its id is the client's: by it the same
// scan, sent again, is the same entry.
type BatchEntry struct {
	Batch BatchID
	ID    string
	// Place is its place in the list, from 1; 0: not on record yet.
	Place   int64
	Person  PersonID
	Station string // where it was scanned; empty: not said
	// ScannedAt is when the unit was scanned, At when it came to the record.
	ScannedAt, At time.Time
	// Queued: it waited on a device that was offline.
	Queued bool
	// Key names the unit where the code did; Shown is the code as it may be kept.
	Key             UnitKey
	Shown           string
	Verdict         Verdict
	State           EntryState
	Reasons         []Reason
	SecretsRedacted bool
	Return          ReturnID // of a unit that is back
	Settlement      string
	SettledBy       PersonID
	SettledAt       time.Time
}

// BatchSummary counts the entries of a batch.
type BatchSummary struct {
	// Clear and Bound are units that are back: nobody was bound, or somebody was
	// and is cut off now.
	Clear, Bound int
	// The others were not taken back, by what the scan said. Late are those that
	// had waited on a device and were overtaken, or waited too long (rule 14).
	Refused, Unknown, Mismatch, Held, Late int
	// Secrets is how many codes held a secret, which is gone.
	Secrets int
	// Open is how many exceptions nobody has sorted out.
	Open int
}

// Taken is how many units are back.
func (s BatchSummary) Taken() int { return s.Clear + s.Bound }

// Summarise counts. Every entry is counted once as taken or by its verdict.
func Summarise(entries []BatchEntry) BatchSummary {
	var sum BatchSummary
	for _, entry := range entries {
		if entry.SecretsRedacted {
			sum.Secrets++
		}
		if entry.State == EntryException {
			sum.Open++
		}
		*sum.counter(entry)++
	}
	return sum
}

func (s *BatchSummary) counter(entry BatchEntry) *int {
	taken := entry.State == EntryTaken
	switch {
	case taken && entry.Verdict == VerdictBound:
		return &s.Bound
	case taken:
		return &s.Clear
	case entry.Late():
		return &s.Late
	}
	switch entry.Verdict {
	case VerdictUnknown:
		return &s.Unknown
	case VerdictMismatch:
		return &s.Mismatch
	case VerdictHeld:
		return &s.Held
	}
	return &s.Refused
}

// Late reports whether the entry is an exception because it waited (rule 14).
func (e BatchEntry) Late() bool {
	return e.State != EntryTaken && slices.ContainsFunc(e.Reasons, func(r Reason) bool {
		return r.Code == "return.overtaken" || r.Code == "return.queued-too-long" || r.Code == "return.queued-clock"
	})
}

// MayTryAgain reports whether the return of this entry could be tried again:
// it names a unit, and not by a scan that something overtook. That one is
// scanned anew, in front of what is true today.
func (e BatchEntry) MayTryAgain() bool {
	return e.State == EntryException && e.Key != (UnitKey{}) && e.Verdict != VerdictMismatch && !e.Late()
}
