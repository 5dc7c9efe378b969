package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

const sqlStartRun = `
INSERT INTO sweep_run (job, slot, started_at, alive_at, ended_at, seen, flagged, failed, error, position)
VALUES ($1, $2, $3, $3, NULL, 0, 0, 0, NULL, NULL)
ON CONFLICT DO NOTHING`

// StartRun reports whether this caller is the one to run the job for this
// slot: of all that ask, one is.
func (s *Store) StartRun(ctx context.Context, job string, slot time.Time) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		rows, err := tx.Exec(sqlStartRun, job, slot.UnixMilli(), s.now().UnixMilli())
		if err != nil {
			return false, fmt.Errorf("start %s: %w", job, err)
		}
		return rows == 1, nil
	})
}

const sqlFinishRun = `
UPDATE sweep_run SET ended_at = $3, seen = $4, flagged = $5, failed = $6, error = $7, position = $8, alive_at = $9
WHERE job = $1 AND slot = $2 AND ended_at IS NULL`

// FinishRun writes what came of a run. Without Ended it writes how far the run
// is by now, and that it goes on. A run that has ended, or that another process
// took for dead, is lifecycle.ErrNotFound: whoever ran it must stop.
func (s *Store) FinishRun(ctx context.Context, run lifecycle.SweepRun) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		rows, err := tx.Exec(sqlFinishRun, run.Job, run.Slot.UnixMilli(), engine.At(run.Ended), int64(run.Seen),
			int64(run.Flagged), int64(run.Failed), engine.Opt(run.Error), engine.Opt(run.Position), s.now().UnixMilli())
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("finish %s: %w", run.Job, err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlAbandonRun = `
UPDATE sweep_run SET ended_at = coalesce(alive_at, started_at), error = 'unfinished'
WHERE job = $1 AND slot = $2 AND ended_at IS NULL AND coalesce(alive_at, started_at) = $3`

// AbandonRun marks a run as never finished. It does nothing, and reports false,
// when the run has said something since it was read.
func (s *Store) AbandonRun(ctx context.Context, run lifecycle.SweepRun) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		rows, err := tx.Exec(sqlAbandonRun, run.Job, run.Slot.UnixMilli(), run.Alive.UnixMilli())
		if err != nil {
			return false, fmt.Errorf("abandon %s: %w", run.Job, err)
		}
		return rows == 1, nil
	})
}

const sqlRuns = `
SELECT job, slot, started_at, coalesce(alive_at, started_at), ended_at, seen, flagged, failed, error, position FROM sweep_run
WHERE job = $1 AND slot <= $2
ORDER BY slot DESC LIMIT $3`

// Runs lists the last runs of a job, newest first.
func (s *Store) Runs(ctx context.Context, job string, limit int) ([]lifecycle.SweepRun, error) {
	return s.runs(ctx, sqlRuns, job, math.MaxInt64, limit)
}

// RunsUntil lists the last runs of a job whose slot is not after until.
func (s *Store) RunsUntil(ctx context.Context, job string, until time.Time, limit int) ([]lifecycle.SweepRun, error) {
	return s.runs(ctx, sqlRuns, job, until.UnixMilli(), limit)
}

const sqlGoodRuns = `
SELECT job, slot, started_at, coalesce(alive_at, started_at), ended_at, seen, flagged, failed, error, position FROM sweep_run
WHERE job = $1 AND slot <= $2 AND ended_at IS NOT NULL AND coalesce(error, '') NOT IN ('failed', 'unfinished')
ORDER BY slot DESC LIMIT $3`

// GoodRun is the last run of a job that did its work, whose slot is not after
// until; the zero run where there is none.
func (s *Store) GoodRun(ctx context.Context, job string, until time.Time) (lifecycle.SweepRun, error) {
	runs, err := s.runs(ctx, sqlGoodRuns, job, until.UnixMilli(), 1)
	if err != nil || len(runs) == 0 {
		return lifecycle.SweepRun{}, err
	}
	return runs[0], nil
}

func (s *Store) runs(ctx context.Context, query, job string, until int64, limit int) ([]lifecycle.SweepRun, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.SweepRun, error) {
		return engine.List(tx, query, []any{job, until, int64(limitOf(lifecycle.Page{Limit: limit}))}, scanRun)
	})
}

func scanRun(scan engine.Scan) (lifecycle.SweepRun, error) {
	var r lifecycle.SweepRun
	err := scan(&r.Job, engine.Instant{To: &r.Slot}, engine.Instant{To: &r.Started}, engine.Instant{To: &r.Alive},
		engine.Instant{To: &r.Ended}, &r.Seen, &r.Flagged, &r.Failed, engine.TextTo(&r.Error), engine.TextTo(&r.Position))
	return r, err
}

// LateShipments lists units that were sent before and have not arrived.
func (s *Store) LateShipments(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
	return s.candidates(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.UnitID, error) {
		return facts.LateShipments(tx, before, page.After, limit)
	})
}

// AbsentReturns lists returned units that were taken back before, or that
// called from their old home since. Their snapshots say which is to be flagged.
func (s *Store) AbsentReturns(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
	return s.candidates(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.UnitID, error) {
		return facts.AbsentReturns(tx, before, page.After, limit)
	})
}

// ResoldWithoutReturn lists units in customers' hands that may have changed
// them without a return. Their snapshots and bindings say which did.
func (s *Store) ResoldWithoutReturn(ctx context.Context, page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
	return s.candidates(ctx, page, func(tx *engine.Tx, limit int) ([]lifecycle.UnitID, error) {
		return facts.Resold(tx, page.After, limit)
	})
}

func (s *Store) candidates(ctx context.Context, page lifecycle.Page, list func(*engine.Tx, int) ([]lifecycle.UnitID, error),
) ([]lifecycle.UnitID, string, error) {
	limit := limitOf(page)
	units, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.UnitID, error) { return list(tx, limit) })
	if err != nil {
		return nil, "", fmt.Errorf("list candidates: %w", err)
	}
	return units, after(units, limit, func(id lifecycle.UnitID) string { return string(id) }), nil
}
