package ledger_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// loose turns hashes into what the other library takes.
func loose(hashes []tlog.Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

// TestProofsAgainstMerkle verifies every inclusion proof of every small tree
// by other people's code, and by ours after a trip through the text.
func TestProofsAgainstMerkle(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	for size := 1; size <= 70; size++ {
		m := newMemory(t, size)
		text, root := m.sign(t, signer), m.edge.Root()
		for index := range int64(size) {
			made, err := ledger.Prove(index, text, m)
			if err != nil {
				t.Fatal(err)
			}
			leaf := ledger.LeafHash(m.entries[index].Bytes)
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(size), leaf[:], loose(made.Hashes), root[:]); err != nil {
				t.Fatalf("entry %d of %d: merkle says %v", index, size, err)
			}
			parsed, err := ledger.ParseProof(made.Text())
			if err != nil {
				t.Fatalf("ParseProof() = %v of\n%s", err, made.Text())
			}
			checkpoint, err := parsed.Verify(leaf, keys)
			if err != nil || checkpoint != m.checkpoint() {
				t.Fatalf("entry %d of %d: Verify() = %+v, %v", index, size, checkpoint, err)
			}
		}
	}
}

func TestProofDoesNotProveElse(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	_, stranger := signingKey(t, testOrigin, 2)
	m := newMemory(t, 50)
	leaf := m.entries[20].Hash
	made, err := ledger.Prove(20, m.sign(t, signer), m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.Verify(m.entries[21].Hash, keys); !errors.Is(err, ledger.ErrNotProven) {
		t.Errorf("another entry: %v, want ErrNotProven", err)
	}
	if _, err := made.Verify(leaf, verifiers(stranger)); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Errorf("another key: %v, want ErrUnknownKey", err)
	}
	spoilt := map[string]func(*ledger.Proof){
		"another index":    func(p *ledger.Proof) { p.Index = 21 },
		"index beyond":     func(p *ledger.Proof) { p.Index = 50 },
		"a hash too few":   func(p *ledger.Proof) { p.Hashes = p.Hashes[1:] },
		"a hash too many":  func(p *ledger.Proof) { p.Hashes = append(p.Hashes, tlog.Hash{}) },
		"a changed hash":   func(p *ledger.Proof) { p.Hashes = append([]tlog.Hash{{1}}, p.Hashes[1:]...) },
		"another size":     func(p *ledger.Proof) { p.Checkpoint = m.checkpoints[6].Text },
		"hashes reordered": func(p *ledger.Proof) { p.Hashes = append(p.Hashes[1:2:2], p.Hashes[0]) },
	}
	for name, spoil := range spoilt {
		bad := made
		spoil(&bad)
		if _, err := bad.Verify(leaf, keys); !errors.Is(err, ledger.ErrNotProven) {
			t.Errorf("%s: Verify() = %v, want ErrNotProven", name, err)
		}
	}
}

func TestProveRefuses(t *testing.T) {
	t.Parallel()
	signer, _ := logKeys(t)
	m := newMemory(t, 5)
	text := m.sign(t, signer)
	for _, index := range []int64{-1, 5, 1 << 60} {
		if _, err := ledger.Prove(index, text, m); !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("Prove(%d) = %v, want ErrNotFound", index, err)
		}
	}
	if _, err := ledger.Prove(0, []byte("nonsense"), m); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("Prove under nonsense = %v, want ErrInvalid", err)
	}
	broken := errors.New("broken")
	fails := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return nil, broken })
	if _, err := ledger.Prove(0, text, fails); !errors.Is(err, broken) {
		t.Errorf("Prove from a broken reader = %v, want %v", err, broken)
	}
}

