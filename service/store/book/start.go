package book

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlLastEntry = `SELECT entry FROM log_entry WHERE idx = $1`

// check is what a start can afford to check: that the newest checkpoint is our
// own and says what the stored tree says, and that the last entry is the last
// leaf. The whole log is the business of an audit.
func (l *Log) check(tx *engine.Tx, size, signed int64) error {
	if signed > size {
		return fmt.Errorf("%w: a checkpoint is signed at %d, the log ends at %d", errForked, signed, size)
	}
	if signed > 0 {
		if err := l.checkSigned(tx, signed); err != nil {
			return err
		}
	}
	if size == 0 {
		return nil
	}
	var entry []byte
	if _, err := tx.Get(sqlLastEntry, []any{size - 1}, &entry); err != nil {
		return err
	}
	stored, err := hashes{tx}.ReadHashes([]int64{tlog.StoredHashIndex(0, size-1)})
	if err != nil {
		return err
	}
	if hash := ledger.LeafHash(entry); !bytes.Equal(hash[:], stored[0][:]) {
		return fmt.Errorf("%w: the last entry, %d, is not the one that was logged", errForked, size-1)
	}
	return nil
}

func (l *Log) checkSigned(tx *engine.Tx, signed int64) error {
	text, err := Newest(tx)
	if err != nil {
		return err
	}
	checkpoint, err := ledger.OpenCheckpoint(text, l.Keys.LedgerVerifiers())
	if err != nil {
		return fmt.Errorf("newest checkpoint: %w", err)
	}
	root, err := tlog.TreeHash(signed, hashes{tx})
	if err != nil {
		return fmt.Errorf("root at %d: %w", signed, err)
	}
	if checkpoint.Size != signed || checkpoint.Root != root {
		return fmt.Errorf("%w: the tree at %d is not the one that was signed", errForked, signed)
	}
	return nil
}

const sqlHash = `SELECT hash FROM log_hash WHERE stored_idx = $1`

// hashes reads stored hashes through one transaction.
type hashes struct{ tx *engine.Tx }

// ReadHashes implements tlog.HashReader.
func (h hashes) ReadHashes(ids []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(ids))
	for i, id := range ids {
		var hash []byte
		found, err := h.tx.Get(sqlHash, []any{id}, &hash)
		if err != nil {
			return nil, fmt.Errorf("read ledger hash %d: %w", id, err)
		}
		if !found || len(hash) != tlog.HashSize {
			return nil, fmt.Errorf("ledger hash %d: %w", id, lifecycle.ErrNotFound)
		}
		list[i] = tlog.Hash(hash)
	}
	return list, nil
}
