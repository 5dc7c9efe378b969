package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
)

// tree hashes the entries of a backup into the ledger's tree again as they come
// by, and compares what is stored and signed with it. It keeps no hash: both
// lists of the tree's hashes, the rebuilt one and the stored one, are compared
// by their digests.
type tree struct {
	signed          ledger.Checkpoint // zero: nothing is signed
	edge            ledger.Edge
	size            int64 // as the head says
	rebuilt, stored hash.Hash
	hashes          int64 // stored ones so far
}

// newTree opens the newest checkpoint.
func newTree(h Header, keys note.Verifiers) (*tree, error) {
	t := &tree{size: h.Size, rebuilt: sha256.New(), stored: sha256.New()}
	if len(h.Checkpoint) == 0 {
		return t, nil
	}
	var err error
	if t.signed, err = ledger.OpenCheckpoint(h.Checkpoint, keys); err != nil {
		return nil, err
	}
	if t.signed.Size > t.size {
		return nil, damaged("a checkpoint is signed at %d, the ledger ends at %d", t.signed.Size, t.size)
	}
	return t, t.compare()
}

// entry takes the next entry that has its place.
func (t *tree) entry(index int64, leaf, entry []byte) error {
	if index != t.edge.Size() {
		return damaged("ledger entry %d where %d should be", index, t.edge.Size())
	}
	computed := ledger.LeafHash(entry)
	if !bytes.Equal(computed[:], leaf) {
		return damaged("ledger entry %d does not have the hash that was logged", index)
	}
	id := t.edge.HashCount()
	next, added := t.edge.Append(computed)
	for i, h := range added {
		put(t.rebuilt, id+int64(i), h[:])
	}
	t.edge = next
	return t.compare()
}

// hash takes the next stored hash.
func (t *tree) hash(id int64, hash []byte) error {
	if id != t.hashes {
		return damaged("ledger hash %d where %d should be", id, t.hashes)
	}
	t.hashes++
	put(t.stored, id, hash)
	return nil
}

func put(into hash.Hash, id int64, hash []byte) {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(id))
	_, _ = into.Write(number[:]) // a hash does not fail
	_, _ = into.Write(hash)
}

// compare holds the tree against the checkpoint of its size.
func (t *tree) compare() error {
	if t.edge.Size() == t.signed.Size && t.signed.Origin != "" && t.edge.Root() != t.signed.Root {
		return damaged("the ledger's root at %d is %s, and %s was signed", t.signed.Size, t.edge.Root(), t.signed.Root)
	}
	return nil
}

// end says whether it was the whole tree.
func (t *tree) end() (tlog.Hash, error) {
	switch {
	case t.edge.Size() != t.size:
		return tlog.Hash{}, damaged("the ledger has %d entries, its head says %d", t.edge.Size(), t.size)
	case t.hashes != tlog.StoredHashCount(t.size) || !bytes.Equal(t.rebuilt.Sum(nil), t.stored.Sum(nil)):
		return tlog.Hash{}, damaged("the ledger's stored hashes are not those of its entries")
	}
	return t.edge.Root(), nil
}
