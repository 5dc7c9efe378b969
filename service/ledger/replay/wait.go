package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

const (
	// unplacedFor is how old an entry without a place may be. Whoever leads gives
	// places within 250 ms (DESIGN, section 6); one that waits longer is of a
	// leader that died, or was written by somebody who wants rows to look right
	// that no ledger will ever prove.
	unplacedFor = time.Minute
	// placePause and placeTries are how it is looked whether entries have their
	// places by now: for ten seconds in all.
	placePause = 250 * time.Millisecond
	placeTries = 40
)

// errUnplaced: nobody gives places.
var errUnplaced = errors.New("too many entries wait for their places on the ledger: see whether a server runs, and verify again")

// waiting is an entry that was seen without a place.
type waiting struct {
	at    time.Time // as its row says
	hash  tlog.Hash // of its bytes
	about string
}

// page reads the next rows.
func (r *replay) page(ctx context.Context) ([]lifecycle.Rows, ledger.Moment, error) {
	return settled(ctx, r, func() ([]lifecycle.Rows, ledger.Moment, error) {
		return r.Tables.RowsAfter(ctx, r.after, rowsAtOnce)
	})
}

// settled reads rows, and where more entries have no place than are read at
// once, it waits: nobody could say what made these rows.
func settled[T any](ctx context.Context, r *replay, read func() ([]T, ledger.Moment, error)) ([]T, ledger.Moment, error) {
	for range placeTries {
		rows, moment, err := read()
		if err != nil {
			return nil, moment, fmt.Errorf("read rows: %w", err)
		}
		if !moment.More {
			return rows, moment, nil
		}
		if err := r.Pause(ctx, placePause); err != nil {
			return nil, moment, err
		}
	}
	return nil, ledger.Moment{}, errUnplaced
}

// seen is the leaf of an entry without a place, if it is what it says it is.
// The entry is remembered: it must get its place, as it was.
func (r *replay) seen(entry ledger.Waiting) (ledger.Leaf, bool) {
	leaf, err := ledger.DecodeLeaf(entry.Bytes)
	hash := ledger.LeafHash(entry.Bytes)
	good := err == nil && leaf.ID == entry.ID && hash == entry.Hash
	if _, again := r.waiting[entry.ID]; !again {
		r.waiting[entry.ID] = &waiting{at: entry.At, hash: hash, about: leaf.Kind + " " + leaf.Subject}
		if !good {
			r.find(-1, "entry "+entry.ID, "waits for its place, and is not what it says it is")
		}
	}
	return leaf, good
}

// changesOf is what the entries without a place say became of units of this
// part.
func (r *replay) changesOf(moment ledger.Moment) map[lifecycle.UnitID][]lifecycle.Change {
	changes := map[lifecycle.UnitID][]lifecycle.Change{}
	for _, entry := range moment.Waiting {
		leaf, ok := r.seen(entry)
		switch {
		case !ok:
		case leaf.Kind == "unit":
			change, err := changeOf(leaf)
			if unit := lifecycle.UnitID(leaf.Subject); err == nil && r.mine(unit) {
				changes[unit] = append(changes[unit], change)
			}
		case leaf.Kind == lifecycle.LeafImport:
			r.waitingRows(leaf, changes)
		}
	}
	return changes
}

func (r *replay) waitingRows(leaf ledger.Leaf, changes map[lifecycle.UnitID][]lifecycle.Change) {
	chunk, err := chunkOf(leaf)
	if err != nil {
		return // it is said when it has its place
	}
	for _, row := range chunk.Rows {
		if !r.mine(row.Unit) {
			continue
		}
		if change, err := chunk.Change(row); err == nil {
			changes[row.Unit] = append(changes[row.Unit], change)
		}
	}
}

// settle waits until what had no place has one, and is what it was. What is
// left then is either young, which is said, or wrong.
func (r *replay) settle(ctx context.Context) error {
	for try := 0; ; try++ {
		if err := r.place(ctx); err != nil {
			return err
		}
		if len(r.waiting) == 0 {
			return nil
		}
		if try == placeTries {
			break
		}
		if err := r.Pause(ctx, placePause); err != nil {
			return err
		}
	}
	now, abouts := r.Now(), map[string]bool{}
	for _, id := range r.waitingIDs() {
		w := r.waiting[id]
		if age := now.Sub(w.at); age > unplacedFor || age < -unplacedFor {
			r.find(-1, "entry "+id, fmt.Sprintf("is about %s and has no place on the ledger since %s: nothing proves it",
				w.about, w.at.Format(time.RFC3339)))
			continue
		}
		r.result.Unsettled++
		abouts[w.about] = true
	}
	if r.result.Unsettled > 0 {
		fmt.Fprintf(r.Out, "%d units and others have changes that are not on the ledger yet, in %d entries: "+
			"see whether a server runs, and verify again\n", len(abouts), r.result.Unsettled)
	}
	return nil
}

// place looks which entries have their places now.
func (r *replay) place(ctx context.Context) error {
	for _, id := range r.waitingIDs() {
		index, found, err := r.Tables.PlaceOf(ctx, id)
		if err != nil {
			return fmt.Errorf("look for the place of %s: %w", id, err)
		}
		if found && index < 0 {
			continue
		}
		if err := r.placed(ctx, id, index, found); err != nil {
			return err
		}
		delete(r.waiting, id)
	}
	return nil
}

// placed finds an entry that rows were compared with, and that is not what was
// logged in its name.
func (r *replay) placed(ctx context.Context, id string, index int64, found bool) error {
	w := r.waiting[id]
	if !found {
		r.find(-1, "entry "+id, "was about "+w.about+" and waited for its place: it is gone")
		return nil
	}
	entries, err := r.Source.Entries(ctx, index, index+1)
	if err != nil {
		return fmt.Errorf("read entry %d: %w", index, err)
	}
	if len(entries) != 1 || ledger.LeafHash(entries[0].Bytes) != w.hash {
		r.find(index, "entry "+id, "was about "+w.about+" and said something else before it had its place")
	}
	return nil
}

func (r *replay) waitingIDs() []string {
	ids := make([]string, 0, len(r.waiting))
	for id := range r.waiting {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
