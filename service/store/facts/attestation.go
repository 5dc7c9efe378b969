package facts

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAttestations = `
SELECT order_id, check_id, person_id, at, pass, note, photos
FROM attestation WHERE unit_id = $1 AND order_id = $2
ORDER BY at, check_id, person_id`

func attestations(tx *engine.Tx, unit lifecycle.UnitID, order lifecycle.OrderID) ([]lifecycle.Attestation, error) {
	return engine.List(tx, sqlAttestations, []any{string(unit), string(order)}, scanAttestation)
}

func scanAttestation(scan engine.Scan) (lifecycle.Attestation, error) {
	var a lifecycle.Attestation
	var photos []byte
	err := scan(engine.TextTo(&a.Order), &a.Check, engine.TextTo(&a.By), engine.Instant{To: &a.At}, &a.Pass,
		engine.TextTo(&a.Note), &photos)
	if err == nil && photos != nil {
		err = json.Unmarshal(photos, &a.Photos)
	}
	return a, err
}

const sqlPutAttestation = `
INSERT INTO attestation (unit_id, order_id, check_id, person_id, epoch, at, pass, note, photos)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (unit_id, order_id, check_id, person_id) DO UPDATE SET epoch = excluded.epoch, at = excluded.at,
  pass = excluded.pass, note = excluded.note, photos = excluded.photos`

func putAttestations(tx *engine.Tx, unit lifecycle.Unit, attestations []lifecycle.Attestation) error {
	for _, a := range attestations {
		var photos string // null for none: most words have none
		if len(a.Photos) > 0 {
			list, err := json.Marshal(a.Photos)
			if err != nil {
				return fmt.Errorf("write attestation %s of order %s: %w", a.Check, a.Order, err)
			}
			photos = string(list)
		}
		_, err := tx.Exec(sqlPutAttestation, string(unit.ID), string(a.Order), a.Check, string(a.By), int64(unit.Epoch),
			a.At.UnixMilli(), a.Pass, engine.Opt(a.Note), engine.Opt(photos))
		if err != nil {
			return fmt.Errorf("write attestation %s of order %s: %w", a.Check, a.Order, err)
		}
	}
	return nil
}
