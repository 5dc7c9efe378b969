package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlOrder = `
SELECT order_id, kind, state, return_id, epoch, before_at, opened_at, ended_at, cause, erase_before
FROM reset_order WHERE unit_id = $1 AND order_id = $2`

const sqlTasks = `
SELECT task_id, seq, cloud, verb, state, grade, proof, asked_at, done_at
FROM task WHERE unit_id = $1 AND order_id = $2
ORDER BY place`

// Order reads one order of a unit with its tasks.
func Order(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.OrderID) (lifecycle.Order, error) {
	o, err := one(tx, sqlOrder, unit, "order", id, scanOrder)
	if err != nil {
		return o, err
	}
	if o.Tasks, err = tasks(tx, unit, id); err != nil {
		return o, fmt.Errorf("read tasks of order %s: %w", id, err)
	}
	return o, nil
}

func scanOrder(scan engine.Scan) (lifecycle.Order, error) {
	var o lifecycle.Order
	err := scan(engine.TextTo(&o.ID), engine.TextTo(&o.Kind), engine.TextTo(&o.State), engine.TextTo(&o.Return), &o.Epoch,
		engine.Instant{To: &o.Before}, engine.Instant{To: &o.OpenedAt}, engine.Instant{To: &o.EndedAt},
		engine.TextTo(&o.Cause), engine.Instant{To: &o.EraseBefore})
	return o, err
}

func tasks(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.OrderID) ([]lifecycle.Task, error) {
	return engine.List(tx, sqlTasks, []any{string(unit), string(id)}, scanTask)
}

func scanTask(scan engine.Scan) (lifecycle.Task, error) {
	var t lifecycle.Task
	err := scan(&t.ID, &t.Seq, engine.TextTo(&t.Cloud), engine.TextTo(&t.Verb), engine.TextTo(&t.State),
		engine.TextTo(&t.Grade), engine.TextTo(&t.Proof), engine.Instant{To: &t.AskedAt}, engine.Instant{To: &t.DoneAt})
	return t, err
}

const sqlPutOrder = `
INSERT INTO reset_order (unit_id, order_id, epoch, kind, state, return_id, before_at, opened_at, ended_at,
  cause, erase_before)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (unit_id, order_id) DO UPDATE SET epoch = excluded.epoch, kind = excluded.kind, state = excluded.state,
  return_id = excluded.return_id, before_at = excluded.before_at, opened_at = excluded.opened_at,
  ended_at = excluded.ended_at, cause = excluded.cause, erase_before = excluded.erase_before`

const sqlPutTask = `
INSERT INTO task (unit_id, order_id, task_id, epoch, place, seq, cloud, verb, state, grade, proof, asked_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (unit_id, order_id, task_id) DO UPDATE SET epoch = excluded.epoch, place = excluded.place,
  seq = excluded.seq, cloud = excluded.cloud, verb = excluded.verb, state = excluded.state, grade = excluded.grade,
  proof = excluded.proof, asked_at = excluded.asked_at, done_at = excluded.done_at`

// putOrder writes an order and those of its tasks that are not as in before,
// the same order as it was; nil for a new one.
func putOrder(tx *engine.Tx, unit lifecycle.UnitID, before *lifecycle.Order, o lifecycle.Order) error {
	if before == nil {
		if err := claim(tx, KindOrder, string(o.ID), unit); err != nil {
			return err
		}
	}
	_, err := tx.Exec(sqlPutOrder, string(unit), string(o.ID), int64(o.Epoch), string(o.Kind), string(o.State),
		engine.Opt(o.Return), o.Before.UnixMilli(), o.OpenedAt.UnixMilli(), engine.At(o.EndedAt),
		engine.Opt(o.Cause), engine.At(o.EraseBefore))
	if err != nil {
		return fmt.Errorf("write order %s: %w", o.ID, err)
	}
	for place, t := range o.Tasks {
		if before != nil && place < len(before.Tasks) && before.Tasks[place] == t {
			continue
		}
		_, err := tx.Exec(sqlPutTask, string(unit), string(o.ID), t.ID, int64(o.Epoch), int64(place), int64(t.Seq),
			engine.Opt(t.Cloud), string(t.Verb), string(t.State), engine.Opt(t.Grade), engine.Opt(t.Proof),
			engine.At(t.AskedAt), engine.At(t.DoneAt))
		if err != nil {
			return fmt.Errorf("write task %s of order %s: %w", t.ID, o.ID, err)
		}
	}
	return nil
}
