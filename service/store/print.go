package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// MakePrintJob keeps a print job. One with this id that asks for the same is
// returned as it is, and nothing is made; one that asks for something else is
// lifecycle.ErrKeyReused.
func (s *Store) MakePrintJob(ctx context.Context, job lifecycle.PrintJob) (lifecycle.PrintJob, error) {
	kept, _, err := onceGuarded(ctx, s, "print/"+string(job.ID), func(tx *engine.Tx) (lifecycle.PrintJob, error) {
		rows, err := tx.Exec(sqlMakePrintJob, string(job.Org), string(job.ID), engine.Opt(job.Person), job.Stock, int64(job.Skip),
			int64(job.Copies), int64(job.DPI), engine.Opt(job.Printer), engine.Opt(job.CopyOf), string(job.State), job.At.UnixMilli())
		if err != nil {
			return lifecycle.PrintJob{}, fmt.Errorf("write print job: %w", err)
		}
		if rows == 0 {
			return samePrintJob(tx, job)
		}
		for place, label := range job.Labels {
			_, err := tx.Exec(sqlPutPrintLabel, string(label.Unit), string(job.Org), string(job.ID), int64(place),
				int64(label.Epoch), engine.Opt(label.Certificate), string(label.State))
			if err != nil {
				return lifecycle.PrintJob{}, fmt.Errorf("write label of print job: %w", err)
			}
		}
		return job, nil
	})
	return kept, err
}

const sqlMakePrintJob = `
INSERT INTO print_job (org_id, job_id, person_id, stock, skip, copies, dpi, printer, copy_of, state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (org_id, job_id) DO NOTHING`

const sqlPutPrintLabel = `
INSERT INTO print_label (unit_id, org_id, job_id, place, epoch, certificate_code, state)
VALUES ($1, $2, $3, $4, $5, $6, $7)`

// samePrintJob is the job that has this id already.
func samePrintJob(tx *engine.Tx, job lifecycle.PrintJob) (lifecycle.PrintJob, error) {
	first, err := printJob(tx, job.Org, job.ID)
	if err != nil {
		return first, err
	}
	if !first.Same(job) {
		return lifecycle.PrintJob{}, fmt.Errorf("print job %s asks for something else: %w", job.ID, lifecycle.ErrKeyReused)
	}
	return first, nil
}

// PrintJob reads one of an organisation's print jobs.
func (s *Store) PrintJob(ctx context.Context, org lifecycle.OrgID, id lifecycle.PrintJobID) (lifecycle.PrintJob, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.PrintJob, error) { return printJob(tx, org, id) })
}

const sqlPrintJob = `
SELECT org_id, job_id, person_id, stock, skip, copies, dpi, printer, copy_of, state, created_at, sending_at, ended_at
FROM print_job WHERE org_id = $1 AND job_id = $2`

const sqlPrintLabels = `
SELECT unit_id, epoch, certificate_code, state FROM print_label
WHERE org_id = $1 AND job_id = $2 ORDER BY place`

func printJob(tx *engine.Tx, org lifecycle.OrgID, id lifecycle.PrintJobID) (job lifecycle.PrintJob, err error) {
	found, err := tx.Get(sqlPrintJob, []any{string(org), string(id)}, printJobColumns(&job)...)
	if err == nil && !found {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return job, fmt.Errorf("read print job: %w", err)
	}
	job.Labels, err = engine.List(tx, sqlPrintLabels, []any{string(org), string(id)}, func(scan engine.Scan) (l lifecycle.PrintLabel, err error) {
		err = scan(engine.TextTo(&l.Unit), &l.Epoch, engine.TextTo(&l.Certificate), engine.TextTo(&l.State))
		return l, err
	})
	if err != nil {
		return job, fmt.Errorf("read labels of print job: %w", err)
	}
	return job, nil
}

func printJobColumns(job *lifecycle.PrintJob) []any {
	return []any{
		engine.TextTo(&job.Org), engine.TextTo(&job.ID), engine.TextTo(&job.Person), &job.Stock, &job.Skip, &job.Copies, &job.DPI,
		engine.TextTo(&job.Printer), engine.TextTo(&job.CopyOf), engine.TextTo(&job.State),
		engine.Instant{To: &job.At}, engine.Instant{To: &job.SendingAt}, engine.Instant{To: &job.EndedAt},
	}
}

const sqlPrintJobs = `
SELECT org_id, job_id, person_id, stock, skip, copies, dpi, printer, copy_of, state, created_at, sending_at, ended_at
FROM print_job WHERE org_id = $1 ORDER BY created_at DESC, job_id DESC LIMIT $2`

// PrintJobs lists an organisation's newest print jobs, without their labels.
func (s *Store) PrintJobs(ctx context.Context, org lifecycle.OrgID, limit int) ([]lifecycle.PrintJob, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.PrintJob, error) {
		return engine.List(tx, sqlPrintJobs, []any{string(org), int64(limit)}, func(scan engine.Scan) (job lifecycle.PrintJob, err error) {
			err = scan(printJobColumns(&job)...)
			return job, err
		})
	})
}

const sqlMovePrintJob = `
UPDATE print_job SET state = $4, sending_at = coalesce($5, sending_at), ended_at = $6
WHERE org_id = $1 AND job_id = $2 AND state = $3`

const sqlMovePrintLabels = `UPDATE print_label SET state = $3 WHERE org_id = $1 AND job_id = $2`

const sqlMovePrintLabel = `UPDATE print_label SET state = $4 WHERE org_id = $1 AND job_id = $2 AND place = $3`

// MovePrintJob takes a job one step on. It reports false where the job is no
// longer in the state that the step begins from: then somebody else has it.
func (s *Store) MovePrintJob(ctx context.Context, org lifecycle.OrgID, id lifecycle.PrintJobID, move lifecycle.PrintMove) (bool, error) {
	var sending, ended time.Time
	switch move.To {
	case lifecycle.PrintSending:
		sending = move.At
	case lifecycle.PrintSent, lifecycle.PrintFailed, lifecycle.PrintDoubt:
		ended = move.At
	}
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		rows, err := tx.Exec(sqlMovePrintJob, string(org), string(id), string(move.From), string(move.To), engine.At(sending), engine.At(ended))
		if err != nil || rows == 0 {
			return false, err
		}
		if len(move.Labels) == 0 {
			_, err = tx.Exec(sqlMovePrintLabels, string(org), string(id), string(move.To))
		}
		for place, state := range move.Labels {
			if err == nil {
				_, err = tx.Exec(sqlMovePrintLabel, string(org), string(id), int64(place), string(state))
			}
		}
		if err != nil {
			return false, fmt.Errorf("move labels of print job: %w", err)
		}
		return true, nil
	})
}
