package imports

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
)

// try says what would become of a portion, and writes nothing but that.
func (i *Imports) try(ctx context.Context, job, next lifecycle.Import, p portion) (lifecycle.Import, error) {
	wrong := p.wrong
	if job.Kind == lifecycle.ImportSales {
		fates, refused, err := i.config.Store.TrySales(ctx, job, p.sales)
		if err != nil {
			return job, fmt.Errorf("try sales: %w", err)
		}
		for fate, rows := range fates {
			next.Counts.Count(fate, rows)
		}
		wrong = slices.Concat(wrong, refused)
	} else {
		known, err := i.known(ctx, job, p.chunk)
		if err != nil {
			return job, err
		}
		next.Counts.Known += int64(len(known)) // those that the file has twice were found before
		next.Counts.Added += int64(len(p.chunk.Rows) - len(known))
		wrong = slices.Concat(wrong, known)
	}
	slices.SortStableFunc(wrong, func(a, b lifecycle.ImportError) int { return int(a.Row - b.Row) })
	return i.config.Store.CheckImport(ctx, job, next, wrong)
}

// known are the errors of rows whose serials are on record.
func (i *Imports) known(ctx context.Context, job lifecycle.Import, chunk lifecycle.Chunk) ([]lifecycle.ImportError, error) {
	if len(chunk.Rows) == 0 {
		return nil, nil
	}
	keys := make([]string, len(chunk.Rows))
	at := map[string]lifecycle.ChunkRow{}
	for n, row := range chunk.Rows {
		keys[n] = chunk.Key(row).String()
		at[keys[n]] = row
	}
	found, err := i.config.Store.KnownUnits(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("look up serials: %w", err)
	}
	var wrong []lifecycle.ImportError
	for _, unit := range found {
		row := at[unit.Key]
		wrong = append(wrong, job.OnRecord(row.Row, row.Serial, unit))
	}
	return wrong, nil
}
