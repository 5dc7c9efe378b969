package ledger_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
)

const testOrigin = "qc.example/log"

// signingKey is a key pair that is the same in every run.
func signingKey(t testing.TB, name string, seed byte) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// logKeys are the keys of the log in these tests.
func logKeys(t testing.TB) (note.Signer, note.Verifiers) {
	t.Helper()
	signer, verifier := signingKey(t, testOrigin, 1)
	return signer, note.VerifierList(verifier)
}

// memory is a stored log in slices: hash reader and audit source.
type memory struct {
	edge        ledger.Edge
	entries     []ledger.Entry
	hashes      []ledger.StoredHash
	checkpoints []ledger.StoredCheckpoint
	size        int64 // as the head has it
	dense       bool  // nobody tampers: row i has number i, no need to look
}

func (m *memory) Head(context.Context) (ledger.Head, error) {
	head := ledger.Head{Size: m.size, Entries: int64(len(m.entries)), Hashes: int64(len(m.hashes))}
	for _, checkpoint := range m.checkpoints {
		head.Checkpoint = max(head.Checkpoint, checkpoint.Size)
	}
	return head, nil
}

func (m *memory) Entries(_ context.Context, from, to int64) ([]ledger.Entry, error) {
	return within(m, m.entries, from, to, func(e ledger.Entry) int64 { return e.Index }), nil
}

func (m *memory) Hashes(_ context.Context, from, to int64) ([]ledger.StoredHash, error) {
	return within(m, m.hashes, from, to, func(h ledger.StoredHash) int64 { return h.ID }), nil
}

func (m *memory) Checkpoints(_ context.Context, from, to int64) ([]ledger.StoredCheckpoint, error) {
	var found []ledger.StoredCheckpoint
	for _, checkpoint := range m.checkpoints {
		if checkpoint.Size >= from && checkpoint.Size < to {
			found = append(found, checkpoint)
		}
	}
	return found, nil
}

func (m *memory) ReadHashes(ids []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(ids))
	for i, id := range ids {
		if id >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("hash %d is not stored", id)
		}
		hashes[i] = m.hashes[id].Hash
	}
	return hashes, nil
}

// within finds the rows of a range, as a database would with an index.
func within[T any](m *memory, rows []T, from, to int64, number func(T) int64) []T {
	if m.dense {
		return rows[from:to]
	}
	var found []T
	for _, row := range rows {
		if n := number(row); n >= from && n < to {
			found = append(found, row)
		}
	}
	return found
}

// append adds entries in one group.
func (m *memory) append(entries ...[]byte) {
	leaves := make([]tlog.Hash, len(entries))
	for i, entry := range entries {
		leaves[i] = ledger.LeafHash(entry)
		m.entries = append(m.entries, ledger.Entry{Index: m.edge.Size() + int64(i), Bytes: entry, Hash: leaves[i]})
	}
	id := m.edge.HashCount()
	edge, stored := m.edge.Append(leaves...)
	for i, hash := range stored {
		m.hashes = append(m.hashes, ledger.StoredHash{ID: id + int64(i), Hash: hash})
	}
	m.edge = edge
	m.size = edge.Size()
}

func (m *memory) checkpoint() ledger.Checkpoint {
	return ledger.Checkpoint{Origin: testOrigin, Size: m.edge.Size(), Root: m.edge.Root()}
}

// sign stores a checkpoint of the present size and returns its text.
func (m *memory) sign(t testing.TB, signers ...note.Signer) []byte {
	t.Helper()
	text, err := m.checkpoint().Sign(signers...)
	if err != nil {
		t.Fatal(err)
	}
	m.checkpoints = append(m.checkpoints, ledger.StoredCheckpoint{Size: m.edge.Size(), Text: text})
	return text
}

// newMemory is a log with size entries, appended in groups of seven, and a
// checkpoint after each.
func newMemory(t testing.TB, size int) *memory {
	t.Helper()
	signer, _ := logKeys(t)
	m := new(memory)
	for m.edge.Size() < int64(size) {
		for n := min(7, int64(size)-m.edge.Size()); n > 0; n-- {
			m.append(testEntry(t, int(m.edge.Size())))
		}
		m.sign(t, signer)
	}
	return m
}

// testEntry is a leaf of about the size that a return has.
func testEntry(t testing.TB, n int) []byte {
	t.Helper()
	leaf := ledger.Leaf{
		ID: fmt.Sprintf("evt_%026d", n), At: time.UnixMilli(1_800_000_000_000 + int64(n)),
		Kind: "unit", Subject: fmt.Sprintf("unit_%026d", n%1000), Event: "return",
		Body: fmt.Appendf(nil, `{"authority":"sale-match","by":"org_%026d","epoch":%d,"order":"ord_%026d"}`, n%7, n%5, n),
	}
	binary.BigEndian.PutUint64(leaf.Salt[:], uint64(n))
	entry, err := leaf.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// publicKey is the Ed25519 key in a note verifier key made by signingKey.
func publicKey(seed byte) ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32)).Public().(ed25519.PublicKey)
}

func verifiers(keys ...note.Verifier) note.Verifiers { return note.VerifierList(keys...) }
