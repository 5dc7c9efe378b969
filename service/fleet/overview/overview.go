package overview

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

const (
	// daysShown is how many days the charts of returns have.
	daysShown = 30
	// stuckAfter is how long a cloud may leave a reset order waiting before the
	// overview names the unit. A sweep raises its flag later.
	stuckAfter = time.Hour
)

type store interface {
	Overview(ctx context.Context, q lifecycle.OverviewQuery) (lifecycle.Overview, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Now   func() time.Time
}

// Room is the room.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// Sight is an overview as it is shown.
type Sight struct {
	AsOf  time.Time
	Units []StateRow // in custody; states of which there is no unit are left out
	Made  []StateRow // of a vendor: what it made, wherever it is
	Waits []WaitRow
	Stuck []StuckRow
	// Returns are a day each, daysShown of them, the oldest first.
	Returns  []lifecycle.DayCount
	CameBack []lifecycle.DayCount
	Flags    []lifecycle.FlagCount // nil for who may not read flags
	Vendor   bool
}

// Count is a number that stops at lifecycle.CountCap.
type Count int

// AtLeast reports whether there may be more.
func (c Count) AtLeast() bool { return c >= lifecycle.CountCap }

// StateRow is how many units are in a state, by the band of their age; of what
// a vendor made, only the sum is said.
type StateRow struct {
	State lifecycle.State
	Bands []Count // as lifecycle.AgeBands
	Units Count
}

// WaitRow is for whom how many units wait.
type WaitRow struct {
	For   Waiter
	Cloud string
	Units Count
	Since time.Time // the oldest of them; zero where that is not known
}

// Waiter is whom a unit waits for.
type Waiter string

// Whom units wait for.
const (
	WaitsForCloud     Waiter = "cloud"
	WaitsForReset     Waiter = "factory-reset"
	WaitsForIdentity  Waiter = "identify"
	WaitsForUnit      Waiter = "unit" // another deed on the unit itself
	WaitsForAuthority Waiter = "authority"
	WaitsForValidator Waiter = "validator"
	WaitsForArrival   Waiter = "arrival" // somebody else's units, on their way here
	WaitsForNext      Waiter = "next"    // sent, and not received yet
)

// Waiters are all of them.
func Waiters() []Waiter {
	return []Waiter{
		WaitsForCloud, WaitsForReset, WaitsForIdentity, WaitsForUnit, WaitsForAuthority, WaitsForValidator, WaitsForArrival, WaitsForNext,
	}
}

// StuckRow is a unit whose reset one cloud, or the order's own end, holds up.
type StuckRow struct {
	lifecycle.StuckWork
	Model  string
	Holder string // who has the unit
}

// Why says why it goes no further: the code of the last attempt's failure, or
// who is silent.
func (s StuckRow) Why() string {
	switch {
	case s.Code != "":
		return s.Code
	case s.Cloud != "":
		return "silent"
	}
	return "unit-silent"
}

// Look is the overview of the principal's own organisation. Who belongs to none
// gets lifecycle.ErrForbidden.
func (r *Room) Look(ctx context.Context, p access.Principal) (Sight, error) {
	if p.Org == "" {
		return Sight{}, fmt.Errorf("overview of no organisation: %w", lifecycle.ErrForbidden)
	}
	now := r.config.Now()
	vendor := p.OrgKind == lifecycle.OrgVendor
	found, err := r.config.Store.Overview(ctx, lifecycle.OverviewQuery{
		Org: p.Org, Vendor: vendor, Now: now, Days: daysShown, StuckAfter: stuckAfter,
	})
	if err != nil {
		return Sight{}, fmt.Errorf("overview: %w", err)
	}
	sight := Sight{
		AsOf: now, Vendor: vendor, Units: stateRows(found.AtHand), Made: stateRows(found.Made), Waits: waitRows(found),
		Returns: everyDay(found.Returns, now),
	}
	if vendor {
		sight.CameBack = everyDay(found.CameBack, now)
	}
	if access.Allowed(p, access.FlagRead) {
		sight.Flags = bySeverity(found.Flags)
	}
	sight.Stuck, err = r.named(ctx, found.Stuck)
	return sight, err
}

func stateRows(tallies []lifecycle.Tally) []StateRow {
	var rows []StateRow
	for _, state := range lifecycle.States() {
		row := StateRow{State: state, Bands: make([]Count, len(lifecycle.AgeBands()))}
		for _, tally := range tallies {
			if tally.State != state {
				continue
			}
			row.Units += Count(tally.Units)
			for i, band := range lifecycle.AgeBands() {
				if band == tally.Age {
					row.Bands[i] += Count(tally.Units)
				}
			}
		}
		if row.Units > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

func waitRows(found lifecycle.Overview) []WaitRow {
	var rows []WaitRow
	for _, wait := range found.Waits {
		row := WaitRow{For: WaitsForUnit, Cloud: wait.Cloud, Units: Count(wait.Units), Since: wait.Since}
		switch {
		case wait.Cloud != "":
			row.For = WaitsForCloud
		case wait.Verb == "":
			row.For = WaitsForAuthority
		case wait.Verb == lifecycle.VerbFactoryReset:
			row.For = WaitsForReset
		case wait.Verb == lifecycle.VerbIdentify:
			row.For = WaitsForIdentity
		}
		rows = append(rows, row)
	}
	for _, tally := range stateRows(found.AtHand) {
		if tally.State == lifecycle.StateReset {
			rows = append(rows, WaitRow{For: WaitsForValidator, Units: tally.Units})
		}
	}
	if found.Arriving > 0 {
		rows = append(rows, WaitRow{For: WaitsForArrival, Units: Count(found.Arriving)})
	}
	if found.Departing > 0 {
		rows = append(rows, WaitRow{For: WaitsForNext, Units: Count(found.Departing)})
	}
	return rows
}

// everyDay is one count for each day that is shown, today's last.
func everyDay(counts []lifecycle.DayCount, now time.Time) []lifecycle.DayCount {
	days := make([]lifecycle.DayCount, daysShown)
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-daysShown)
	for i := range days {
		days[i].Day = first.AddDate(0, 0, i)
		for _, c := range counts {
			if c.Day.Equal(days[i].Day) {
				days[i].Count = c.Count
			}
		}
	}
	return days
}

// bySeverity has the most urgent first, and every severity.
func bySeverity(counts []lifecycle.FlagCount) []lifecycle.FlagCount {
	rows := []lifecycle.FlagCount{
		{Severity: lifecycle.SeverityCritical}, {Severity: lifecycle.SeverityHigh}, {Severity: lifecycle.SeverityMedium}, {Severity: lifecycle.SeverityLow},
	}
	for i := range rows {
		for _, c := range counts {
			if c.Severity == rows[i].Severity {
				rows[i].Count = c.Count
			}
		}
	}
	return rows
}

// named gives the stuck units the names of their models and holders, each read
// once.
func (r *Room) named(ctx context.Context, stuck []lifecycle.StuckWork) ([]StuckRow, error) {
	models, holders := map[lifecycle.ModelID]string{}, map[lifecycle.OrgID]string{}
	rows := make([]StuckRow, 0, len(stuck))
	for _, work := range stuck {
		if _, known := models[work.Model]; !known && work.Model != "" {
			model, err := r.config.Store.Model(ctx, work.Model)
			if err != nil {
				return nil, fmt.Errorf("name model: %w", err)
			}
			models[work.Model] = model.Name
		}
		if _, known := holders[work.Org]; !known && work.Org != "" {
			org, err := r.config.Store.Organisation(ctx, work.Org)
			if err != nil {
				return nil, fmt.Errorf("name organisation: %w", err)
			}
			holders[work.Org] = org.Name
		}
		rows = append(rows, StuckRow{work, models[work.Model], holders[work.Org]})
	}
	return rows, nil
}
