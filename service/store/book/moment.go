package book

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/store/engine"
)

// maxWaiting bounds the entries without a place that are read at once: a
// leader that lives leaves a quarter of a second's.
const maxWaiting = 4096

const sqlUnplaced = `
SELECT entry_id, at, leaf_hash, entry FROM log_entry
WHERE idx IS NULL
ORDER BY arrival, entry_id LIMIT $1`

// Moment reads how far the log has come, in the transaction that reads what it
// is compared with.
func Moment(tx *engine.Tx) (m ledger.Moment, err error) {
	if _, err := tx.Get(sqlHead, nil, &m.Size); err != nil {
		return m, fmt.Errorf("read the head of the ledger: %w", err)
	}
	m.Waiting, err = engine.List(tx, sqlUnplaced, []any{int64(maxWaiting + 1)}, scanUnplaced)
	if err != nil {
		return m, fmt.Errorf("read entries without a place: %w", err)
	}
	if len(m.Waiting) > maxWaiting {
		m.Waiting, m.More = m.Waiting[:maxWaiting], true
	}
	return m, nil
}

func scanUnplaced(scan engine.Scan) (ledger.Waiting, error) {
	var w ledger.Waiting
	var hash []byte
	if err := scan(&w.ID, engine.Instant{To: &w.At}, &hash, &w.Bytes); err != nil {
		return ledger.Waiting{ID: w.ID}, nil // whoever compares finds that it is not what it says
	}
	if len(hash) == tlog.HashSize { // else it fits no bytes, and who compares says so
		copy(w.Hash[:], hash)
	}
	return w, nil
}

const sqlPlaceOf = `SELECT idx FROM log_entry WHERE entry_id = $1`

// PlaceOf reads the index of an entry, Unplaced where it has none yet, and
// whether there is such an entry at all.
func PlaceOf(tx *engine.Tx, entry string) (index int64, found bool, err error) {
	var at *int64
	if found, err = tx.Get(sqlPlaceOf, []any{entry}, &at); err != nil {
		return Unplaced, false, fmt.Errorf("read the place of entry %s: %w", entry, err)
	}
	if at == nil {
		return Unplaced, found, nil
	}
	return *at, found, nil
}
