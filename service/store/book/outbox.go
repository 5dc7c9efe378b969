package book

import (
	"fmt"

	"quitclaim/service/store/engine"
)

// Unplaced is the index of an entry that waits for its place in the ledger.
const Unplaced = -1

// Outbox is the writing end where many write: an entry commits with its change,
// and a Sequencer gives it its place.
type Outbox struct{ NewID func() string }

// The sequence is PostgreSQL's own: only there does an entry wait.
const postgresAddWaiting = `
INSERT INTO log_entry (entry_id, kind, subject, event, at, state, epoch, leaf_hash, entry, idx, arrival)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, nextval('log_entry_arrival'))`

// Append writes an event. Its index is Unplaced.
func (o Outbox) Append(tx *engine.Tx, r Record) (int64, error) {
	entry, err := r.encode(o.NewID)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(postgresAddWaiting, entry.columns()...); err != nil {
		return 0, fmt.Errorf("write ledger entry of %s: %w", r.Subject, err)
	}
	return Unplaced, nil
}
