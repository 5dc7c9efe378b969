package facts

import (
	"fmt"
	"time"

	"quitclaim/service/store/engine"
)

// Of a clock that was set back are: work that was opened later than now, and
// work that was put off further than anybody puts it off. What has a date of its
// own waits for it: evidence that is kept too long harms nobody.
const sqlPullWork = `
UPDATE work SET next_at = $1, first_at = CASE WHEN first_at > $1 THEN CAST($1 AS BIGINT) ELSE first_at END
WHERE done_at IS NULL AND next_at > $1 AND (first_at > $1 OR next_at > $2) AND (due_at IS NULL OR due_at <= $1)`

const sqlPullLeases = `UPDATE work SET lease_until = NULL WHERE done_at IS NULL AND lease_until > $1`

// PullWork makes due now what a clock that was ahead has put into the future;
// otherwise it would wait until the right one has caught up. Nobody has a lease
// beyond leases, and nobody puts work off beyond waits.
func PullWork(tx *engine.Tx, now, leases, waits time.Time) error {
	if _, err := tx.Exec(sqlPullWork, now.UnixMilli(), waits.UnixMilli()); err != nil {
		return fmt.Errorf("pull work to now: %w", err)
	}
	if _, err := tx.Exec(sqlPullLeases, leases.UnixMilli()); err != nil {
		return fmt.Errorf("end leases of another clock: %w", err)
	}
	return nil
}
