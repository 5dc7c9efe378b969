package replay

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// Tables is what the tables hold about units, beside the ledger.
type Tables interface {
	// RowsAfter is every row about the units behind an id, in its order, and how
	// far the ledger had come at the same instant.
	RowsAfter(ctx context.Context, after lifecycle.UnitID, limit int) ([]lifecycle.Rows, ledger.Moment, error)
	// PlaceOf is the place of an entry, below 0 while it has none, and whether
	// there is such an entry.
	PlaceOf(ctx context.Context, entry string) (index int64, found bool, err error)
	// Photograph is a picture of an order's checks, by its digest.
	Photograph(ctx context.Context, unit lifecycle.UnitID, order lifecycle.OrderID, digest string) ([]byte, error)
}

const (
	// unitsAtOnce bounds the memory of a replay: with more units it goes through
	// the ledger several times, each time for those whose ids come next.
	unitsAtOnce = 200_000
	// rowsAtOnce is how many units' rows are read at one instant.
	rowsAtOnce = 200
	// entriesAtOnce is how many entries are read at a time.
	entriesAtOnce = 128
	// maxPrinted is how many differences are printed one by one.
	maxPrinted = 1000
)

// Config is what a replay works with.
type Config struct {
	Source ledger.Source
	Tables Tables
	Out    io.Writer // what differs
	Now    func() time.Time
	// Pause waits for entries to get their places.
	Pause func(ctx context.Context, d time.Duration) error
	// Kinds are what is held against the ledger beside units, and Standings the
	// tables of it.
	Kinds     []Kind
	Standings Standings
	// AtOnce is how many units are held in memory; 0: as many as is good.
	AtOnce int
}

// Result counts what a replay compared, and the differences it found.
type Result struct {
	Units int
	Found int64
	// Unsettled is how many entries have no place yet, and are too young to be
	// held against anybody. Who has some cannot say that all is well.
	Unsettled int
}

// Run rebuilds every unit from the leaves alone, compares it with the tables
// (trust.md, I28), and prints what differs.
//
// Each page of rows is read together with how far the ledger had come at that
// instant, and is compared with exactly these entries: those that had a place,
// signed or not, and then those that had none. So somebody may write meanwhile.
func Run(ctx context.Context, config Config) (Result, error) {
	if config.AtOnce == 0 {
		config.AtOnce = unitsAtOnce
	}
	r := &replay{Config: config, waiting: map[string]*waiting{}}
	err := r.run(ctx)
	if err == nil && len(r.Kinds) > 0 {
		err = r.compareKinds(ctx)
	}
	if err == nil {
		err = r.settle(ctx)
	}
	if r.result.Found > maxPrinted {
		fmt.Fprintf(r.Out, "and %d more\n", r.result.Found-maxPrinted)
	}
	return r.result, err
}

// replay is one run. It goes through the units by their ids, part by part.
type replay struct {
	Config
	known   map[lifecycle.UnitID]*history // of the present part, not compared yet
	after   lifecycle.UnitID              // up to this one all are compared
	upTo    lifecycle.UnitID              // the last of the part; empty: to the end
	next    int64                         // index of the first entry not read yet
	waiting map[string]*waiting           // entries that were seen without a place
	result  Result

	// late are those units of the part that came while it was being compared.
	comparing bool
	late      []lifecycle.UnitID
}

func (r *replay) run(ctx context.Context) error {
	for {
		r.known, r.upTo, r.next = map[lifecycle.UnitID]*history{}, "", 0
		r.comparing, r.late = false, nil
		head, err := r.Source.Head(ctx)
		if err != nil {
			return fmt.Errorf("read the head of the log: %w", err)
		}
		if err := r.readTo(ctx, head.Size); err != nil {
			return err
		}
		if err := r.comparePart(ctx); err != nil {
			return err
		}
		if r.upTo == "" {
			return nil
		}
		r.after = r.upTo
	}
}

// mine reports whether a unit is of the present part and not compared yet.
func (r *replay) mine(unit lifecycle.UnitID) bool {
	return unit > r.after && (r.upTo == "" || unit <= r.upTo)
}

// trim keeps the part within its bounds: the units whose ids come last are for
// the next one.
func (r *replay) trim() {
	if len(r.known) < 2*r.AtOnce {
		return
	}
	ids := slices.Sorted(maps.Keys(r.known))
	r.upTo = ids[r.AtOnce-1]
	for _, id := range ids[r.AtOnce:] {
		delete(r.known, id)
	}
}

// comparePart holds the units of this part against the tables, page by page.
func (r *replay) comparePart(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(r.known))
	r.comparing = true
	for {
		page, moment, err := r.page(ctx)
		if err != nil {
			return err
		}
		if err := r.readTo(ctx, moment.Size); err != nil {
			return err
		}
		last := r.upTo
		if len(page) == rowsAtOnce && (last == "" || page[len(page)-1].Unit.ID < last) {
			last = page[len(page)-1].Unit.ID
		}
		page = slices.DeleteFunc(page, func(rows lifecycle.Rows) bool { return !within(rows.Unit.ID, last) })
		behind, _ := slices.BinarySearchFunc(ids, last, func(id, last lifecycle.UnitID) int { return order(id, last) })
		if err := r.comparePage(ctx, page, ids[:behind], last, r.changesOf(moment)); err != nil {
			return err
		}
		ids = ids[behind:]
		if last == r.upTo {
			return nil
		}
		r.after = last
	}
}

// within reports whether a unit comes no later than the last; empty: there is
// none.
func within(unit, last lifecycle.UnitID) bool { return last == "" || unit <= last }

// order sorts what is within before what is not.
func order(unit, last lifecycle.UnitID) int {
	if within(unit, last) {
		return -1
	}
	return 1
}

// find prints one difference: the index is that of the unit's newest entry.
func (r *replay) find(index int64, subject, what string) {
	r.result.Found++
	if r.result.Found <= maxPrinted {
		fmt.Fprintf(r.Out, "index %d: %s: %s\n", index, subject, what)
	}
}

func (r *replay) findUnit(index int64, unit lifecycle.UnitID, what string) {
	r.find(index, "unit "+string(unit), what)
}
