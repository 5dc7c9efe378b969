package book

import (
	"fmt"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlFeed = `
SELECT e.idx, e.subject, u.brand, u.serial, e.at, e.event, e.state, e.epoch
FROM log_entry e JOIN unit u ON u.unit_id = e.subject
WHERE e.idx > $1 AND e.kind = 'unit'
ORDER BY e.idx LIMIT $2`

// Feed lists what happened to units after an index, in commit order.
func Feed(tx *engine.Tx, since int64, limit int) ([]lifecycle.Entry, error) {
	list, err := engine.List(tx, sqlFeed, []any{since, int64(limit)}, func(scan engine.Scan) (lifecycle.Entry, error) {
		var e lifecycle.Entry
		err := scan(&e.Seq, engine.TextTo(&e.Unit), &e.Key.Brand, &e.Key.Serial, engine.Instant{To: &e.At},
			engine.TextTo(&e.Event), engine.TextTo(&e.State), &e.Epoch)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read feed after %d: %w", since, err)
	}
	return list, nil
}

const sqlOf = `
SELECT idx, entry FROM log_entry
WHERE subject = $1 AND idx > $2
ORDER BY idx LIMIT $3`

// Indexed is a leaf and its place.
type Indexed struct {
	Index int64
	Leaf  ledger.Leaf
}

// Of lists the leaves about one subject after an index, oldest first.
func Of(tx *engine.Tx, subject string, since int64, limit int) ([]Indexed, error) {
	return list(tx, sqlOf, subject, since, int64(limit))
}

const sqlLeaf = `
SELECT idx, entry FROM log_entry
WHERE subject = $1 AND idx = $2`

// Leaf reads the leaf with this index, if it is about this subject.
func Leaf(tx *engine.Tx, subject string, index int64) (Indexed, error) {
	found, err := list(tx, sqlLeaf, subject, index)
	if err != nil {
		return Indexed{}, err
	}
	if len(found) == 0 {
		return Indexed{}, fmt.Errorf("ledger entry %d of %s: %w", index, subject, lifecycle.ErrNotFound)
	}
	return found[0], nil
}

func list(tx *engine.Tx, query string, args ...any) ([]Indexed, error) {
	return engine.List(tx, query, args, func(scan engine.Scan) (Indexed, error) {
		var one Indexed
		var entry []byte
		if err := scan(&one.Index, &entry); err != nil {
			return one, err
		}
		leaf, err := ledger.DecodeLeaf(entry)
		one.Leaf = leaf
		return one, err
	})
}

const sqlIndexOf = `
SELECT idx FROM log_entry
WHERE subject = $1 AND event = $2 AND epoch = $3 AND idx IS NOT NULL
ORDER BY idx DESC LIMIT 1`

// IndexOf is the index of the newest entry about this event of a unit at this
// epoch.
func IndexOf(tx *engine.Tx, unit lifecycle.UnitID, event lifecycle.Event, epoch lifecycle.Epoch) (int64, error) {
	var index int64
	found, err := tx.Get(sqlIndexOf, []any{string(unit), string(event), int64(epoch)}, &index)
	if err != nil {
		return 0, fmt.Errorf("read ledger index: %w", err)
	}
	if !found {
		return 0, fmt.Errorf("%s of %s at epoch %d: %w", event, unit, epoch, lifecycle.ErrNotFound)
	}
	return index, nil
}

// Chunk reads the entry of an import's chunk.
func Chunk(entry []byte) (lifecycle.Chunk, error) {
	leaf, err := ledger.DecodeLeaf(entry)
	if err != nil {
		return lifecycle.Chunk{}, err
	}
	return lifecycle.ParseChunk(leaf.Body)
}
