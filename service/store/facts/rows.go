package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Rows reads every row that there is about a unit, also those that no rule
// looks at any more: who verifies a ledger wants to see an ended binding that
// somebody made live by hand.
func Rows(tx *engine.Tx, unit lifecycle.UnitID, now time.Time) (lifecycle.Snapshot, error) {
	r, err := Load(tx, unit, now)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	if r.Bindings, err = Bindings(tx, unit); err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("rows of %s: %w", unit, err)
	}
	if r.Offers, err = engine.List(tx, sqlAllOffers, []any{string(unit)}, scanOffer); err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("rows of %s: %w", unit, err)
	}
	if r.Holds, err = engine.List(tx, sqlAllHolds, []any{string(unit)}, scanHold); err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("rows of %s: %w", unit, err)
	}
	if r.Attestations, err = engine.List(tx, sqlAllAttestations, []any{string(unit)}, scanAttestation); err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("rows of %s: %w", unit, err)
	}
	return r.Snapshot, nil
}
