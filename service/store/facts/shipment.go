package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlShipment = `
SELECT shipment_id, from_org, to_org, sent_by, sent_at, received_by, received_at
FROM shipment WHERE unit_id = $1 AND shipment_id = $2`

func shipment(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.ShipmentID) (lifecycle.Shipment, error) {
	return one(tx, sqlShipment, unit, "shipment", id, scanShipment)
}

func scanShipment(scan engine.Scan) (lifecycle.Shipment, error) {
	var s lifecycle.Shipment
	err := scan(engine.TextTo(&s.ID), engine.TextTo(&s.From), engine.TextTo(&s.To), engine.TextTo(&s.SentBy),
		engine.Instant{To: &s.SentAt}, engine.TextTo(&s.ReceivedBy), engine.Instant{To: &s.ReceivedAt})
	return s, err
}

const sqlPutShipment = `
INSERT INTO shipment (unit_id, shipment_id, epoch, from_org, to_org, sent_by, sent_at, received_by, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (unit_id, shipment_id) DO UPDATE SET epoch = excluded.epoch, from_org = excluded.from_org,
  to_org = excluded.to_org, sent_by = excluded.sent_by, sent_at = excluded.sent_at,
  received_by = excluded.received_by, received_at = excluded.received_at`

func putShipment(tx *engine.Tx, unit lifecycle.Unit, s lifecycle.Shipment) error {
	_, err := tx.Exec(sqlPutShipment, string(unit.ID), string(s.ID), int64(unit.Epoch), string(s.From), string(s.To),
		engine.Opt(s.SentBy), s.SentAt.UnixMilli(), engine.Opt(s.ReceivedBy), engine.At(s.ReceivedAt))
	if err != nil {
		return fmt.Errorf("write shipment %s: %w", s.ID, err)
	}
	return nil
}
