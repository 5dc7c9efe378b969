package lifecycle

import "time"

// CountCap is the most that an overview counts of one kind. A number that
// reaches it means "at least": nobody waits for the exact count of millions.
const CountCap = 100_000

// OverviewQuery asks what one organisation has and waits for.
type OverviewQuery struct {
	Org OrgID
	// Vendor: the organisation made units too, and sees the state of those that
	// others have (rule 13).
	Vendor bool
	Now    time.Time
	// Days is how many days, in UTC and with today's, returns are counted of.
	Days int
	// StuckAfter is how long work may be due before it counts as stuck.
	StuckAfter time.Duration
}

// Overview is what an organisation has and waits for. Every number may reach
// CountCap.
type Overview struct {
	AtHand    []Tally // what is in its custody, by state and age
	Made      []Tally // what it made, wherever it is, by state; of vendors only
	Waits     []Wait
	Stuck     []StuckWork // the oldest, of its own orders and of those on units that it made
	Returns   []DayCount  // of its own desks, oldest day first, days without any left out
	CameBack  []DayCount  // of units that it made, by the day of their last return; of vendors only
	Flags     []FlagCount // that nobody has settled
	Arriving  int
	Departing int
}

// AgeBand is how long ago a unit changed hands last, about: its present epoch's
// age.
type AgeBand string

// The bands of age.
const (
	BandDay   AgeBand = "day"   // less than a day
	BandWeek  AgeBand = "week"  // a day to a week
	BandMonth AgeBand = "month" // a week to thirty days
	BandOlder AgeBand = "older" // thirty days or more
)

// AgeBands are all of them, the youngest first.
func AgeBands() []AgeBand { return []AgeBand{BandDay, BandWeek, BandMonth, BandOlder} }

// Under is the age that a band ends before; zero: it has no end.
func (b AgeBand) Under() time.Duration {
	const day = 24 * time.Hour
	switch b {
	case BandDay:
		return day
	case BandWeek:
		return 7 * day
	case BandMonth:
		return 30 * day
	}
	return 0
}

// Tally counts units of one state and, where it is said, age.
type Tally struct {
	State State
	Age   AgeBand
	Units int
}

// Wait counts returned units that wait for one thing: a cloud's answer, a deed
// on the unit itself, or, with neither, the authority of their return.
type Wait struct {
	Cloud string
	Verb  Verb
	Units int
	Since time.Time // when the oldest of them was taken back
}

// StuckWork is what one order has wanted of one cloud for too long.
type StuckWork struct {
	Work
	Key   UnitKey
	Model ModelID
	Org   OrgID  // who has the unit
	Code  string // why the last attempt failed; empty: nobody has answered yet
}

// DayCount counts what happened on one day, in UTC.
type DayCount struct {
	Day   time.Time // its first instant
	Count int
}

// FlagCount counts flags of one severity.
type FlagCount struct {
	Severity Severity
	Count    int
}
