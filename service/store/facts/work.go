package facts

import (
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlOpenWork = `
INSERT INTO work (unit_id, order_id, cloud, epoch, attempt, first_at, next_at, lease_until, done_at, error)
VALUES ($1, $2, $3, $4, 0, $5, $5, NULL, NULL, NULL)
ON CONFLICT (unit_id, order_id, cloud) DO UPDATE SET epoch = excluded.epoch, attempt = work.attempt + 1,
  first_at = excluded.first_at, next_at = excluded.next_at, lease_until = NULL, done_at = NULL, error = NULL`

const sqlCloseWork = `
UPDATE work SET done_at = $4, lease_until = NULL
WHERE unit_id = $1 AND order_id = $2 AND cloud = $3 AND done_at IS NULL`

const sqlCloseOrderWork = `
UPDATE work SET done_at = $3, lease_until = NULL, attempt = attempt + 1
WHERE unit_id = $1 AND order_id = $2 AND done_at IS NULL`

const sqlHurryWork = `
UPDATE work SET next_at = $3
WHERE unit_id = $1 AND order_id = $2 AND done_at IS NULL AND next_at > $3
  AND (cloud = '' OR CAST($4 AS BIGINT) = 1)`

// keepWork keeps one row of work for each cloud of which an open order still
// wants something, and one without a cloud for the order's own end. Opening a
// row again moves its attempt on, so that a worker who was at it before cannot
// report any more; so does the end of its order.
func keepWork(tx *engine.Tx, change lifecycle.Change, before *lifecycle.Order, order lifecycle.Order) error {
	if order.State == lifecycle.OrderOpen {
		if err := openWork(tx, change, before, order); err != nil {
			return err
		}
		return hurryWork(tx, change, before, order)
	}
	if before == nil || before.State == lifecycle.OrderOpen {
		_, err := tx.Exec(sqlCloseOrderWork, string(change.Unit.ID), string(order.ID), change.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("close work of order %s: %w", order.ID, err)
		}
	}
	return nil
}

// hurryWork lets nobody wait for a slow poll: what somebody else than the
// worker changed is due now, and so is the end of an order that has just become
// whole. Leases stay.
func hurryWork(tx *engine.Tx, change lifecycle.Change, before *lifecycle.Order, order lifecycle.Order) error {
	if before == nil || change.Event == lifecycle.EventProgress && !order.AllDone() {
		return nil
	}
	all := int64(1)
	if change.Event == lifecycle.EventProgress {
		all = 0
	}
	_, err := tx.Exec(sqlHurryWork, string(change.Unit.ID), string(order.ID), change.At.UnixMilli(), all)
	if err != nil {
		return fmt.Errorf("hurry work of order %s: %w", order.ID, err)
	}
	return nil
}

func openWork(tx *engine.Tx, change lifecycle.Change, before *lifecycle.Order, order lifecycle.Order) error {
	unit, at := string(change.Unit.ID), change.At.UnixMilli()
	wanted, had := openClouds(&order), openClouds(before)
	for _, cloud := range wanted {
		if slices.Contains(had, cloud) {
			continue
		}
		if _, err := tx.Exec(sqlOpenWork, unit, string(order.ID), cloud, int64(order.Epoch), at); err != nil {
			return fmt.Errorf("open work of order %s: %w", order.ID, err)
		}
	}
	for _, cloud := range had {
		if slices.Contains(wanted, cloud) {
			continue
		}
		if _, err := tx.Exec(sqlCloseWork, unit, string(order.ID), cloud, at); err != nil {
			return fmt.Errorf("close work of order %s: %w", order.ID, err)
		}
	}
	return nil
}

// openClouds are the clouds of which the order still wants something, the
// empty one for its own end.
func openClouds(order *lifecycle.Order) []string {
	if order == nil || order.State != lifecycle.OrderOpen {
		return nil
	}
	clouds := []string{""}
	for _, task := range order.Tasks {
		if task.Cloud != "" && !task.Done() && !slices.Contains(clouds, task.Cloud) {
			clouds = append(clouds, task.Cloud)
		}
	}
	return clouds
}

// MATERIALIZED: what is due is looked up once. A plain subselect is the
// planner's to run again for each row; it would pass over what it has locked
// already, and go past the limit.
const sqlClaimWork = `
WITH due AS MATERIALIZED (
  SELECT unit_id, order_id, cloud FROM work
  WHERE done_at IS NULL AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
  ORDER BY next_at LIMIT $3 /* only rows that nobody has */)
UPDATE work SET lease_until = $2, attempt = attempt + 1
WHERE (unit_id, order_id, cloud) IN (SELECT unit_id, order_id, cloud FROM due)
RETURNING unit_id, order_id, cloud, attempt, first_at`

// ClaimWork leases what is due. A lease that ran out is due again.
func ClaimWork(tx *engine.Tx, now time.Time, lease time.Duration, limit int) ([]lifecycle.Work, error) {
	args := []any{now.UnixMilli(), now.Add(lease).UnixMilli(), int64(limit)}
	work, err := engine.List(tx, sqlClaimWork, args, scanWork)
	if err != nil {
		return nil, fmt.Errorf("claim work: %w", err)
	}
	return work, nil
}

func scanWork(scan engine.Scan) (lifecycle.Work, error) {
	var w lifecycle.Work
	err := scan(engine.TextTo(&w.Unit), engine.TextTo(&w.Order), &w.Cloud, &w.Attempt, engine.Instant{To: &w.FirstAt})
	return w, err
}

const sqlFreeWork = `UPDATE work SET lease_until = NULL WHERE done_at IS NULL AND lease_until IS NOT NULL`

// FreeWork ends every lease. Only who knows that nobody else is at work may:
// a process that has the data directory to itself, before it begins.
func FreeWork(tx *engine.Tx) error {
	if _, err := tx.Exec(sqlFreeWork); err != nil {
		return fmt.Errorf("end the leases of before: %w", err)
	}
	return nil
}

const sqlPutWorkOff = `
UPDATE work SET lease_until = NULL, next_at = $5, error = $6
WHERE unit_id = $1 AND order_id = $2 AND cloud = $3 AND attempt = $4`

const sqlFinishWork = `
UPDATE work SET lease_until = NULL, done_at = coalesce(done_at, $5), error = NULL
WHERE unit_id = $1 AND order_id = $2 AND cloud = $3 AND attempt = $4`

// FinishWork ends a lease: the work is done, or is to be tried again at next.
// A result of an older attempt is lifecycle.ErrStale.
func FinishWork(tx *engine.Tx, w lifecycle.Work, now, next time.Time, done bool, errCode string) error {
	key := []any{string(w.Unit), string(w.Order), w.Cloud, int64(w.Attempt)}
	var rows int64
	var err error
	if done {
		rows, err = tx.Exec(sqlFinishWork, append(key, now.UnixMilli())...)
	} else {
		rows, err = tx.Exec(sqlPutWorkOff, append(key, next.UnixMilli(), engine.Opt(errCode))...)
	}
	if err != nil {
		return fmt.Errorf("finish work: %w", err)
	}
	if rows == 0 {
		return fmt.Errorf("attempt %d at order %s in %s is over: %w", w.Attempt, w.Order, w.Cloud, lifecycle.ErrStale)
	}
	return nil
}

const sqlStuckWork = `
SELECT unit_id, order_id, cloud, attempt, first_at FROM work
WHERE done_at IS NULL AND first_at < $1 AND (unit_id, order_id, cloud) > ($2, $3, $4)
ORDER BY unit_id, order_id, cloud LIMIT $5`

// StuckWork lists what has been due since before and is not done, after the
// given row.
func StuckWork(tx *engine.Tx, before time.Time, after lifecycle.Work, limit int) ([]lifecycle.Work, error) {
	args := []any{before.UnixMilli(), string(after.Unit), string(after.Order), after.Cloud, int64(limit)}
	return engine.List(tx, sqlStuckWork, args, scanWork)
}
