package book

import (
	"fmt"

	"quitclaim/service/store/engine"
)

const sqlAddHash = `INSERT INTO log_hash (stored_idx, hash) VALUES ($1, $2) ON CONFLICT (stored_idx) DO NOTHING`

// An entry adds two hashes to the tree on average. One statement for sixteen
// rows takes a fifth of the time that sixteen take.
const sqlAddHashes = `
INSERT INTO log_hash (stored_idx, hash) VALUES
  ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14), ($15, $16), ($17, $18),
  ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), ($31, $32)
ON CONFLICT (stored_idx) DO NOTHING`

// hashesAtOnce is how many rows sqlAddHashes has.
const hashesAtOnce = 16

// addHashes writes what the present transaction added to the tree. Of two that
// sequence at once, the second finds its rows there.
func (l *Log) addHashes(tx *engine.Tx) error {
	var written int64
	left := l.added
	for ; len(left) >= 2*hashesAtOnce; left = left[2*hashesAtOnce:] {
		rows, err := tx.Exec(sqlAddHashes, left[:2*hashesAtOnce]...)
		if err != nil {
			return fmt.Errorf("write ledger hashes from %d: %w", left[0], err)
		}
		written += rows
	}
	for ; len(left) > 0; left = left[2:] {
		rows, err := tx.Exec(sqlAddHash, left[0], left[1])
		if err != nil {
			return fmt.Errorf("write ledger hash %d: %w", left[0], err)
		}
		written += rows
	}
	if want := int64(len(l.added) / 2); written != want {
		return fmt.Errorf("wrote %d ledger hashes of %d: %w", written, want, l.overtaken())
	}
	l.added = nil // not cut short: an undo may want what is in it
	return nil
}
