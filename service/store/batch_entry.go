package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// AdvanceInBatch is Advance, and writes the entry of the batch in the same
// transaction: a unit is back by a batch exactly if the batch says so. An entry
// with a place stands on record as an exception, and becomes taken.
func (s *Store) AdvanceInBatch(ctx context.Context, unit lifecycle.UnitID, entry lifecycle.BatchEntry, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, func(tx *engine.Tx, _ lifecycle.Unit) error {
		if entry.Place > 0 {
			return s.takeEntry(tx, entry)
		}
		_, err := s.addEntry(tx, entry)
		return err
	}, decide)
}

// AddBatchEntry writes an entry of which no unit came back.
func (s *Store) AddBatchEntry(ctx context.Context, entry lifecycle.BatchEntry) (lifecycle.BatchEntry, error) {
	saved, _, err := onceGuarded(ctx, s, "batch "+string(entry.Batch), func(tx *engine.Tx) (lifecycle.BatchEntry, error) {
		return s.addEntry(tx, entry)
	})
	return saved, err
}

const sqlNextPlace = `
UPDATE batch SET entries = entries + 1 WHERE batch_id = $1 AND closed_at IS NULL AND entries < $2
RETURNING entries`

const sqlAddEntry = `
INSERT INTO batch_entry (batch_id, entry_id, place, person_id, station, scanned_at, at, queued, brand, serial, shown,
  verdict, state, reasons, secret_redacted, return_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (batch_id, entry_id) DO NOTHING`

// addEntry gives the entry the next place of an open batch. The batch's row
// makes entries, and who closes it, wait for each other.
func (s *Store) addEntry(tx *engine.Tx, e lifecycle.BatchEntry) (lifecycle.BatchEntry, error) {
	found, err := tx.Get(sqlNextPlace, []any{string(e.Batch), int64(lifecycle.MaxBatchEntries)}, &e.Place)
	if err != nil {
		return e, fmt.Errorf("next place in batch %s: %w", e.Batch, err)
	}
	if !found {
		batch, err := readBatch(tx, e.Batch)
		switch {
		case err != nil:
			return e, err
		case !batch.Open():
			return e, refusedBatch("batch.closed")
		}
		return e, refusedBatch("batch.full")
	}
	reasons, err := json.Marshal(e.Reasons)
	if err != nil {
		return e, fmt.Errorf("encode reasons of an entry: %w", err)
	}
	e.ScannedAt, e.At = stored(e.ScannedAt), s.instant()
	rows, err := tx.Exec(sqlAddEntry, string(e.Batch), e.ID, e.Place, string(e.Person), engine.Opt(e.Station), e.ScannedAt.UnixMilli(),
		e.At.UnixMilli(), e.Queued, engine.Opt(e.Key.Brand), engine.Opt(e.Key.Serial), e.Shown, string(e.Verdict), string(e.State),
		string(reasons), e.SecretsRedacted, engine.Opt(e.Return))
	if err != nil {
		return e, fmt.Errorf("write entry of batch %s: %w", e.Batch, err)
	}
	if rows == 0 {
		return e, fmt.Errorf("entry of batch %s: %w", e.Batch, lifecycle.ErrKeyReused)
	}
	return e, nil
}

const sqlTakeEntry = `
UPDATE batch_entry SET state = 'taken', verdict = $3, return_id = $4
WHERE batch_id = $1 AND entry_id = $2 AND state = 'exception'`

func (s *Store) takeEntry(tx *engine.Tx, e lifecycle.BatchEntry) error {
	rows, err := tx.Exec(sqlTakeEntry, string(e.Batch), e.ID, string(e.Verdict), string(e.Return))
	if err != nil {
		return fmt.Errorf("write entry of batch %s: %w", e.Batch, err)
	}
	if rows == 0 {
		return refusedBatch("batch.settled")
	}
	return nil
}

const sqlSettleEntry = `
UPDATE batch_entry SET state = 'settled', settlement = $3, settled_by = $4, settled_at = $5
WHERE batch_id = $1 AND entry_id = $2 AND state = 'exception'`

