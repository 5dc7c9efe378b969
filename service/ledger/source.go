package ledger

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Source is a stored log, as Audit reads it: in half-open ranges [from, to), so
// that no read stays open for long. A range returns every row in it, ordered
// by its number, and just leaves out what is not there. Audit calls the
// methods from several goroutines.
type Source interface {
	// Head says what the log claims to be, in one consistent read.
	Head(ctx context.Context) (Head, error)
	// Entries are the sequenced entries with an index in the range.
	Entries(ctx context.Context, from, to int64) ([]Entry, error)
	// Hashes are the stored hashes with an id in the range.
	Hashes(ctx context.Context, from, to int64) ([]StoredHash, error)
	// Checkpoints are the signed checkpoints with a size in the range.
	Checkpoints(ctx context.Context, from, to int64) ([]StoredCheckpoint, error)
}

// Head is what a stored log claims to be. Nothing in it is counted row by row,
// which in a large log takes longer than anything else: what is missing below
// the highest index, the audit finds when it comes there.
type Head struct {
	Size       int64 // leaves in the tree
	Entries    int64 // one more than the highest index of an entry, and one for each below 0
	Hashes     int64 // the same of the stored hashes and their ids
	Checkpoint int64 // size of the newest checkpoint, 0 for none
}

// Entry is one sequenced row of the log.
type Entry struct {
	Index int64
	Bytes []byte    // the leaf, as Leaf.Encode wrote it
	Hash  tlog.Hash // its leaf hash, as stored beside it
}

// StoredHash is one row of the stored tree.
type StoredHash struct {
	ID   int64 // see tlog.StoredHashIndex
	Hash tlog.Hash
}

// StoredCheckpoint is one row of the signed checkpoints.
type StoredCheckpoint struct {
	Size int64
	Text []byte // signed
}

// Pin adds a checkpoint that the auditor has kept outside of the log's reach.
// Only so can an audit see that a log was cut back or begun anew together with
// its own checkpoints.
func Pin(source Source, text []byte) (Source, error) {
	checkpoint, err := parseCheckpoint(text)
	if err != nil {
		return nil, err
	}
	return pinned{Source: source, checkpoint: StoredCheckpoint{Size: checkpoint.Size, Text: text}}, nil
}

type pinned struct {
	Source
	checkpoint StoredCheckpoint
}

// Head implements Source.
func (p pinned) Head(ctx context.Context) (Head, error) {
	head, err := p.Source.Head(ctx)
	head.Checkpoint = max(head.Checkpoint, p.checkpoint.Size)
	return head, err
}

// Checkpoints implements Source.
func (p pinned) Checkpoints(ctx context.Context, from, to int64) ([]StoredCheckpoint, error) {
	stored, err := p.Source.Checkpoints(ctx, from, to)
	if err != nil || p.checkpoint.Size < from || p.checkpoint.Size >= to {
		return stored, err
	}
	at, _ := slices.BinarySearchFunc(stored, p.checkpoint.Size, func(c StoredCheckpoint, size int64) int {
		return cmp.Compare(c.Size, size)
	})
	return slices.Insert(slices.Clone(stored), at, p.checkpoint), nil
}
