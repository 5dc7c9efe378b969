package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// Tables is what the tables hold about units, beside the ledger.
type Tables interface {
	Units(ctx context.Context, filter lifecycle.UnitFilter, page lifecycle.Page) ([]lifecycle.Unit, string, error)
	// Rows is every row there is about a unit, in the shape of a snapshot.
	Rows(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
}

const (
	// unitsAtOnce bounds the memory of a replay: with more units it goes through
	// the ledger several times, each time for a part of them.
	unitsAtOnce = 200_000
	// entriesAtOnce is how many entries are read at a time.
	entriesAtOnce = 512
	// maxPrinted is how many differences are printed one by one.
	maxPrinted = 1000
)

// Result counts what a replay compared, and the differences it found.
type Result struct {
	Units int
	Found int64
}

// Run rebuilds every unit from the leaves alone, compares it with the tables
// (trust.md, I28), and prints what differs.
func Run(ctx context.Context, source ledger.Source, tables Tables, stdout io.Writer) (Result, error) {
	r := &replay{source: source, tables: tables, out: stdout}
	err := r.run(ctx)
	return Result{Units: r.units, Found: r.found}, err
}

// replay is one run.
type replay struct {
	source ledger.Source
	tables Tables
	known  map[lifecycle.UnitID]*History // of the present part
	next   int64                         // index of the first entry not read yet
	units  int                           // compared
	found  int64
	out    io.Writer
}

// run replays and compares part by part, and prints what differs.
func (r *replay) run(ctx context.Context) error {
	total := 0
	err := r.eachUnit(ctx, func(lifecycle.Unit) error { total++; return nil })
	if err != nil {
		return err
	}
	parts := uint32(total/unitsAtOnce + 1)
	for part := range parts {
		mine := func(unit lifecycle.UnitID) bool { return partOf(unit, parts) == part }
		r.known, r.next = map[lifecycle.UnitID]*History{}, 0
		if err := r.read(ctx, mine); err != nil {
			return err
		}
		if err := r.compareAll(ctx, mine); err != nil {
			return err
		}
	}
	if r.found > maxPrinted {
		fmt.Fprintf(r.out, "and %d more\n", r.found-maxPrinted)
	}
	return nil
}

func partOf(unit lifecycle.UnitID, parts uint32) uint32 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(unit)) // a hash does not fail
	return hash.Sum32() % parts
}

func (r *replay) eachUnit(ctx context.Context, visit func(lifecycle.Unit) error) error {
	page := lifecycle.Page{Limit: 200}
	for {
		units, next, err := r.tables.Units(ctx, lifecycle.UnitFilter{}, page)
		if err != nil {
			return fmt.Errorf("list units: %w", err)
		}
		for _, unit := range units {
			if err := visit(unit); err != nil {
				return err
			}
		}
		if next == "" {
			return ctx.Err()
		}
		page.After = next
	}
}

// read applies the entries that were not read yet.
func (r *replay) read(ctx context.Context, mine func(lifecycle.UnitID) bool) error {
	head, err := r.source.Head(ctx)
	if err != nil {
		return fmt.Errorf("read the head of the log: %w", err)
	}
	for r.next < head.Size {
		to := min(r.next+entriesAtOnce, head.Size)
		entries, err := r.source.Entries(ctx, r.next, to)
		if err != nil {
			return fmt.Errorf("read entries from %d: %w", r.next, err)
		}
		for _, entry := range entries {
			r.apply(entry, mine)
		}
		r.next = to
	}
	return ctx.Err()
}

// apply replays one entry. What the audit has found malformed is passed over
// here.
func (r *replay) apply(entry ledger.Entry, mine func(lifecycle.UnitID) bool) {
	leaf, err := ledger.DecodeLeaf(entry.Bytes)
	if err != nil {
		return
	}
	if leaf.Kind == lifecycle.LeafImport {
		r.applyChunk(entry.Index, leaf, mine)
		return
	}
	if leaf.Kind != "unit" || !mine(lifecycle.UnitID(leaf.Subject)) {
		return
	}
	var change lifecycle.Change
	if err := json.Unmarshal(leaf.Body, &change); err != nil {
		r.find(entry.Index, leaf.Subject, fmt.Sprintf("its entry holds no change: %v", err))
		return
	}
	if string(change.Unit.ID) != leaf.Subject || string(change.Event) != leaf.Event {
		r.find(entry.Index, leaf.Subject, "its entry speaks of something else than it is filed under")
	}
	r.take(entry.Index, lifecycle.UnitID(leaf.Subject), change)
}

