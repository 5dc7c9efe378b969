package ledger

import (
	"bytes"
	"fmt"

	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

// Proof shows that one entry is in the log, to someone who has the entry and
// the log's public key and nothing else: a C2SP tlog-proof.
type Proof struct {
	Index      int64       // of the entry
	Hashes     []tlog.Hash // from the entry's neighbour up to below the root
	Checkpoint []byte      // signed text
}

// Prove builds the proof that the entry with this index is in the tree of a
// signed checkpoint. It does not check the checkpoint: it is our own.
func Prove(index int64, checkpoint []byte, r tlog.HashReader) (Proof, error) {
	head, err := parseCheckpoint(checkpoint)
	if err != nil {
		return Proof{}, err
	}
	if index < 0 || index >= head.Size {
		return Proof{}, fmt.Errorf("entry %d in a tree of %d leaves: %w", index, head.Size, lifecycle.ErrNotFound)
	}
	hashes, err := tlog.ProveRecord(head.Size, index, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry %d in a tree of %d leaves: %w", index, head.Size, err)
	}
	return Proof{Index: index, Hashes: hashes, Checkpoint: checkpoint}, nil
}

// Verify checks that the entry with this leaf hash is in the log at p.Index,
// under a checkpoint that opens with one of the keys, and returns that
// checkpoint.
func (p Proof) Verify(leaf tlog.Hash, keys note.Verifiers) (Checkpoint, error) {
	checkpoint, err := OpenCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := tlog.CheckRecord(p.Hashes, checkpoint.Size, checkpoint.Root, p.Index, leaf); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: entry %d in a tree of %d leaves: %w", ErrNotProven, p.Index, checkpoint.Size, err)
	}
	return checkpoint, nil
}

// Text writes the proof as c2sp.org/tlog-proof@v1, the content of a
// .tlog-proof file. It has no "extra" line, for nothing there would be signed.
func (p Proof) Text() []byte {
	text := proof.TLogProof{Index: uint64(p.Index), Checkpoint: p.Checkpoint}
	for _, hash := range p.Hashes {
		text.Hashes = append(text.Hashes, hash)
	}
	return text.Marshal()
}

// ParseProof undoes Text and takes no other spelling. It checks the form
// only; Verify says whether the proof holds.
func ParseProof(text []byte) (Proof, error) {
	var parsed proof.TLogProof
	if err := parsed.Unmarshal(text); err != nil {
		return Proof{}, fmt.Errorf("malformed proof: %w: %w", lifecycle.ErrInvalid, err)
	}
	if parsed.Index > maxSize {
		return Proof{}, fmt.Errorf("malformed proof: index %d: %w", parsed.Index, lifecycle.ErrInvalid)
	}
	p := Proof{Index: int64(parsed.Index), Checkpoint: parsed.Checkpoint}
	for _, hash := range parsed.Hashes {
		p.Hashes = append(p.Hashes, hash)
	}
	if !bytes.Equal(p.Text(), text) {
		return Proof{}, fmt.Errorf("proof in another spelling: %w", lifecycle.ErrInvalid)
	}
	return p, nil
}
