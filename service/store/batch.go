package store

import (
	"context"
	"fmt"
	"math"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddBatch = `
INSERT INTO batch (batch_id, org_id, opened_by, opened_at, condition, reason, entries)
VALUES ($1, $2, $3, $4, $5, $6, 0)`

// SaveBatch puts a new batch on record. A replay is answered with the first
// one's.
func (s *Store) SaveBatch(ctx context.Context, b lifecycle.Batch) (lifecycle.Batch, error) {
	saved, _, err := onceGuarded(ctx, s, "batch of "+string(b.Org), func(tx *engine.Tx) (lifecycle.Batch, error) {
		b.OpenedAt, b.Entries = stored(b.OpenedAt), 0
		_, err := tx.Exec(sqlAddBatch, string(b.ID), string(b.Org), string(b.OpenedBy), b.OpenedAt.UnixMilli(), b.Condition, b.Reason)
		if err != nil {
			return b, fmt.Errorf("write batch %s: %w", b.ID, err)
		}
		return b, nil
	})
	return saved, err
}

const sqlBatch = `
SELECT batch_id, org_id, opened_by, opened_at, condition, reason, entries, closed_by, closed_at
FROM batch WHERE batch_id = $1`

// Batch reads one batch. Whose it is, is the caller's to hold it against.
func (s *Store) Batch(ctx context.Context, id lifecycle.BatchID) (lifecycle.Batch, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Batch, error) { return readBatch(tx, id) })
}

func readBatch(tx *engine.Tx, id lifecycle.BatchID) (b lifecycle.Batch, err error) {
	found, err := tx.Get(sqlBatch, []any{string(id)}, batchColumns(&b)...)
	if err != nil {
		return b, fmt.Errorf("read batch: %w", err)
	}
	if !found {
		return b, fmt.Errorf("batch: %w", lifecycle.ErrNotFound)
	}
	return b, nil
}

func batchColumns(b *lifecycle.Batch) []any {
	return []any{
		engine.TextTo(&b.ID), engine.TextTo(&b.Org), engine.TextTo(&b.OpenedBy), engine.Instant{To: &b.OpenedAt},
		&b.Condition, &b.Reason, &b.Entries, engine.TextTo(&b.ClosedBy), engine.Instant{To: &b.ClosedAt},
	}
}

const sqlBatches = `
SELECT batch_id, org_id, opened_by, opened_at, condition, reason, entries, closed_by, closed_at
FROM batch WHERE org_id = $1 AND (opened_at, batch_id) < ($2, $3)
ORDER BY opened_at DESC, batch_id DESC LIMIT $4`

// Batches lists an organisation's batches, the newest first.
func (s *Store) Batches(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Batch, string, error) {
	openedAt, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	if page.After == "" {
		openedAt = math.MaxInt64
	}
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Batch, error) {
		return engine.List(tx, sqlBatches, []any{string(org), openedAt, id, int64(limit)}, func(scan engine.Scan) (b lifecycle.Batch, err error) {
			return b, scan(batchColumns(&b)...)
		})
	})
	if err != nil {
		return nil, "", fmt.Errorf("list batches: %w", err)
	}
	return list, after(list, limit, func(b lifecycle.Batch) string { return pair(b.OpenedAt.UnixMilli(), string(b.ID)) }), nil
}

const sqlCloseBatch = `UPDATE batch SET closed_by = $2, closed_at = $3 WHERE batch_id = $1 AND closed_at IS NULL`

const sqlBatchExceptions = `SELECT count(*) FROM batch_entry WHERE batch_id = $1 AND state = 'exception'`

// CloseBatch closes an open batch in which every exception is sorted out; else
// it is a refusal, "batch.closed" or "batch.unsorted".
func (s *Store) CloseBatch(ctx context.Context, id lifecycle.BatchID, by lifecycle.PersonID) (lifecycle.Batch, error) {
	closed, _, err := onceGuarded(ctx, s, "close batch "+string(id), func(tx *engine.Tx) (lifecycle.Batch, error) {
		// The row first: who adds an entry waits for it, so what is counted then
		// is all there will be.
		rows, err := tx.Exec(sqlCloseBatch, string(id), string(by), s.instant().UnixMilli())
		if err != nil {
			return lifecycle.Batch{}, fmt.Errorf("close batch %s: %w", id, err)
		}
		batch, err := readBatch(tx, id)
		if err != nil {
			return batch, err
		}
		if rows == 0 {
			return batch, refusedBatch("batch.closed")
		}
		var open int64
		if _, err := tx.Get(sqlBatchExceptions, []any{string(id)}, &open); err != nil {
			return batch, fmt.Errorf("count exceptions of batch %s: %w", id, err)
		}
		if open > 0 {
			return batch, refusedBatch("batch.unsorted")
		}
		return batch, nil
	})
	return closed, err
}

func refusedBatch(code string) error {
	return &lifecycle.Refusal{Event: lifecycle.EventReturn, Reasons: []lifecycle.Reason{{Code: code}}}
}
