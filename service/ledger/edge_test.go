package ledger_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// independent is the same tree by other people's code.
func independent(t *testing.T) *compact.Range {
	t.Helper()
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return factory.NewEmptyRange(0)
}

func TestRootAgainstMerkle(t *testing.T) {
	t.Parallel()
	m, other := new(memory), independent(t)
	for n := range 600 {
		entry := testEntry(t, n)
		m.append(entry)
		if err := other.Append(rfc6962.DefaultHasher.HashLeaf(entry), nil); err != nil {
			t.Fatal(err)
		}
		want, err := other.GetRootHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.edge.Root(); got != tlog.Hash(want) {
			t.Fatalf("root of %d leaves = %s, merkle has %x", n+1, got, want)
		}
		if got, err := tlog.TreeHash(int64(n+1), m); err != nil || got != tlog.Hash(want) {
			t.Fatalf("root from stored hashes = %s, %v, want %x", got, err, want)
		}
	}
}

func TestEmptyRoot(t *testing.T) {
	t.Parallel()
	if got, want := (ledger.Edge{}).Root(), tlog.Hash(rfc6962.DefaultHasher.EmptyRoot()); got != want {
		t.Errorf("root of the empty tree = %s, want %s", got, want)
	}
}

// TestAppendInGroups holds every way of cutting the same leaves into groups to
// the same stored hashes, and those to the ones of x/mod.
func TestAppendInGroups(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SliceOf(rapid.IntRange(0, 300)).Draw(t, "groups")
		var (
			edge ledger.Edge
			got  []tlog.Hash
			want memory
		)
		for _, size := range groups {
			leaves := make([]tlog.Hash, size)
			for i := range leaves {
				leaves[i] = ledger.LeafHash([]byte{byte(i), byte(i >> 8)})
				stored, err := tlog.StoredHashesForRecordHash(edge.Size()+int64(i), leaves[i], &want)
				if err != nil {
					t.Fatal(err)
				}
				for _, hash := range stored {
					want.hashes = append(want.hashes, ledger.StoredHash{Hash: hash})
				}
			}
			if edge.HashCount() != int64(len(got)) {
				t.Fatalf("HashCount() = %d with %d hashes stored", edge.HashCount(), len(got))
			}
			next, stored := edge.Append(leaves...)
			edge, got = next, append(got, stored...)

			read, err := ledger.ReadEdge(edge.Size(), &want)
			if err != nil || read.Root() != edge.Root() {
				t.Fatalf("ReadEdge(%d) has root %s, %v, want %s", edge.Size(), read.Root(), err, edge.Root())
			}
		}
		for id, hash := range got {
			if hash != want.hashes[id].Hash {
				t.Fatalf("stored hash %d = %s, want %s", id, hash, want.hashes[id].Hash)
			}
		}
	})
}

func TestAppendLeavesTheEdgeAlone(t *testing.T) {
	t.Parallel()
	for size := range 40 {
		m := newMemory(t, size)
		before := m.edge.Root()
		m.edge.Append(ledger.LeafHash(nil), ledger.LeafHash(nil), ledger.LeafHash(nil))
		other, _ := m.edge.Append(ledger.LeafHash([]byte("other")))
		again, _ := m.edge.Append(ledger.LeafHash([]byte("other")))
		if m.edge.Root() != before || m.edge.Size() != int64(size) || other.Root() != again.Root() {
			t.Errorf("an append that was thrown away changed the edge at size %d", size)
		}
	}
}

func TestReadEdgeErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fails := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return nil, broken })
	if _, err := ledger.ReadEdge(3, fails); !errors.Is(err, broken) {
		t.Errorf("ReadEdge from a broken reader = %v, want %v", err, broken)
	}
	short := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return make([]tlog.Hash, 1), nil })
	if _, err := ledger.ReadEdge(3, short); err == nil {
		t.Error("ReadEdge took one hash for two")
	}
	for _, size := range []int64{-1, 1 << 62} {
		if _, err := ledger.ReadEdge(size, fails); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("ReadEdge(%d) = %v, want ErrInvalid", size, err)
		}
	}
	if edge, err := ledger.ReadEdge(0, fails); err != nil || edge.Size() != 0 {
		t.Errorf("ReadEdge(0) = %v, %v, want the empty edge without reading", edge, err)
	}
}

func TestEdgeText(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 3, 63, 64, 100} {
		want := newMemory(t, size).edge
		line, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got ledger.Edge
		if err := got.UnmarshalText(line); err != nil {
			t.Fatalf("UnmarshalText(%s) = %v", line, err)
		}
		if diff := cmp.Diff(want.Root(), got.Root()); diff != "" || got.Size() != want.Size() {
			t.Errorf("edge of size %d came back as size %d, root (-want +got):\n%s", want.Size(), got.Size(), diff)
		}
	}
	for _, line := range []string{"", "x", "-1", "1", "0 ", "2 AAAA", "9223372036854775807"} {
		if err := new(ledger.Edge).UnmarshalText([]byte(line)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("UnmarshalText(%q) = %v, want ErrInvalid", line, err)
		}
	}
}
