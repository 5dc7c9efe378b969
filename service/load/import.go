package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/fleet/imports"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/drive"
	"quitclaim/service/load/fleet"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
	"quitclaim/service/store"
)

// importPerSecond is what the number of rows is chosen by, so that each side
// works for about as long as it should.
const importPerSecond = 20_000

// importRows measure an import, from the first byte of its file to its last row,
// beside a bare program that does the same inserts and nothing else: into an
// empty table, and into a fleet.
func importRows(ctx context.Context, env environment) ([]table.Row, error) {
	count := max(int(importPerSecond*env.each.Seconds()), 1000)
	sizes := []int{0}
	if env.fleet > 0 && env.database == "" { // fleets are made in SQLite alone
		sizes = append(sizes, env.fleet)
	}
	var rows []table.Row
	for _, units := range sizes {
		one, err := importRow(ctx, env, units, count)
		if err != nil {
			return rows, err
		}
		rows = append(rows, one)
	}
	return rows, nil
}

// importRow measures both sides one after the other, in two empty databases or
// in one that has so many units that a file more makes no difference: what the
// bare program writes was recorded in a copy of it, before it had any.
func importRow(ctx context.Context, env environment, units, count int) (r table.Row, err error) {
	at, err := newPlace(ctx, env, fmt.Sprintf("import-%d", units))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, at.drop(ctx, env)) }()
	f := &largeFleet{Fleet: fleet.Fleet{Dir: at.dir, Units: units, Watched: max(units/100, 1)}}
	if f.keys, err = keyring.Open(filepath.Join(at.dir, "keys"), fleetOrigin); err != nil {
		return r, err
	}
	if err := f.found(ctx, at); err != nil {
		return r, err
	}
	repeat, err := f.recorded(ctx, env, at, count)
	if err != nil {
		return r, err
	}
	if units > 0 {
		if err := f.Fill(ctx, env.progress); err != nil {
			return r, err
		}
	}
	ours := at
	if units == 0 {
		if ours, err = at.copy(ctx, env, filepath.Base(at.dir)+"-ours"); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, ours.drop(ctx, env)) }()
	}
	fmt.Fprintf(env.progress, "import: %d rows beside %d units\n", count, units)
	bare, err := newBare(ctx, at, repeat)
	if err != nil {
		return r, err
	}
	err = errors.Join(bare.run(ctx, len(repeat)), bare.close())
	if err != nil {
		return r, err
	}
	took, err := f.imported(ctx, ours, count, nil)
	if err != nil {
		return r, err
	}
	where := "an empty table"
	if units > 0 {
		where = millions(units)
	}
	theirs := table.PerSecond(float64(count) / bare.busy.Seconds())
	r = table.AtLeast(0.5, "import, into "+where, table.PerSecond(float64(count)/(took.upload+took.rows).Seconds()), theirs)
	r.Note = fmt.Sprintf("%d rows; the file came in within %s, its rows within %s; %.0f µs of processor time a row, bare %.0f µs",
		count, drive.Short(took.upload), drive.Short(took.rows), micros(took.cpu, count), micros(bare.cpu, count))
	return r, nil
}

func micros(d time.Duration, count int) float64 { return float64(d.Microseconds()) / float64(count) }

// found makes the organisations and the model in a place.
func (f *largeFleet) found(ctx context.Context, at place) (err error) {
	s, err := f.openAt(ctx, at, nil)
	if err != nil {
		return err
	}
	if err := f.settle(ctx, s); err != nil {
		return errors.Join(err, s.Close())
	}
	f.ready(s)
	return s.Close()
}

func (f *largeFleet) openAt(ctx context.Context, at place, trace func(string, []any)) (*store.Store, error) {
	return at.open(ctx, store.Config{Keys: f.keys, Now: clock, NewID: fleetID, NewLabel: drawLabel, Trace: trace})
}

// recorded imports a file in a copy of the place, and is what was written for
// it: one transaction for each chunk, without the job's own record.
func (f *largeFleet) recorded(ctx context.Context, env environment, at place, count int) (list [][]statement, err error) {
	beside, err := at.copy(ctx, env, filepath.Base(at.dir)+"-beside")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, beside.drop(ctx, env)) }()
	var open []statement
	_, err = f.imported(ctx, beside, count, func(query string, args []any) {
		switch verb, _, _ := strings.Cut(query, " "); {
		case verb == "BEGIN":
			open = nil
		case verb == "COMMIT":
			if slices.ContainsFunc(open, func(s statement) bool { return strings.Contains(s.query, "INTO unit ") }) {
				list = append(list, open)
			}
			open = nil
		case strings.Contains(query, "INSERT") && !strings.Contains(query, "import_") || strings.Contains(query, "INTO unit ") ||
			strings.Contains(query, "UPDATE log_head"):
			open = append(open, statement{query, slices.Clone(args)})
		}
	})
	return list, err
}

// importTook is how long an import took.
type importTook struct{ upload, rows, cpu time.Duration }

// imported imports a file of new units, as the product does: the room on the
// store, with nothing but the socket left out.
func (f *largeFleet) imported(ctx context.Context, at place, count int, trace func(string, []any)) (took importTook, err error) {
	s, err := f.openAt(ctx, at, trace)
	if err != nil {
		return took, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	room := imports.New(imports.Config{
		Store: s, Now: clock, NewID: newID, Log: slog.New(slog.DiscardHandler),
	})
	vendor := access.Principal{
		Kind: access.KindPerson, Person: f.Clerk, Org: f.Vendor, OrgKind: lifecycle.OrgVendor, Roles: []lifecycle.Role{lifecycle.RoleAdmin},
	}
	file, err := f.file(count)
	if err != nil {
		return took, err
	}
	defer file.Close()
	begin, computed := time.Now(), machine.CPUTime()
	job, err := room.Receive(ctx, vendor, imports.Upload{Kind: lifecycle.ImportUnits, Reference: newID()}, file)
	if err != nil {
		return took, err
	}
	took.upload = time.Since(begin)
	if _, err := room.RunOnce(ctx); err != nil {
		return took, err
	}
	took.rows, took.cpu = time.Since(begin)-took.upload, machine.CPUTime()-computed
	if job, err = s.Import(ctx, job.ID); err == nil && job.Counts.Added != int64(count) {
		err = fmt.Errorf("import added %d rows of %d: %w", job.Counts.Added, count, errImport)
	}
	return took, err
}

var errImport = errors.New("the sides did not do the same work")

// file writes a list of new units as a production line does.
func (f *largeFleet) file(count int) (*os.File, error) {
	file, err := os.CreateTemp(filepath.Dir(f.Dir), "import-*.csv")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil { // it goes with its last reader
		return nil, errors.Join(err, file.Close())
	}
	prefix := newID()[:8]
	var text strings.Builder
	text.WriteString("serial,gtin,line,made at\r\n")
	for i := range count {
		fmt.Fprintf(&text, "%s%08d,%s,L7,2026-11-21T10:00:00Z\r\n", prefix, i, f.Model.GTIN)
	}
	if _, err := io.WriteString(file, text.String()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}
