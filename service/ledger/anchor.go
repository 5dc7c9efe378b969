package ledger

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Anchored reports whether the log holds a checkpoint of the edge's own size
// and root, signed by a known key. Nobody without that key can make up an edge
// for which this is true, so a position that is anchored is one that the log
// really had.
func Anchored(ctx context.Context, source Source, keys note.Verifiers, at Edge) (bool, error) {
	stored, err := source.Checkpoints(ctx, at.Size(), at.Size()+1)
	if err != nil {
		return false, fmt.Errorf("read the checkpoint at %d: %w", at.Size(), err)
	}
	for _, row := range stored {
		if signed, err := OpenCheckpoint(row.Text, keys); err == nil && signed.Size == at.Size() && signed.Root == at.Root() {
			return true, nil
		}
	}
	return false, nil
}

// firstWindow is how many sizes are searched for a checkpoint at first. Under
// load one is signed for every 256 entries.
const firstWindow = 1024

// LastSigned is the largest size in (after, upTo] under which a checkpoint is
// stored; after itself where there is none. Whether it holds is not looked at.
func LastSigned(ctx context.Context, source Source, after, upTo int64) (int64, error) {
	window := int64(firstWindow)
	for top := upTo; top > after; window *= 2 {
		bottom := max(after, top-window)
		stored, err := source.Checkpoints(ctx, bottom+1, top+1)
		if err != nil {
			return 0, fmt.Errorf("read the checkpoints from %d: %w", bottom, err)
		}
		if n := len(stored); n > 0 {
			return stored[n-1].Size, nil
		}
		top = bottom
	}
	return after, nil
}

// AuditEdge audits the newest entries alone: from the last signed size that
// leaves at least this many, to the end. The tree before is taken as it is
// stored; that its root is the signed one is the first thing looked at.
func AuditEdge(ctx context.Context, source Source, keys note.Verifiers, earlier []Restart, entries int64) (Report, error) {
	head, err := source.Head(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("read the head of the log: %w", err)
	}
	size, err := LastSigned(ctx, source, 0, min(head.Size, head.Entries)-entries)
	if err != nil {
		return Report{}, err
	}
	// The others it comes by itself.
	earlier = slices.DeleteFunc(slices.Clone(earlier), func(r Restart) bool { return r.Index >= size })
	edge, err := ReadEdge(size, rangeHashes{ctx, source})
	if err != nil {
		return Report{}, err
	}
	return Continue(ctx, source, keys, Report{Edge: edge, Restarts: earlier}, head.Size)
}

// rangeHashes reads single hashes of a source. One that is not there reads as
// zeroes, which no root agrees with.
type rangeHashes struct {
	ctx    context.Context
	source Source
}

// ReadHashes implements tlog.HashReader.
func (r rangeHashes) ReadHashes(ids []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(ids))
	for i, id := range ids {
		rows, err := r.source.Hashes(r.ctx, id, id+1)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			list[i] = rows[0].Hash
		}
	}
	return list, nil
}
