package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlOwedDeletions = `
SELECT binding_id, cloud, account, epoch, from_at, before_at, due_at, wanted_at, not_before, state, proof, asked_at, done_at
FROM deletion WHERE unit_id = $1 AND done_at IS NULL
ORDER BY binding_id, cloud`

// owedDeletions are those that a rule looks at.
func owedDeletions(tx *engine.Tx, unit lifecycle.UnitID) ([]lifecycle.Deletion, error) {
	return engine.List(tx, sqlOwedDeletions, []any{string(unit)}, scanDeletion)
}

const sqlDeletionsOf = `
SELECT binding_id, cloud, account, epoch, from_at, before_at, due_at, wanted_at, not_before, state, proof, asked_at, done_at
FROM deletion WHERE unit_id = $1 AND binding_id = $2
ORDER BY cloud`

// DeletionsOf are all there are of one ended binding, cloud by cloud.
func DeletionsOf(tx *engine.Tx, unit lifecycle.UnitID, binding lifecycle.BindingID) ([]lifecycle.Deletion, error) {
	list, err := engine.List(tx, sqlDeletionsOf, []any{string(unit), string(binding)}, scanDeletion)
	if err != nil {
		return nil, fmt.Errorf("read deletions of %s: %w", binding, err)
	}
	return list, nil
}

const sqlDeletionsOfEpoch = `
SELECT binding_id, cloud, account, epoch, from_at, before_at, due_at, wanted_at, not_before, state, proof, asked_at, done_at
FROM deletion WHERE unit_id = $1 AND epoch = $2
ORDER BY cloud`

// DeletionsOfEpoch are all there are of one epoch: of it only one owner can have
// been.
func DeletionsOfEpoch(tx *engine.Tx, unit lifecycle.UnitID, epoch lifecycle.Epoch) ([]lifecycle.Deletion, error) {
	list, err := engine.List(tx, sqlDeletionsOfEpoch, []any{string(unit), int64(epoch)}, scanDeletion)
	if err != nil {
		return nil, fmt.Errorf("read deletions of epoch %d: %w", epoch, err)
	}
	return list, nil
}

func scanDeletion(scan engine.Scan) (lifecycle.Deletion, error) {
	var x lifecycle.Deletion
	err := scan(engine.TextTo(&x.Binding), &x.Cloud, engine.TextTo(&x.Account), &x.Epoch, engine.Instant{To: &x.From},
		engine.Instant{To: &x.Before}, engine.Instant{To: &x.DueAt}, engine.Instant{To: &x.WantedAt}, engine.Instant{To: &x.NotBefore},
		engine.TextTo(&x.State), engine.TextTo(&x.Proof), engine.Instant{To: &x.AskedAt}, engine.Instant{To: &x.DoneAt})
	return x, err
}

const sqlPutDeletion = `
INSERT INTO deletion (unit_id, binding_id, cloud, epoch, account, from_at, before_at, due_at, wanted_at, not_before,
  state, proof, asked_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (unit_id, binding_id, cloud) DO UPDATE SET due_at = excluded.due_at, wanted_at = excluded.wanted_at,
  not_before = excluded.not_before, state = excluded.state, proof = excluded.proof, asked_at = excluded.asked_at,
  done_at = excluded.done_at`

// putDeletions writes them, and keeps one piece of work for each that has a
// date, filed under the binding whose time it is about.
func (r Record) putDeletions(tx *engine.Tx, change lifecycle.Change) error {
	unit := string(change.Unit.ID)
	for _, x := range change.Deletions {
		_, err := tx.Exec(sqlPutDeletion, unit, string(x.Binding), x.Cloud, int64(x.Epoch), string(x.Account),
			x.From.UnixMilli(), x.Before.UnixMilli(), engine.At(x.DueAt), engine.At(x.WantedAt), engine.At(x.NotBefore),
			string(x.State), engine.Opt(x.Proof), engine.At(x.AskedAt), engine.At(x.DoneAt))
		if err != nil {
			return fmt.Errorf("write deletion of %s in %s: %w", x.Binding, x.Cloud, err)
		}
		known, had := r.Deletion(x.Binding, x.Cloud)
		if err := keepDeletionWork(tx, change, known, had, x); err != nil {
			return fmt.Errorf("keep work for deletion of %s in %s: %w", x.Binding, x.Cloud, err)
		}
	}
	return nil
}

// Work of a deletion is first due on its date: before that it is neither late
// nor anybody's to pull.
const sqlOpenDeletionWork = `
INSERT INTO work (unit_id, order_id, cloud, epoch, attempt, first_at, next_at, due_at, lease_until, done_at, error)
VALUES ($1, $2, $3, $4, 0, $5, $5, $5, NULL, NULL, NULL)
ON CONFLICT (unit_id, order_id, cloud) DO UPDATE SET attempt = work.attempt + 1, first_at = excluded.first_at,
  next_at = excluded.next_at, due_at = excluded.due_at, lease_until = NULL, done_at = NULL, error = NULL`

func keepDeletionWork(tx *engine.Tx, change lifecycle.Change, known lifecycle.Deletion, had bool, x lifecycle.Deletion) error {
	unit, due := string(change.Unit.ID), x.Due()
	if x.Done() || due.IsZero() {
		_, err := tx.Exec(sqlCloseWork, unit, string(x.Binding), x.Cloud, change.At.UnixMilli())
		return err
	}
	if had && known.Due().Equal(due) {
		return nil
	}
	_, err := tx.Exec(sqlOpenDeletionWork, unit, string(x.Binding), x.Cloud, int64(x.Epoch), due.UnixMilli())
	return err
}
