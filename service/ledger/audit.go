package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Audit reads a whole log again, rebuilds its tree from the entries and
// compares everything that is stored with it: leaf hashes, tree, checkpoints,
// counts. The report lists all that is wrong; an error means only that the
// source could not be read. Audit trusts nothing but the keys.
func Audit(ctx context.Context, source Source, keys note.Verifiers) (Report, error) {
	return Resume(ctx, source, keys, Edge{}, math.MaxInt64)
}

// Resume is Audit in portions: it goes on at the edge where an earlier report
// ended and reads at most limit entries. If somebody tampered with that edge
// meanwhile, the next checkpoint does not match.
func Resume(ctx context.Context, source Source, keys note.Verifiers, at Edge, limit int64) (Report, error) {
	return Continue(ctx, source, keys, Report{Edge: at}, limit)
}

// Continue is Resume for a log that has changed its name: it goes on where an
// earlier report ended, and knows the new origins that it came by.
func Continue(ctx context.Context, source Source, keys note.Verifiers, earlier Report, limit int64) (Report, error) {
	at := earlier.Edge
	head, err := source.Head(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("read the head of the log: %w", err)
	}
	a := &auditor{keys: keys, report: Report{From: at.Size(), Edge: at.clone(), Size: head.Size}}
	for _, restart := range earlier.Restarts {
		a.renamed(restart)
	}
	if !a.head(head) {
		return a.report, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	chunks := readChunks(ctx, source, at.Size(), end(head, at.Size(), limit))
	defer func() {
		cancel()
		for range chunks { // until the reader has let go of the source
		}
	}()
	for c := range chunks {
		if c.err != nil {
			return a.report, c.err
		}
		a.chunk(c)
		if a.gap > maxFindings {
			// Nothing is there any more, whatever the head says.
			return a.report, ctx.Err()
		}
	}
	if a.report.Done() || a.report.Edge.Size() >= head.Entries {
		if err := a.ahead(ctx, source, head); err != nil {
			return a.report, err
		}
	}
	return a.report, ctx.Err()
}

// ahead finds what was signed beyond the end of the log. It comes last, for a
// checkpoint of an origin that ended may stand in a gap that the log states.
func (a *auditor) ahead(ctx context.Context, source Source, head Head) error {
	if head.Checkpoint <= head.Size {
		return nil
	}
	beyond, err := source.Checkpoints(ctx, head.Size+1, head.Checkpoint+1)
	if err != nil {
		return fmt.Errorf("read the checkpoints beyond the log: %w", err)
	}
	for _, row := range beyond {
		if signed, err := OpenCheckpoint(row.Text, a.keys); err == nil && a.lost(signed) {
			continue
		}
		a.report.find(row.Size, CheckpointAhead, "the log has %d entries and has signed %d", head.Size, row.Size)
	}
	return nil
}

// end is the index before which an audit stops. Of a head far beyond the
// entries that there are, no more is read than a report can hold; it would
// keep an audit busy for years.
func end(head Head, from, limit int64) int64 {
	to := min(head.Size, head.Entries+maxFindings)
	if limit < to-from {
		to = from + limit
	}
	return max(to, from)
}

// auditor is one audit under way: the report so far, whose edge is the tree
// rebuilt so far.
type auditor struct {
	keys    note.Verifiers
	origin  string // in force where the audit is; empty until an entry says so
	report  Report
	rebuilt []tlog.Hash // scratch of leaf
	gap     int         // entries missing one after the other
}

// head checks the counts, and whether there is something to read.
func (a *auditor) head(head Head) bool {
	at := a.report.Edge.Size()
	if head.Size < at {
		a.report.find(head.Size, HeadShort, "the log has %d entries, an earlier audit has seen %d", head.Size, at)
		return false
	}
	if head.Entries != head.Size {
		a.report.find(head.Size, HeadEntries, "the head says %d, there are %d entries", head.Size, head.Entries)
	}
	if want := tlog.StoredHashCount(head.Size); head.Hashes != want {
		a.report.find(head.Size, HeadHashes, "a tree of %d leaves stores %d hashes, there are %d", head.Size, want, head.Hashes)
	}
	return true
}

// chunk checks one stretch, leaf by leaf, and pushes the edge through it.
func (a *auditor) chunk(c chunk) {
	entries := a.entries(c.entries)
	hashes := a.hashes(c.hashes)
	checkpoints := a.checkpoints(c.checkpoints)
	a.checkpointsAt(&checkpoints, c.from)
	id := tlog.StoredHashCount(c.from)
	for index := c.from; index < c.to; index++ {
		leaf := a.leaf(index, entries.take(index), hashes.take(id))
		a.rebuilt = a.report.Edge.push(leaf, a.rebuilt[:0])
		for i, node := range a.rebuilt[1:] {
			a.node(index, id+1+int64(i), node, hashes.take(id+1+int64(i)))
		}
		id += int64(len(a.rebuilt))
		a.checkpointsAt(&checkpoints, index+1)
	}
	entries.end()
	hashes.end()
	checkpoints.end()
}

// leaf compares the three witnesses of one leaf: the entry's bytes, the hash
// beside them and the hash in the tree. It returns the one to go on with,
// which is what two of them agree on: so one altered row is one finding, and
// not one for each checkpoint after it.
func (a *auditor) leaf(index int64, entry *Entry, inTree *StoredHash) tlog.Hash {
	a.gap++
	if entry == nil {
		a.report.find(index, EntryMissing, "there is no entry with this index")
	} else {
		a.gap = 0
	}
	if inTree == nil {
		a.report.find(index, HashMissing, "its leaf hash is not in the stored tree")
	}
	switch {
	case entry == nil && inTree == nil:
		return tlog.Hash{}
	case entry == nil:
		return inTree.Hash
	}
	computed := LeafHash(entry.Bytes)
	if inTree != nil && computed != inTree.Hash && entry.Hash != inTree.Hash {
		a.report.find(index, HashAltered, "its leaf hash in the stored tree is another")
	}
	switch {
	case computed == entry.Hash:
		if leaf, err := parseLeaf(entry.Bytes); err != nil {
			a.report.find(index, EntryMalformed, "%v", err)
		} else {
			a.about(index, leaf)
		}
	case inTree != nil && computed == inTree.Hash:
		a.report.find(index, LeafHashAltered, "the hash stored beside the entry is another")
	default:
		a.report.find(index, EntryAltered, "the entry does not have the leaf hash that was logged")
	}
	if inTree != nil && entry.Hash == inTree.Hash {
		return entry.Hash
	}
	return computed
}

// node compares one rebuilt inner hash with the stored one.
func (a *auditor) node(index, id int64, rebuilt tlog.Hash, stored *StoredHash) {
	if stored != nil && stored.Hash == rebuilt {
		return
	}
	level, n := tlog.SplitStoredHashIndex(id)
	if stored == nil {
		a.report.find(index, HashMissing, "stored hash %d (level %d, number %d) is not there", id, level, n)
		return
	}
	a.report.find(index, HashAltered, "stored hash %d (level %d, number %d) is not that of its entries", id, level, n)
}

// checkpointsAt checks all checkpoints of the size that the edge has now.
func (a *auditor) checkpointsAt(stored *sequence[StoredCheckpoint], size int64) {
	for row := stored.take(size); row != nil; row = stored.take(size) {
		a.report.Checkpoints++
		a.checkpoint(*row)
	}
}

func (a *auditor) checkpoint(row StoredCheckpoint) {
	checkpoint, err := OpenCheckpoint(row.Text, a.keys)
	switch {
	case errors.Is(err, ErrSignature):
		a.report.find(row.Size, CheckpointSignature, "%v", err)
	case errors.Is(err, ErrUnknownKey):
		a.report.find(row.Size, CheckpointKey, "%v", err)
	case err != nil:
		a.report.find(row.Size, CheckpointMalformed, "%v", err)
	case checkpoint.Size != row.Size:
		a.report.find(row.Size, CheckpointSize, "the signed text is about size %d", checkpoint.Size)
	case a.lost(checkpoint) && checkpoint.Root != a.report.Edge.Root():
		// Signed for entries that the log says it has lost. With the root of
		// what came in their place, the old name was signed on.
	case a.origin != "" && checkpoint.Origin != a.origin:
		a.report.find(row.Size, CheckpointOrigin, "signed in the name of %s, the log is called %s there", checkpoint.Origin, a.origin)
	case checkpoint.Root != a.report.Edge.Root():
		a.report.find(row.Size, CheckpointRoot, "signed root %s, entries give %s", checkpoint.Root, a.report.Edge.Root())
	default:
		a.report.Signed = max(a.report.Signed, row.Size)
	}
}

func (a *auditor) entries(rows []Entry) sequence[Entry] {
	return sequence[Entry]{
		rows:   rows,
		number: func(e *Entry) int64 { return e.Index },
		stray: func(index int64, again bool) {
			if again {
				a.report.find(index, EntryDuplicate, "a second entry has this index")
				return
			}
			a.report.find(index, EntryDisorder, "the entry came out of order")
		},
	}
}

func (a *auditor) hashes(rows []StoredHash) sequence[StoredHash] {
	return sequence[StoredHash]{
		rows:   rows,
		number: func(h *StoredHash) int64 { return h.ID },
		stray: func(id int64, _ bool) {
			a.report.find(writer(id), HashStray, "stored hash %d came twice or out of order", id)
		},
	}
}

// writer is the index of the entry that stored the hash with this id; -1 for an
// id that no tree has.
func writer(id int64) int64 {
	if id < 0 || id > tlog.StoredHashCount(maxSize) {
		return -1
	}
	level, n := tlog.SplitStoredHashIndex(id)
	return (n+1)<<level - 1
}

func (a *auditor) checkpoints(rows []StoredCheckpoint) sequence[StoredCheckpoint] {
	return sequence[StoredCheckpoint]{
		rows:   rows,
		number: func(c *StoredCheckpoint) int64 { return c.Size },
		stray: func(size int64, _ bool) {
			a.report.find(size, CheckpointStray, "the checkpoint came out of order")
		},
	}
}
