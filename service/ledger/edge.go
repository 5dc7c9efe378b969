package ledger

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

// maxSize bounds every tree size read from outside. Stored hash ids are about
// twice the size and must not overflow.
const maxSize = 1 << 61

// Edge is the right edge of the tree at one size: the roots of its complete
// subtrees, largest first, one for each bit that is set in the size. It is
// everything that appending needs and everything that the root needs, at most
// 61 hashes. An Edge never changes; Append returns the next one, so a
// transaction that is rolled back leaves the old one valid. The zero Edge is
// the empty tree.
type Edge struct {
	size  int64
	nodes []tlog.Hash
}

// ReadEdge reads the edge of the tree with size leaves, by one call to r.
func ReadEdge(size int64, r tlog.HashReader) (Edge, error) {
	if size < 0 || size > maxSize {
		return Edge{}, fmt.Errorf("tree size %d: %w", size, lifecycle.ErrInvalid)
	}
	if size == 0 {
		return Edge{}, nil
	}
	ids := edgeIDs(size)
	nodes, err := r.ReadHashes(ids)
	if err != nil {
		return Edge{}, fmt.Errorf("read the right edge at size %d: %w", size, err)
	}
	if len(nodes) != len(ids) {
		return Edge{}, fmt.Errorf("read the right edge at size %d: %d hashes for %d ids", size, len(nodes), len(ids))
	}
	return Edge{size: size, nodes: slices.Clone(nodes)}, nil
}

// edgeIDs are the stored hash ids of the complete subtrees, largest first.
func edgeIDs(size int64) []int64 {
	ids := make([]int64, 0, bits.OnesCount64(uint64(size)))
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		if size>>level&1 == 1 {
			// Left of this subtree lie only larger ones: size with this
			// bit and all lower ones cut off.
			ids = append(ids, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	return ids
}

// Size is the number of leaves in the tree.
func (e Edge) Size() int64 { return e.size }

// HashCount is the number of hashes stored for the tree, and so the id of the
// first hash that the next Append returns.
func (e Edge) HashCount() int64 { return tlog.StoredHashCount(e.size) }

// Append adds leaves, in order. It returns the edge of the grown tree and the
// hashes to store, whose ids run on from e.HashCount(): first each leaf's own
// hash, then those of the subtrees which that leaf completes.
func (e Edge) Append(leaves ...tlog.Hash) (Edge, []tlog.Hash) {
	next := e.clone()
	stored := make([]tlog.Hash, 0, 2*len(leaves)+1)
	for _, leaf := range leaves {
		stored = next.push(leaf, stored)
	}
	return next, stored
}

// push is Append for one leaf and in place: it adds the new hashes to stored.
func (e *Edge) push(leaf tlog.Hash, stored []tlog.Hash) []tlog.Hash {
	stored = append(stored, leaf)
	node := leaf
	// Each trailing one bit of the old size is a complete subtree that the
	// new leaf makes into the left half of a larger one.
	for n := e.size; n&1 == 1; n >>= 1 {
		last := len(e.nodes) - 1
		node = tlog.NodeHash(e.nodes[last], node)
		e.nodes = e.nodes[:last]
		stored = append(stored, node)
	}
	e.nodes = append(e.nodes, node)
	e.size++
	return stored
}

func (e Edge) clone() Edge { return Edge{size: e.size, nodes: slices.Clone(e.nodes)} }

// Root is the root hash of the tree (RFC 6962, section 2.1).
func (e Edge) Root() tlog.Hash {
	if e.size == 0 {
		return emptyRoot()
	}
	last := len(e.nodes) - 1
	root := e.nodes[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(e.nodes[i], root)
	}
	return root
}

// MarshalText writes the edge as one line, "size hash hash ...", hashes in
// base64: the position of an audit that goes on later.
func (e Edge) MarshalText() ([]byte, error) {
	line := strconv.AppendInt(nil, e.size, 10)
	for _, node := range e.nodes {
		line = fmt.Appendf(line, " %s", node)
	}
	return line, nil
}

// UnmarshalText undoes MarshalText.
func (e *Edge) UnmarshalText(line []byte) error {
	fields := strings.Split(string(line), " ")
	size, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || size < 0 || size > maxSize || len(fields)-1 != bits.OnesCount64(uint64(size)) {
		return fmt.Errorf("malformed edge: %w", lifecycle.ErrInvalid)
	}
	var nodes []tlog.Hash
	for _, field := range fields[1:] {
		node, err := tlog.ParseHash(field)
		if err != nil {
			return fmt.Errorf("malformed edge: %w", lifecycle.ErrInvalid)
		}
		nodes = append(nodes, node)
	}
	*e = Edge{size: size, nodes: nodes}
	return nil
}
