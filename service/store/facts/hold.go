package facts

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlStandingHolds = `
SELECT hold_id, kind, placed_by, placed_at, approved_by, lifted_by, lifted_at, ruling
FROM hold WHERE unit_id = $1 AND lifted_at IS NULL
ORDER BY placed_at, hold_id`

func standingHolds(tx *engine.Tx, unit lifecycle.UnitID) ([]lifecycle.Hold, error) {
	return engine.List(tx, sqlStandingHolds, []any{string(unit)}, scanHold)
}

func scanHold(scan engine.Scan) (lifecycle.Hold, error) {
	var h lifecycle.Hold
	var placedBy, ruling []byte
	err := scan(engine.TextTo(&h.ID), engine.TextTo(&h.Kind), &placedBy, engine.Instant{To: &h.PlacedAt},
		engine.TextTo(&h.ApprovedBy), engine.TextTo(&h.LiftedBy), engine.Instant{To: &h.LiftedAt}, &ruling)
	if err != nil {
		return h, err
	}
	if len(ruling) > 0 {
		if err := json.Unmarshal(ruling, &h.Ruling); err != nil {
			return h, fmt.Errorf("read ruling of %s: %w", h.ID, err)
		}
	}
	err = json.Unmarshal(placedBy, &h.PlacedBy)
	return h, err
}

const sqlPutHold = `
INSERT INTO hold (unit_id, hold_id, epoch, kind, placed_by, placed_at, approved_by, lifted_by, lifted_at, ruling)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (unit_id, hold_id) DO UPDATE SET epoch = excluded.epoch, kind = excluded.kind,
  placed_by = excluded.placed_by, placed_at = excluded.placed_at, approved_by = excluded.approved_by,
  lifted_by = excluded.lifted_by, lifted_at = excluded.lifted_at, ruling = excluded.ruling`

func putHolds(tx *engine.Tx, unit lifecycle.Unit, holds []lifecycle.Hold) error {
	for _, h := range holds {
		if err := claim(tx, KindHold, string(h.ID), unit.ID); err != nil {
			return err
		}
		placedBy, err := json.Marshal(h.PlacedBy)
		if err != nil {
			return fmt.Errorf("write hold %s: %w", h.ID, err)
		}
		ruling, err := rulingText(h.Ruling)
		if err != nil {
			return fmt.Errorf("write ruling of %s: %w", h.ID, err)
		}
		_, err = tx.Exec(sqlPutHold, string(unit.ID), string(h.ID), int64(unit.Epoch), string(h.Kind), string(placedBy),
			h.PlacedAt.UnixMilli(), engine.Opt(h.ApprovedBy), engine.Opt(h.LiftedBy), engine.At(h.LiftedAt),
			engine.Opt(ruling))
		if err != nil {
			return fmt.Errorf("write hold %s: %w", h.ID, err)
		}
	}
	return nil
}

// rulingText is a ruling as it is stored; empty where there is none.
func rulingText(r lifecycle.Ruling) (string, error) {
	if r == (lifecycle.Ruling{}) {
		return "", nil
	}
	text, err := json.Marshal(r)
	return string(text), err
}
