package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// The newest are counted first: where there are too many, the oldest days show
// fewer than there were.
const (
	sqlReturnsByDay = `
SELECT (at - $2) / 86400000 AS day, count(*)
FROM (SELECT at FROM unit_return WHERE org_id = $1 AND at >= $2 ORDER BY at DESC LIMIT $3) AS counted
GROUP BY day ORDER BY day`

	sqlCameBackByDay = `
SELECT (returned_at - $2) / 86400000 AS day, count(*)
FROM (SELECT returned_at FROM unit WHERE vendor_id = $1 AND returned_at >= $2
  ORDER BY returned_at DESC LIMIT $3) AS counted
GROUP BY day ORDER BY day`
)

// ReturnsByDay counts an organisation's returns of each day from since on, the
// first instant of a day in UTC. With made, it counts the units that it made by
// the day of their last return.
func ReturnsByDay(tx *engine.Tx, org lifecycle.OrgID, since time.Time, made bool) ([]lifecycle.DayCount, error) {
	query := sqlReturnsByDay
	if made {
		query = sqlCameBackByDay
	}
	args := []any{string(org), since.UnixMilli(), int64(lifecycle.CountCap)}
	days, err := engine.List(tx, query, args, func(scan engine.Scan) (lifecycle.DayCount, error) {
		var day int
		var c lifecycle.DayCount
		err := scan(&day, &c.Count)
		c.Day = since.AddDate(0, 0, day)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("count returns by day: %w", err)
	}
	return days, nil
}

const sqlStandingBySeverity = `
SELECT severity, count(*) FROM (
  SELECT unit_id, flag_id, severity FROM (SELECT unit_id, flag_id, severity FROM flag WHERE org_id = $1 AND state <> 'resolved' LIMIT $2) AS own
  UNION
  SELECT unit_id, flag_id, severity FROM (SELECT unit_id, flag_id, severity FROM flag WHERE vendor_id = $1 AND state <> 'resolved' LIMIT $2) AS made
) AS standing
GROUP BY severity ORDER BY severity`

// StandingBySeverity counts the flags that an organisation sees and nobody has
// settled.
func StandingBySeverity(tx *engine.Tx, org lifecycle.OrgID) ([]lifecycle.FlagCount, error) {
	args := []any{string(org), int64(lifecycle.CountCap)}
	counts, err := engine.List(tx, sqlStandingBySeverity, args, func(scan engine.Scan) (lifecycle.FlagCount, error) {
		var c lifecycle.FlagCount
		err := scan(engine.TextTo(&c.Severity), &c.Count)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("count flags: %w", err)
	}
	return counts, nil
}

const sqlUnitsByReceipt = `SELECT unit_id FROM receipt WHERE receipt_hash = $1 ORDER BY unit_id LIMIT $2`

// UnitsByReceipt lists the units that a receipt, by its keyed hash, was written
// for: sold or taken back.
func UnitsByReceipt(tx *engine.Tx, receiptHash string, limit int) ([]lifecycle.Unit, error) {
	return unitsBy(tx, sqlUnitsByReceipt, receiptHash, int64(limit))
}
