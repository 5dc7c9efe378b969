package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// lists is which of a unit's lists ever had a row. Most units have none of
// them, and a scan should not ask for each. A bit is never cleared: it says
// where to look, not what is there. The numbers are stored; they stay.
type lists int64

const (
	hasBindings    lists = 1 << 0
	hasOffers      lists = 1 << 1
	hasHolds       lists = 1 << 2
	hasSightings   lists = 1 << 3
	hasProbes      lists = 1 << 4
	hasReport      lists = 1 << 5
	hasCredentials lists = 1 << 6
	hasDeletions   lists = 1 << 7
)

// grow adds what a change writes.
func (l lists) grow(change lifecycle.Change) lists {
	return l |
		given(hasBindings, len(change.Bindings)) | given(hasOffers, len(change.Offers)) |
		given(hasHolds, len(change.Holds)) | given(hasSightings, len(change.Sightings)) |
		given(hasProbes, len(change.Probes)) | reported(change.Report) |
		given(hasCredentials, len(change.Credentials)) | given(hasDeletions, len(change.Deletions))
}

func given(l lists, rows int) lists {
	if rows > 0 {
		return l
	}
	return 0
}

func reported(r *lifecycle.Report) lists {
	if r != nil {
		return hasReport
	}
	return 0
}

const sqlUnitHas = `UPDATE unit SET has = has | $2 WHERE unit_id = $1 AND (has & $2) <> $2`

// note says that lists of a unit have rows, for what is written without a
// change.
func note(tx *engine.Tx, unit lifecycle.UnitID, l lists) error {
	if _, err := tx.Exec(sqlUnitHas, string(unit), int64(l)); err != nil {
		return fmt.Errorf("note rows of %s: %w", unit, err)
	}
	return nil
}
