package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Everything here reads at most lifecycle.CountCap entries of an index for a
// number, so that an overview of ten million units costs no more than one of a
// hundred thousand.

const sqlCountAtHand = `
SELECT count(*) FROM (SELECT 1 AS one FROM unit
  WHERE custody = $1 AND state = $2 AND epoch_at > $3 AND epoch_at <= $4 LIMIT $5) AS counted`

const sqlCountMade = `
SELECT count(*) FROM (SELECT 1 AS one FROM unit WHERE vendor_id = $1 AND state = $2 LIMIT $3) AS counted`

// AtHand counts what an organisation has, by state and age.
func AtHand(tx *engine.Tx, org lifecycle.OrgID, now time.Time) ([]lifecycle.Tally, error) {
	var tallies []lifecycle.Tally
	for _, state := range lifecycle.States() {
		if state.InCustomerHands() {
			continue
		}
		until := now.UnixMilli()
		for _, age := range lifecycle.AgeBands() {
			var since int64 // the beginning of time
			if age.Under() > 0 {
				since = now.Add(-age.Under()).UnixMilli()
			}
			n, err := count(tx, sqlCountAtHand, string(org), string(state), since, until, int64(lifecycle.CountCap))
			if err != nil {
				return nil, fmt.Errorf("count units at hand: %w", err)
			}
			tallies = append(tallies, lifecycle.Tally{State: state, Age: age, Units: n})
			until = since
		}
	}
	return tallies, nil
}

// Made counts what a vendor made, by state.
func Made(tx *engine.Tx, vendor lifecycle.OrgID) ([]lifecycle.Tally, error) {
	var tallies []lifecycle.Tally
	for _, state := range lifecycle.States() {
		n, err := count(tx, sqlCountMade, string(vendor), string(state), int64(lifecycle.CountCap))
		if err != nil {
			return nil, fmt.Errorf("count units made: %w", err)
		}
		tallies = append(tallies, lifecycle.Tally{State: state, Units: n})
	}
	return tallies, nil
}

const sqlCountArriving = `
SELECT count(*) FROM (SELECT 1 AS one FROM shipment
  WHERE to_org = $1 AND received_at IS NULL LIMIT $2) AS counted`

const sqlCountDeparting = `
SELECT count(*) FROM (SELECT 1 AS one FROM shipment
  WHERE from_org = $1 AND received_at IS NULL LIMIT $2) AS counted`

// OnTheWay counts what is sent and not received, to and from an organisation.
func OnTheWay(tx *engine.Tx, org lifecycle.OrgID) (arriving, departing int, err error) {
	if arriving, err = count(tx, sqlCountArriving, string(org), int64(lifecycle.CountCap)); err == nil {
		departing, err = count(tx, sqlCountDeparting, string(org), int64(lifecycle.CountCap))
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count what is on its way: %w", err)
	}
	return arriving, departing, nil
}

func count(tx *engine.Tx, query string, args ...any) (int, error) {
	var n int
	_, err := tx.Get(query, args, &n)
	return n, err
}

// Both look at the units that were taken back first.
const (
	sqlWaits = `
SELECT t.cloud, CASE WHEN t.cloud IS NULL THEN t.verb ELSE '' END AS deed, count(DISTINCT t.unit_id), min(u.epoch_at)
FROM (SELECT unit_id, order_id, epoch_at FROM unit
  WHERE custody = $1 AND state = 'returned' ORDER BY epoch_at LIMIT $2) AS u
JOIN task t ON t.unit_id = u.unit_id AND t.order_id = u.order_id
WHERE t.state IN ('open', 'asked')
GROUP BY t.cloud, deed ORDER BY 3 DESC, 1, 2`

	sqlWithoutAuthority = `
SELECT count(*), min(u.epoch_at)
FROM (SELECT unit_id, return_id, epoch_at FROM unit
  WHERE custody = $1 AND state = 'returned' ORDER BY epoch_at LIMIT $2) AS u
JOIN unit_return r ON r.unit_id = u.unit_id AND r.return_id = u.return_id
WHERE r.authority = 'none'`
)

// maxWaiting bounds how many returned units are looked into.
const maxWaiting = 10_000

// Waits says what the returned units of an organisation wait for.
func Waits(tx *engine.Tx, org lifecycle.OrgID) ([]lifecycle.Wait, error) {
	args := []any{string(org), int64(maxWaiting)}
	waits, err := engine.List(tx, sqlWaits, args, func(scan engine.Scan) (lifecycle.Wait, error) {
		var w lifecycle.Wait
		err := scan(engine.TextTo(&w.Cloud), engine.TextTo(&w.Verb), &w.Units, engine.Instant{To: &w.Since})
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("count what units wait for: %w", err)
	}
	var unproven lifecycle.Wait
	if _, err := tx.Get(sqlWithoutAuthority, args, &unproven.Units, engine.Instant{To: &unproven.Since}); err != nil {
		return nil, fmt.Errorf("count returns without authority: %w", err)
	}
	if unproven.Units > 0 {
		waits = append(waits, unproven)
	}
	return waits, nil
}

const (
	sqlStuckHere = `
SELECT w.unit_id, w.order_id, w.cloud, w.attempt, w.first_at, w.error, u.brand, u.serial, u.model_id, u.custody
FROM (SELECT unit_id, order_id, brand, serial, model_id, custody FROM unit
  WHERE custody = $1 AND state = 'returned' ORDER BY epoch_at LIMIT $2) AS u
JOIN work w ON w.unit_id = u.unit_id AND w.order_id = u.order_id
WHERE w.done_at IS NULL AND w.first_at <= $3
ORDER BY w.first_at, w.unit_id, w.cloud LIMIT $4`

	sqlStuckMade = `
SELECT w.unit_id, w.order_id, w.cloud, w.attempt, w.first_at, w.error, u.brand, u.serial, u.model_id, u.custody
FROM (SELECT unit_id, order_id, brand, serial, model_id, custody FROM unit
  WHERE vendor_id = $1 AND state = 'returned' ORDER BY epoch_at LIMIT $2) AS u
JOIN work w ON w.unit_id = u.unit_id AND w.order_id = u.order_id
WHERE w.done_at IS NULL AND w.first_at <= $3
ORDER BY w.first_at, w.unit_id, w.cloud LIMIT $4`
)

// maxStuck is how many stuck pieces of work are listed.
const maxStuck = 50

// Stuck lists the oldest work on returned units that was due before, of the
// units that an organisation has or, as their vendor, made.
func Stuck(tx *engine.Tx, org lifecycle.OrgID, vendor bool, before time.Time) ([]lifecycle.StuckWork, error) {
	query := sqlStuckHere
	if vendor {
		query = sqlStuckMade
	}
	args := []any{string(org), int64(maxWaiting), before.UnixMilli(), int64(maxStuck)}
	stuck, err := engine.List(tx, query, args, func(scan engine.Scan) (lifecycle.StuckWork, error) {
		var s lifecycle.StuckWork
		err := scan(engine.TextTo(&s.Unit), engine.TextTo(&s.Order), &s.Cloud, &s.Attempt, engine.Instant{To: &s.FirstAt},
			engine.TextTo(&s.Code), &s.Key.Brand, &s.Key.Serial, engine.TextTo(&s.Model), engine.TextTo(&s.Org))
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list stuck resets: %w", err)
	}
	return stuck, nil
}
