package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// importLease is for how long a worker has an import before it must have written
// its next step.
const importLease = 30 * time.Second

// KnownUnits lists who has these folded keys, of those that are on record.
func (s *Store) KnownUnits(ctx context.Context, keys []string) ([]lifecycle.KnownUnit, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.KnownUnit, error) { return facts.Known(tx, keys) })
}

// CheckImport writes what a portion of rows would have come to: a dry run. job is
// as it was before, next as it is after them.
func (s *Store) CheckImport(ctx context.Context, job, next lifecycle.Import, wrong []lifecycle.ImportError) (lifecycle.Import, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) { return s.stepImport(tx, job, next, wrong) })
}

// stepImport moves an import on, with the errors of the rows in between.
func (s *Store) stepImport(tx *engine.Tx, job, next lifecycle.Import, wrong []lifecycle.ImportError) (lifecycle.Import, error) {
	next.Attempt = job.Attempt
	if err := s.addImportErrors(tx, job.ID, job.Counts.Errors, wrong); err != nil {
		return next, err
	}
	next.Counts.Errors = job.Counts.Errors + int64(len(wrong))
	lease := importLease
	if !next.State.Works() || next.State != job.State {
		lease = 0
	}
	return s.moveImport(tx, next, job.State, lease)
}

// sortErrors brings errors that were found late to their rows.
func sortErrors(wrong []lifecycle.ImportError) {
	slices.SortStableFunc(wrong, func(a, b lifecycle.ImportError) int { return int(a.Row - b.Row) })
}

const sqlAddChunk = `INSERT INTO import_chunk (import_id, first_row, last_row, entry_id) VALUES ($1, $2, $3, $4)`

// ImportUnits puts a chunk's units on record, writes its one ledger entry, and
// moves the import on, all in one transaction. Rows whose key is on record
// already are errors beside those that are given.
func (s *Store) ImportUnits(ctx context.Context, job, next lifecycle.Import, chunk lifecycle.Chunk, wrong []lifecycle.ImportError,
) (lifecycle.Import, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) {
		added, known, err := facts.AddChunk(tx, chunk, s.newLabel)
		if err != nil {
			return next, err
		}
		all, next := wrong, next // run may come again
		if len(known) > 0 {
			all = slices.Concat(wrong, onRecord(job, chunk, known))
			sortErrors(all)
			for _, k := range known {
				next.Counts.Count(k.Fate(job.ID), 1)
			}
		}
		next.Counts.Added += int64(len(added.Rows))
		if err := s.enterChunk(tx, added); err != nil {
			return next, err
		}
		return s.stepImport(tx, job, next, all)
	})
}

// onRecord are the errors of rows whose keys somebody has.
func onRecord(job lifecycle.Import, chunk lifecycle.Chunk, known []lifecycle.KnownUnit) []lifecycle.ImportError {
	by := map[string]lifecycle.KnownUnit{}
	for _, k := range known {
		by[k.Key] = k
	}
	var wrong []lifecycle.ImportError
	for _, row := range chunk.Rows {
		if k, taken := by[chunk.Key(row).String()]; taken {
			wrong = append(wrong, job.OnRecord(row.Row, row.Serial, k))
		}
	}
	return wrong
}

func (s *Store) enterChunk(tx *engine.Tx, chunk lifecycle.Chunk) error {
	if len(chunk.Rows) == 0 {
		return nil
	}
	body, err := json.Marshal(chunk)
	if err != nil {
		return fmt.Errorf("encode chunk of import %s: %w", chunk.Import, err)
	}
	entry := s.newID("ent")
	_, err = s.log.Append(tx, book.Record{
		ID: entry, At: chunk.At, Kind: lifecycle.LeafImport, Subject: string(chunk.Import), Event: lifecycle.LeafImport, Body: body,
	})
	if err != nil {
		return err
	}
	first, last := chunk.Rows[0].Row, chunk.Rows[len(chunk.Rows)-1].Row
	if _, err := tx.Exec(sqlAddChunk, string(chunk.Import), first, last, entry); err != nil {
		return fmt.Errorf("note chunk of import %s: %w", chunk.Import, err)
	}
	return nil
}

const sqlUnitChunk = `
SELECT e.idx, e.entry, u.import_row FROM unit u
JOIN import_chunk c ON c.import_id = u.import_id AND c.first_row <= u.import_row AND c.last_row >= u.import_row
JOIN log_entry e ON e.entry_id = c.entry_id
WHERE u.unit_id = $1 AND e.idx > $2`

// importedBefore is the first change of a unit that came with an import, whose
// ledger entry it shares with others; nothing for any other, or when that entry
// is not after since.
func importedBefore(tx *engine.Tx, unit lifecycle.UnitID, since int64) ([]lifecycle.Outcome, error) {
	var index, row int64
	var entry []byte
	found, err := tx.Get(sqlUnitChunk, []any{string(unit), since}, &index, &entry, &row)
	if err != nil || !found {
		return nil, err
	}
	chunk, err := book.Chunk(entry)
	if err != nil {
		return nil, fmt.Errorf("ledger entry %d: %w", index, err)
	}
	for _, r := range chunk.Rows {
		if r.Unit == unit {
			change, err := chunk.Change(r)
			return []lifecycle.Outcome{{Change: change, Index: index}}, err
		}
	}
	return nil, nil
}

// ImportSales records sales that happened already, each by its own rule and with
// its own ledger entry, and moves the import on, all in one transaction. What a
// rule refuses is an error of its row.
func (s *Store) ImportSales(ctx context.Context, job, next lifecycle.Import, sales []lifecycle.SaleRow, wrong []lifecycle.ImportError,
) (lifecycle.Import, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) {
		all, next := slices.Clone(wrong), next
		for _, sale := range sales {
			fate, reasons, err := s.sellRow(tx, job, sale)
			if err != nil {
				return next, err
			}
			next.Counts.Count(fate, 1)
			all = append(all, reasons...)
		}
		sortErrors(all)
		return s.stepImport(tx, job, next, all)
	})
}
