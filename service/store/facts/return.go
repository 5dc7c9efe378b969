package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlReturn = `
SELECT return_id, org_id, clerk, at, epoch, from_state, authority, condition, reason, receipt_hash,
       customer_present, second, former_owner, cancelled_at, presence_hash
FROM unit_return WHERE unit_id = $1 AND return_id = $2`

// Return reads one return of a unit.
func Return(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.ReturnID) (lifecycle.Return, error) {
	return one(tx, sqlReturn, unit, "return", id, scanReturn)
}

func scanReturn(scan engine.Scan) (lifecycle.Return, error) {
	var r lifecycle.Return
	err := scan(returnColumns(&r)...)
	return r, err
}

func returnColumns(r *lifecycle.Return) []any {
	return []any{
		engine.TextTo(&r.ID), engine.TextTo(&r.Org), engine.TextTo(&r.Clerk), engine.Instant{To: &r.At}, &r.Epoch,
		engine.TextTo(&r.From), engine.TextTo(&r.Authority), &r.Condition, &r.Reason, engine.TextTo(&r.ReceiptHash),
		&r.CustomerPresent, engine.TextTo(&r.Second), engine.TextTo(&r.FormerOwner),
		engine.Instant{To: &r.CancelledAt}, engine.TextTo(&r.PresenceHash),
	}
}

const sqlReturnsSince = `
SELECT unit_id, return_id, org_id, clerk, at, epoch, from_state, authority, condition, reason, receipt_hash,
       customer_present, second, former_owner, cancelled_at, presence_hash
FROM unit_return WHERE org_id = $1 AND at >= $2
ORDER BY at DESC, return_id DESC LIMIT $3`

// ReturnsSince lists an organisation's returns, newest first, cancelled ones
// among them.
func ReturnsSince(tx *engine.Tx, org lifecycle.OrgID, since time.Time, limit int) ([]lifecycle.TakenBack, error) {
	args := []any{string(org), since.UnixMilli(), int64(limit)}
	list, err := engine.List(tx, sqlReturnsSince, args, func(scan engine.Scan) (lifecycle.TakenBack, error) {
		var t lifecycle.TakenBack
		err := scan(append([]any{engine.TextTo(&t.Unit.ID)}, returnColumns(&t.Return)...)...)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list returns: %w", err)
	}
	for i := range list {
		if list[i].Unit, err = Unit(tx, list[i].Unit.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

const sqlPutReturn = `
INSERT INTO unit_return (unit_id, return_id, epoch, org_id, clerk, at, from_state, authority, condition, reason,
  receipt_hash, customer_present, second, former_owner, cancelled_at, presence_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (unit_id, return_id) DO UPDATE SET epoch = excluded.epoch, org_id = excluded.org_id,
  clerk = excluded.clerk, at = excluded.at, from_state = excluded.from_state, authority = excluded.authority,
  condition = excluded.condition, reason = excluded.reason, receipt_hash = excluded.receipt_hash,
  customer_present = excluded.customer_present, second = excluded.second, former_owner = excluded.former_owner,
  cancelled_at = excluded.cancelled_at, presence_hash = excluded.presence_hash`

func putReturn(tx *engine.Tx, unit lifecycle.UnitID, r lifecycle.Return) error {
	if err := claim(tx, KindReturn, string(r.ID), unit); err != nil {
		return err
	}
	_, err := tx.Exec(sqlPutReturn, string(unit), string(r.ID), int64(r.Epoch), string(r.Org), engine.Opt(r.Clerk),
		r.At.UnixMilli(), engine.Opt(r.From), string(r.Authority), r.Condition, r.Reason, engine.Opt(r.ReceiptHash),
		r.CustomerPresent, engine.Opt(r.Second), engine.Opt(r.FormerOwner), engine.At(r.CancelledAt),
		engine.Opt(r.PresenceHash))
	if err != nil {
		return fmt.Errorf("write return %s: %w", r.ID, err)
	}
	return nil
}

const sqlUnproven = `
SELECT count(*), count(CASE WHEN clerk = $2 THEN 1 END)
FROM unit_return
WHERE org_id = $1 AND at > $3 AND authority = 'none' AND from_state = 'bound'`

// unprovenWindow is how long a return without authority counts for the caps
// (rule 1: per hour).
const unprovenWindow = time.Hour

// Unproven counts the returns without authority of the last hour, cancelled
// ones among them: they fenced a stranger all the same.
func Unproven(tx *engine.Tx, org lifecycle.OrgID, clerk lifecycle.PersonID, now time.Time) (lifecycle.UnprovenReturns, error) {
	var n lifecycle.UnprovenReturns
	_, err := tx.Get(sqlUnproven, []any{string(org), string(clerk), now.Add(-unprovenWindow).UnixMilli()}, &n.ByOrg, &n.ByClerk)
	if err != nil {
		return n, fmt.Errorf("count returns without authority: %w", err)
	}
	return n, nil
}

// one reads the row of a unit that has this id.
func one[T any, ID ~string](tx *engine.Tx, query string, unit lifecycle.UnitID, what string, id ID, read func(engine.Scan) (T, error),
) (T, error) {
	var row T
	list, err := engine.List(tx, query, []any{string(unit), string(id)}, read)
	if err := present(len(list) > 0, err, what, id); err != nil {
		return row, err
	}
	return list[0], nil
}

// present turns "no row" into lifecycle.ErrNotFound.
func present[T ~string](found bool, err error, what string, id T) error {
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	if !found {
		return fmt.Errorf("%s %s: %w", what, id, lifecycle.ErrNotFound)
	}
	return nil
}