// SettleBatchEntry writes what a person did about an exception. One that is
// sorted out already is a refusal, "batch.settled".
func (s *Store) SettleBatchEntry(ctx context.Context, batch lifecycle.BatchID, entry, settlement string, by lifecycle.PersonID,
) (lifecycle.BatchEntry, error) {
	settled, _, err := onceGuarded(ctx, s, "settle "+string(batch)+" "+entry, func(tx *engine.Tx) (lifecycle.BatchEntry, error) {
		rows, err := tx.Exec(sqlSettleEntry, string(batch), entry, settlement, string(by), s.instant().UnixMilli())
		if err != nil {
			return lifecycle.BatchEntry{}, fmt.Errorf("settle entry of batch %s: %w", batch, err)
		}
		e, found, err := readEntry(tx, batch, entry)
		switch {
		case err != nil:
			return e, err
		case !found:
			return e, fmt.Errorf("entry of batch %s: %w", batch, lifecycle.ErrNotFound)
		case rows == 0:
			return e, refusedBatch("batch.settled")
		}
		return e, nil
	})
	return settled, err
}

const sqlEntry = `
SELECT batch_id, entry_id, place, person_id, station, scanned_at, at, queued, brand, serial, shown, verdict, state, reasons,
  secret_redacted, return_id, settlement, settled_by, settled_at
FROM batch_entry WHERE batch_id = $1 AND entry_id = $2`

// BatchEntry finds an entry by the id that its client gave it. The idempotency
// key in ctx is that id: where it came with another body before, the error
// matches lifecycle.ErrKeyReused.
func (s *Store) BatchEntry(ctx context.Context, batch lifecycle.BatchID, id string) (lifecycle.BatchEntry, bool, error) {
	var found bool
	entry, err := get(ctx, s, func(tx *engine.Tx) (entry lifecycle.BatchEntry, err error) {
		if attempt, has := access.IdempotencyFrom(ctx); has {
			if _, _, err := s.savedAnswer(tx, "batch "+string(batch), attempt); err != nil {
				return entry, err
			}
		}
		entry, found, err = readEntry(tx, batch, id)
		return entry, err
	})
	return entry, found, err
}

func readEntry(tx *engine.Tx, batch lifecycle.BatchID, id string) (e lifecycle.BatchEntry, found bool, err error) {
	err = tx.Each(sqlEntry, []any{string(batch), id}, func(scan engine.Scan) error {
		found = true
		e, err = scanEntry(scan)
		return err
	})
	if err != nil {
		return e, found, fmt.Errorf("read entry of batch %s: %w", batch, err)
	}
	return e, found, nil
}

const sqlEntriesOf = `
SELECT batch_id, entry_id, place, person_id, station, scanned_at, at, queued, brand, serial, shown, verdict, state, reasons,
  secret_redacted, return_id, settlement, settled_by, settled_at
FROM batch_entry WHERE batch_id = $1 ORDER BY place`

// BatchEntries lists the entries of a batch in the order in which they came:
// lifecycle.MaxBatchEntries at most.
func (s *Store) BatchEntries(ctx context.Context, batch lifecycle.BatchID) ([]lifecycle.BatchEntry, error) {
	list, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.BatchEntry, error) {
		return engine.List(tx, sqlEntriesOf, []any{string(batch)}, scanEntry)
	})
	if err != nil {
		return nil, fmt.Errorf("list entries of batch %s: %w", batch, err)
	}
	return list, nil
}

func scanEntry(scan engine.Scan) (e lifecycle.BatchEntry, err error) {
	var reasons string
	err = scan(engine.TextTo(&e.Batch), &e.ID, &e.Place, engine.TextTo(&e.Person), engine.TextTo(&e.Station),
		engine.Instant{To: &e.ScannedAt}, engine.Instant{To: &e.At}, &e.Queued, engine.TextTo(&e.Key.Brand), engine.TextTo(&e.Key.Serial),
		&e.Shown, engine.TextTo(&e.Verdict), engine.TextTo(&e.State), &reasons, &e.SecretsRedacted, engine.TextTo(&e.Return),
		engine.TextTo(&e.Settlement), engine.TextTo(&e.SettledBy), engine.Instant{To: &e.SettledAt})
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(reasons), &e.Reasons)
}

const sqlEntryOfReturn = `SELECT place FROM batch_entry WHERE batch_id = $1 AND return_id = $2`

// PlaceOfReturn is the place in the batch of the entry by which a unit came
// back; 0: it did not by this one.
func (s *Store) PlaceOfReturn(ctx context.Context, batch lifecycle.BatchID, id lifecycle.ReturnID) (int64, error) {
	return get(ctx, s, func(tx *engine.Tx) (place int64, err error) {
		_, err = tx.Get(sqlEntryOfReturn, []any{string(batch), string(id)}, &place)
		if err != nil {
			return 0, fmt.Errorf("find return in batch %s: %w", batch, err)
		}
		return place, nil
	})
}