func TestProofText(t *testing.T) {
	t.Parallel()
	signer, _ := logKeys(t)
	m := newMemory(t, 2)
	text := m.sign(t, signer)
	made, err := ledger.Prove(1, text, m)
	if err != nil {
		t.Fatal(err)
	}
	want := "c2sp.org/tlog-proof@v1\nindex 1\n" + m.entries[0].Hash.String() + "\n\n" + string(text)
	if diff := cmp.Diff(want, string(made.Text())); diff != "" {
		t.Errorf("Text() (-want +got):\n%s", diff)
	}
	bad := map[string]string{
		"nothing":         "",
		"another version": strings.Replace(want, "@v1", "@v2", 1),
		"extra line":      strings.Replace(want, "\nindex", "\nextra AAAA\nindex", 1),
		"leading zero":    strings.Replace(want, "index 1", "index 01", 1),
		"negative index":  strings.Replace(want, "index 1", "index -1", 1),
		"huge index":      strings.Replace(want, "index 1", "index 18446744073709551615", 1),
		"short hash":      strings.Replace(want, m.entries[0].Hash.String(), "AAAA", 1),
		"return":          strings.Replace(want, "index 1\n", "index 1\r\n", 1),
		"cut":             want[:len(want)-1],
	}
	for name, text := range bad {
		if got, err := ledger.ParseProof([]byte(text)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: ParseProof() = %+v, %v, want ErrInvalid", name, got, err)
		}
	}
}

func TestConsistencyAgainstMerkle(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 0)
	trees := []ledger.Checkpoint{m.checkpoint()}
	for n := range 40 {
		m.append(testEntry(t, n))
		trees = append(trees, m.checkpoint())
	}
	for newer := range trees {
		for older := range newer + 1 {
			from, to := trees[older], trees[newer]
			made, err := ledger.ProveConsistency(from.Size, to.Size, m)
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckConsistency(from, to, made); err != nil {
				t.Errorf("%d in %d: CheckConsistency() = %v", older, newer, err)
			}
			err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), uint64(newer), loose(made), from.Root[:], to.Root[:])
			if err != nil {
				t.Errorf("%d in %d: merkle says %v", older, newer, err)
			}
			from.Root[0] ^= 1
			if err := ledger.CheckConsistency(from, to, made); !errors.Is(err, ledger.ErrNotProven) {
				t.Errorf("%d in %d with another root: %v, want ErrNotProven", older, newer, err)
			}
		}
	}
}

func TestConsistencyRefuses(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 10)
	for _, sizes := range [][2]int64{{-1, 5}, {6, 5}, {1, 1 << 62}} {
		if _, err := ledger.ProveConsistency(sizes[0], sizes[1], m); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("ProveConsistency(%d, %d) = %v, want ErrInvalid", sizes[0], sizes[1], err)
		}
	}
	if _, err := ledger.ProveConsistency(5, 100, m); err == nil {
		t.Error("proved consistency with hashes that are not stored")
	}
	elsewhere := m.checkpoint()
	elsewhere.Origin = "other.example/log"
	if err := ledger.CheckConsistency(elsewhere, m.checkpoint(), nil); !errors.Is(err, ledger.ErrNotProven) {
		t.Errorf("two logs: %v, want ErrNotProven", err)
	}
	empty := newMemory(t, 0).checkpoint()
	if err := ledger.CheckConsistency(empty, m.checkpoint(), []tlog.Hash{{}}); !errors.Is(err, ledger.ErrNotProven) {
		t.Errorf("a proof from nothing: %v, want ErrNotProven", err)
	}
}

// FuzzParseProof holds the parser to one spelling of each proof, and what it
// accepts to Verify, which must not panic.
func FuzzParseProof(f *testing.F) {
	signer, keys := logKeys(f)
	m := newMemory(f, 20)
	made, err := ledger.Prove(7, m.sign(f, signer), m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(made.Text())
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := ledger.ParseProof(text)
		if err != nil {
			return
		}
		if !bytes.Equal(parsed.Text(), text) {
			t.Errorf("parsed %q, writes %q", text, parsed.Text())
		}
		if _, err := parsed.Verify(m.entries[7].Hash, keys); err == nil && parsed.Index != 7 {
			t.Errorf("entry 7 proven at index %d", parsed.Index)
		}
	})
}
