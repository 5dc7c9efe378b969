package replay

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// history is one unit, rebuilt from its leaves.
type history struct {
	index int64           // of its newest entry
	rows  *lifecycle.Rows // nil for a unit of which there is its row of an import alone
	chunk *lifecycle.Chunk
	row   int
}

// now is the unit's rows as its leaves leave them. Most units have been
// imported, and nothing else: of these there is no more than the row.
func (h *history) now() (lifecycle.Rows, error) {
	if h.rows != nil {
		return *h.rows, nil
	}
	change, err := h.chunk.Change(h.chunk.Rows[h.row])
	if err != nil {
		return lifecycle.Rows{}, fmt.Errorf("its row registers nothing: %w", err)
	}
	return lifecycle.Rows{}.Apply(change), nil
}

// readTo applies the entries that were not read yet, up to an index.
func (r *replay) readTo(ctx context.Context, size int64) error {
	for r.next < size {
		to := min(r.next+entriesAtOnce, size)
		entries, err := r.Source.Entries(ctx, r.next, to)
		if err != nil {
			return fmt.Errorf("read entries from %d: %w", r.next, err)
		}
		for _, entry := range entries {
			r.apply(entry)
		}
		r.next = to
	}
	return ctx.Err()
}

// apply replays one entry. What the audit has found malformed is passed over
// here.
func (r *replay) apply(entry ledger.Entry) {
	leaf, err := ledger.DecodeLeaf(entry.Bytes)
	if err != nil {
		return
	}
	switch leaf.Kind {
	case lifecycle.LeafImport:
		chunk, err := chunkOf(leaf)
		if err != nil {
			r.find(entry.Index, "import "+leaf.Subject, err.Error())
			return
		}
		for i, row := range chunk.Rows {
			if r.mine(row.Unit) {
				r.imported(entry.Index, chunk, i)
			}
		}
	case "unit":
		unit := lifecycle.UnitID(leaf.Subject)
		if !r.mine(unit) {
			return
		}
		change, err := changeOf(leaf)
		if err != nil {
			r.findUnit(entry.Index, unit, err.Error())
			return
		}
		r.take(entry.Index, unit, change)
	}
}

// chunkOf is the rows of an import that share one entry.
func chunkOf(leaf ledger.Leaf) (*lifecycle.Chunk, error) {
	chunk, err := lifecycle.ParseChunk(leaf.Body)
	if err != nil || string(chunk.Import) != leaf.Subject {
		return nil, fmt.Errorf("its entry holds no chunk of this import: %w", err)
	}
	return &chunk, nil
}

// changeOf is the change of the unit that a leaf is filed under.
func changeOf(leaf ledger.Leaf) (lifecycle.Change, error) {
	var change lifecycle.Change
	if err := json.Unmarshal(leaf.Body, &change); err != nil {
		return change, fmt.Errorf("its entry holds no change: %w", err)
	}
	if string(change.Unit.ID) != leaf.Subject || string(change.Event) != leaf.Event {
		return change, fmt.Errorf("its entry speaks of something else than it is filed under")
	}
	return change, nil
}

// imported adds a unit by its row of an import.
func (r *replay) imported(index int64, chunk *lifecycle.Chunk, row int) {
	unit := chunk.Rows[row].Unit
	if _, known := r.known[unit]; !known {
		r.add(unit, &history{index: index, chunk: chunk, row: row})
		return
	}
	change, err := chunk.Change(chunk.Rows[row])
	if err != nil {
		r.findUnit(index, unit, fmt.Sprintf("its row registers nothing: %v", err))
		return
	}
	r.take(index, unit, change)
}

func (r *replay) add(unit lifecycle.UnitID, h *history) {
	r.known[unit] = h
	if r.comparing {
		r.late = append(r.late, unit)
	}
	r.trim()
}

// take adds a change to what is known of its unit.
func (r *replay) take(index int64, unit lifecycle.UnitID, change lifecycle.Change) {
	known, ok := r.known[unit]
	if !ok {
		r.follows(index, lifecycle.Rows{}, change)
		rows := lifecycle.Rows{}.Apply(change)
		r.add(unit, &history{index: index, rows: &rows})
		return
	}
	before, err := known.now()
	if err != nil {
		r.findUnit(known.index, unit, err.Error())
	}
	r.follows(index, before, change)
	rows := before.Apply(change)
	known.index, known.rows, known.chunk = index, &rows, nil
}

// follows finds a change that does not come next.
func (r *replay) follows(index int64, before lifecycle.Rows, change lifecycle.Change) {
	if change.Unit.Version != before.Unit.Version+1 || change.From != before.Unit.State {
		r.findUnit(index, change.Unit.ID, fmt.Sprintf("version %d from %q follows version %d in %q",
			change.Unit.Version, change.From, before.Unit.Version, before.Unit.State))
	}
}
