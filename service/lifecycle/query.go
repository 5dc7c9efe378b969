package lifecycle

import "time"

// Page asks for one page of a list: at most Limit rows (1-200) after the
// opaque position After; empty: from the start.
type Page struct {
	After string
	Limit int
}

// UnitFilter narrows a list of units. Empty fields do not narrow.
type UnitFilter struct {
	Custody OrgID // in this organisation's custody
	Vendor  OrgID // made by this vendor
	Owner   PersonID
	State   State
	// ReturnedTo is the organisation that took it back last.
	ReturnedTo OrgID
}

// FlagFilter narrows a list of flags. Empty fields do not narrow.
type FlagFilter struct {
	Org   OrgID // flags of this organisation, or on units of this vendor
	Unit  UnitID
	Kind  string
	State FlagState
}

// Work is a lease on what one order wants of one cloud. Attempt fences the
// result: a slower worker with an older attempt cannot report any more.
type Work struct {
	Unit    UnitID
	Order   OrderID
	Cloud   string
	Attempt int
	// FirstAt is when the work was first due; it measures what is stuck.
	FirstAt time.Time
}

// CloudLink is an account link in the built-in cloud: its own record, behind
// its own door, not a binding of ours.
type CloudLink struct {
	Unit    UnitID
	Account string // the cloud's own account name, opaque to us
	Kind    BindingKind
	Since   time.Time
	// GoneAt is when the link stops being reported; zero: it stands. It lies
	// in the future while an unbind propagates.
	GoneAt time.Time
}

// CloudUnit is what the built-in cloud knows of a unit beside its links.
type CloudUnit struct {
	Unit UnitID
	// DetachedAt: recordings made before are out of reach from then on.
	DetachedAt time.Time
	// RotatedAt: the unit's credential with the cloud is newer than this.
	RotatedAt time.Time
	// CutAt: no session older than this runs.
	CutAt time.Time
	// SessionAt: when a session through this cloud last began; zero: never.
	SessionAt  time.Time
	NotifiedAt time.Time
}

// CloudRecordings says of when some recordings in the built-in cloud are; both
// are zero where there are none.
type CloudRecordings struct {
	Oldest, Newest time.Time
}

// Any reports whether there are any.
func (r CloudRecordings) Any() bool { return !r.Newest.IsZero() }

// SweepRun is one run of a job: its slot is the instant it was due, and
// (job, slot) is unique, so it runs once whatever the clocks say.
type SweepRun struct {
	Job     string
	Slot    time.Time
	Started time.Time
	Alive   time.Time // when it last said how far it is
	Ended   time.Time // zero while it runs
	Seen    int       // units or entries looked at
	Flagged int
	Failed  int    // units that could not be looked at; they are asked again
	Error   string // a code, empty for a good run; see RunUnfinished
	// Position is where a job that works in portions goes on.
	Position string
}

// What SweepRun.Error says.
const (
	RunFailed     = "failed"      // the job could not go on
	RunSomeFailed = "some-failed" // some units could not be looked at
	RunUnfinished = "unfinished"  // its process ended, or fell silent, in the middle
	// RunBegun is no run: it notes the slot from which on a job is expected to
	// run, so that what a first start has not run is not missed.
	RunBegun = "begun"
)
