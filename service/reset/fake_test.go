package reset

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"quitclaim/service/lifecycle"
)

// memory is the store as the worker sees it, with the domain's real rules and
// the rows of work that the real store keeps.
type memory struct {
	mu      sync.Mutex // guards all
	units   map[lifecycle.UnitID]lifecycle.Snapshot
	rows    []*row
	changes []lifecycle.Change
	ended   []lifecycle.OrderID // of work that the worker called done for good
	// check is called with every change before it is written.
	check func(lifecycle.Change)
	// fault is asked before every call; an error ends the call.
	fault func(call string) error
}

type row struct {
	lifecycle.Work
	nextAt, leaseUntil time.Time
	done               bool
	code               string
}

func newMemory() *memory {
	return &memory{
		units: map[lifecycle.UnitID]lifecycle.Snapshot{},
		check: func(lifecycle.Change) {}, fault: func(string) error { return nil },
	}
}

func (m *memory) Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fault("snapshot")); err != nil {
		return lifecycle.Snapshot{}, err
	}
	return m.units[unit], nil
}

func (m *memory) Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fault("advance")); err != nil {
		return lifecycle.Outcome{}, err
	}
	before := m.units[unit]
	change, err := decide(before)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("advance %s: %w", unit, err)
	}
	m.check(change)
	change.Unit.Version++
	m.units[unit] = before.Apply(change)
	m.changes = append(m.changes, change)
	for _, order := range change.Orders {
		m.keepWork(unit, order, change.At)
	}
	if err := m.fault("advanced"); err != nil {
		return lifecycle.Outcome{}, err // written, and the answer is lost
	}
	return lifecycle.Outcome{Change: change, Index: -1}, nil
}

// keepWork keeps a row for each cloud that has open tasks, and one for the
// order itself, as service/store does.
func (m *memory) keepWork(unit lifecycle.UnitID, order lifecycle.Order, at time.Time) {
	wanted := []string{""}
	for _, task := range order.Tasks {
		if task.Cloud != "" && !task.Done() && !slices.Contains(wanted, task.Cloud) {
			wanted = append(wanted, task.Cloud)
		}
	}
	if order.State != lifecycle.OrderOpen {
		wanted = nil
	}
	for _, r := range m.rows {
		if r.Order == order.ID && !r.done && !slices.Contains(wanted, r.Cloud) {
			r.done = true
		}
	}
	for _, cloudName := range wanted {
		at0 := slices.IndexFunc(m.rows, func(r *row) bool { return r.Order == order.ID && r.Cloud == cloudName })
		switch {
		case at0 < 0:
			work := lifecycle.Work{Unit: unit, Order: order.ID, Cloud: cloudName, FirstAt: at}
			m.rows = append(m.rows, &row{Work: work, nextAt: at})
		case m.rows[at0].done:
			r := m.rows[at0]
			r.done, r.nextAt, r.leaseUntil, r.code = false, at, time.Time{}, ""
			r.Attempt++
		}
	}
}

func (m *memory) ClaimWork(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]lifecycle.Work, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fault("claim")); err != nil {
		return nil, err
	}
	var works []lifecycle.Work
	due := slices.Clone(m.rows)
	slices.SortStableFunc(due, func(a, b *row) int { return a.nextAt.Compare(b.nextAt) })
	for _, r := range due {
		if len(works) < limit && !r.done && !r.nextAt.After(now) && !r.leaseUntil.After(now) {
			r.Attempt++
			r.leaseUntil = now.Add(lease)
			works = append(works, r.Work)
		}
	}
	return works, nil
}

func (m *memory) FinishWork(ctx context.Context, work lifecycle.Work, nextAt time.Time, done bool, errCode string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fault("finish")); err != nil {
		return err
	}
	if done {
		m.ended = append(m.ended, work.Order)
	}
	for _, r := range m.rows {
		if r.Order != work.Order || r.Cloud != work.Cloud {
			continue
		}
		if r.Attempt != work.Attempt {
			return fmt.Errorf("attempt %d is over: %w", work.Attempt, lifecycle.ErrStale)
		}
		r.nextAt, r.leaseUntil, r.code = nextAt, time.Time{}, errCode
		r.done = r.done || done
		return nil
	}
	return fmt.Errorf("no such work: %w", lifecycle.ErrStale)
}

func (m *memory) PullWork(ctx context.Context, now, leases, waits time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fault("pull")); err != nil {
		return err
	}
	for _, r := range m.rows {
		if r.nextAt.After(now) && (r.FirstAt.After(now) || r.nextAt.After(waits)) {
			r.nextAt = now
			if r.FirstAt.After(now) {
				r.FirstAt = now
			}
		}
		if r.leaseUntil.After(leases) {
			r.leaseUntil = time.Time{}
		}
	}
	return nil
}

// row is a copy of one row of work of a unit's newest order.
func (m *memory) row(unit lifecycle.UnitID, cloudName string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range slices.Backward(m.rows) {
		if r.Unit == unit && r.Cloud == cloudName {
			return *r
		}
	}
	return row{}
}

// nextDue is when the next row is due that nobody has leased.
func (m *memory) nextDue() (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next time.Time
	for _, r := range m.rows {
		due := later(r.nextAt, r.leaseUntil)
		if !r.done && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next, !next.IsZero()
}

func (m *memory) unit(id lifecycle.UnitID) lifecycle.Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.units[id]
}