// applyChunk replays the rows of an import that share one entry.
func (r *replay) applyChunk(index int64, leaf ledger.Leaf, mine func(lifecycle.UnitID) bool) {
	chunk, err := lifecycle.ParseChunk(leaf.Body)
	if err != nil || string(chunk.Import) != leaf.Subject {
		r.find(index, leaf.Subject, fmt.Sprintf("its entry holds no chunk of this import: %v", err))
		return
	}
	for _, row := range chunk.Rows {
		if !mine(row.Unit) {
			continue
		}
		change, err := chunk.Change(row)
		if err != nil {
			r.find(index, string(row.Unit), fmt.Sprintf("its row registers nothing: %v", err))
			continue
		}
		r.take(index, row.Unit, change)
	}
}

// take adds a change to what is known of its unit.
func (r *replay) take(index int64, unit lifecycle.UnitID, change lifecycle.Change) {
	before, ok := r.known[unit]
	if !ok {
		before = &History{}
		r.known[unit] = before
	}
	if change.Unit.Version != before.snapshot.Unit.Version+1 || change.From != before.snapshot.Unit.State {
		r.find(index, string(unit), fmt.Sprintf("version %d from %q follows version %d in %q",
			change.Unit.Version, change.From, before.snapshot.Unit.Version, before.snapshot.Unit.State))
	}
	before.Apply(index, change)
}

// compareAll holds every unit of this part against the tables, both ways.
func (r *replay) compareAll(ctx context.Context, mine func(lifecycle.UnitID) bool) error {
	inTables := map[lifecycle.UnitID]bool{}
	err := r.eachUnit(ctx, func(unit lifecycle.Unit) error {
		if !mine(unit.ID) {
			return nil
		}
		inTables[unit.ID] = true
		r.units++
		return r.compare(ctx, unit.ID, mine)
	})
	if err != nil {
		return err
	}
	for _, unit := range slices.Sorted(maps.Keys(r.known)) {
		if inTables[unit] {
			continue
		}
		if err := r.unlisted(ctx, unit, mine); err != nil {
			return err
		}
	}
	return nil
}

// unlisted looks at a unit that was not in the list: beside a running server it
// may have been registered since.
func (r *replay) unlisted(ctx context.Context, unit lifecycle.UnitID, mine func(lifecycle.UnitID) bool) error {
	_, err := r.tables.Rows(ctx, unit)
	switch {
	case errors.Is(err, lifecycle.ErrNotFound):
		r.find(r.known[unit].index, string(unit), "is on the ledger and not in the tables")
		return nil
	case err != nil:
		return fmt.Errorf("read the rows of %s: %w", unit, err)
	}
	r.units++
	return r.compare(ctx, unit, mine)
}

// compare holds one unit against its rows. Beside a running server the unit may
// have moved on since the ledger was read: then what is new is read first.
func (r *replay) compare(ctx context.Context, unit lifecycle.UnitID, mine func(lifecycle.UnitID) bool) error {
	var differences []string
	for range 3 {
		rows, err := r.tables.Rows(ctx, unit)
		if err != nil && !errors.Is(err, lifecycle.ErrNotFound) { // gone: every field differs, and says so
			return fmt.Errorf("read the rows of %s: %w", unit, err)
		}
		known, ok := r.known[unit]
		if ok {
			differences = Differences(known.Rows(), rows)
		}
		if ok && len(differences) == 0 {
			return nil
		}
		before := r.next
		if err := r.read(ctx, mine); err != nil {
			return err
		}
		if r.next == before {
			break // nothing new: the difference is real
		}
	}
	known, ok := r.known[unit]
	if !ok {
		r.find(-1, string(unit), "is in the tables and not on the ledger")
		return nil
	}
	for _, difference := range differences {
		r.find(known.index, string(unit), difference)
	}
	return nil
}

// find prints one difference: the index is that of the unit's newest entry.
func (r *replay) find(index int64, unit, what string) {
	r.found++
	if r.found <= maxPrinted {
		fmt.Fprintf(r.out, "index %d: unit %s: %s\n", index, unit, what)
	}
}
