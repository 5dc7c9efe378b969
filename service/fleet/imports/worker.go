package imports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// lease is for how long a worker has an import that it has just claimed; each
// step renews it.
const lease = 30 * time.Second

// Run works imports until ctx ends: one at a time in each process.
func (i *Imports) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		worked, err := i.RunOnce(ctx)
		if err != nil && ctx.Err() == nil {
			i.config.Log.LogAttrs(ctx, slog.LevelError, "import", slog.Any("error", err))
		}
		if worked && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-i.kick:
		case <-i.config.Ticks:
		}
	}
	return nil
}

// RunOnce works one import that waits, for as long as it moves on. It reports
// false where none waits.
func (i *Imports) RunOnce(ctx context.Context) (bool, error) {
	job, found, err := i.config.Store.ClaimImport(ctx, lease)
	if err != nil || !found {
		return false, err
	}
	done, err := i.work(ctx, job)
	switch {
	case err == nil:
		return true, i.drop(ctx, done)
	case errors.Is(err, lifecycle.ErrStale), ctx.Err() != nil:
		return true, ctx.Err() // somebody cancelled it or took it over
	case errors.Is(err, lifecycle.ErrBusy):
		return true, fmt.Errorf("import %s waits: %w", job.ID, err) // until the lease is over
	}
	return true, errors.Join(fmt.Errorf("import %s: %w", job.ID, err), i.fail(ctx, job.ID))
}

// fail ends an import that cannot go on.
func (i *Imports) fail(ctx context.Context, id lifecycle.ImportID) error {
	_, err := i.config.Store.ChangeImport(ctx, id, func(job lifecycle.Import) (lifecycle.Import, error) {
		if job.State.Final() {
			return job, lifecycle.ErrStale
		}
		job.State, job.Failure = lifecycle.ImportFailed, "import.stopped"
		return job, nil
	})
	return err
}

// ahead is how many portions are read while one is written.
const ahead = 2

// work moves an import on, portion by portion, to the end of its file. The next
// rows are read while those before are written.
func (i *Imports) work(ctx context.Context, job lifecycle.Import) (lifecycle.Import, error) {
	reading, stop := context.WithCancel(ctx)
	portions := make(chan portion, ahead)
	failed := make(chan error, 1)
	go func() {
		defer close(portions)
		failed <- i.readAll(reading, job, portions)
	}()
	var err error
	for portion := range portions {
		if job, err = i.step(ctx, job, portion); err != nil {
			break
		}
	}
	stop()
	for range portions { // until the reader has seen that it is to stop
	}
	if wrong := <-failed; err == nil {
		err = wrong
	}
	return job, err
}

// readAll makes portions of the rows from where the import stands.
func (i *Imports) readAll(ctx context.Context, job lifecycle.Import, portions chan<- portion) error {
	p := i.prepare(ctx, job)
	for {
		next, err := p.portion(ctx)
		if err != nil {
			return err
		}
		if job.State == lifecycle.ImportChecking && !next.end && next.offset <= job.Offset && job.Counts.Rows > 0 {
			continue // read for its serials alone
		}
		select {
		case portions <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
		if next.end {
			return nil
		}
	}
}

// step writes a portion.
func (i *Imports) step(ctx context.Context, job lifecycle.Import, p portion) (lifecycle.Import, error) {
	next := job
	next.Offset, next.Counts.Row = p.offset, max(p.row, job.Counts.Row)
	next.Counts.Rows += p.rows
	next.Counts.Count(lifecycle.RowWrong, p.wrongly)
	if p.end {
		next.State = map[lifecycle.ImportState]lifecycle.ImportState{
			lifecycle.ImportChecking: lifecycle.ImportChecked, lifecycle.ImportRunning: lifecycle.ImportDone,
		}[job.State]
	}
	p.chunk.Import, p.chunk.Actor, p.chunk.At = job.ID, job.Actor, i.config.Now()
	switch {
	case job.State == lifecycle.ImportChecking:
		return i.try(ctx, job, next, p)
	case job.Kind == lifecycle.ImportSales:
		return i.config.Store.ImportSales(ctx, job, next, p.sales, p.wrong)
	}
	return i.config.Store.ImportUnits(ctx, job, next, p.chunk, p.wrong)
}

// drop removes the file of an import that is over, piece by piece: it is not
// needed again, and sales have receipt numbers in them.
func (i *Imports) drop(ctx context.Context, job lifecycle.Import) error {
	if !job.State.Final() {
		return nil
	}
	const atOnce = 4
	for from := int64(0); from*partSize < job.Bytes; from += atOnce {
		if err := i.config.Store.DropImportParts(ctx, job.ID, from, from+atOnce); err != nil {
			return fmt.Errorf("drop the file of import %s: %w", job.ID, err)
		}
	}
	return nil
}
