package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlSale = `
SELECT sale_id, org_id, clerk, machine, receipt_hash, sold_at, recorded_at, from_state, epoch, voided_at
FROM sale WHERE unit_id = $1 AND sale_id = $2`

// Sale reads one sale of a unit.
func Sale(tx *engine.Tx, unit lifecycle.UnitID, id lifecycle.SaleID) (lifecycle.Sale, error) {
	return one(tx, sqlSale, unit, "sale", id, scanSale)
}

func scanSale(scan engine.Scan) (lifecycle.Sale, error) {
	var s lifecycle.Sale
	err := scan(engine.TextTo(&s.ID), engine.TextTo(&s.Org), engine.TextTo(&s.Clerk), engine.TextTo(&s.Machine),
		engine.TextTo(&s.ReceiptHash), engine.Instant{To: &s.SoldAt}, engine.Instant{To: &s.RecordedAt},
		engine.TextTo(&s.From), &s.Epoch, engine.Instant{To: &s.VoidedAt})
	return s, err
}

const sqlPutSale = `
INSERT INTO sale (unit_id, sale_id, epoch, org_id, clerk, machine, receipt_hash, sold_at, recorded_at, from_state,
  voided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (unit_id, sale_id) DO UPDATE SET epoch = excluded.epoch, org_id = excluded.org_id,
  clerk = excluded.clerk, machine = excluded.machine, receipt_hash = excluded.receipt_hash,
  sold_at = excluded.sold_at, recorded_at = excluded.recorded_at, from_state = excluded.from_state,
  voided_at = excluded.voided_at`

func putSale(tx *engine.Tx, unit lifecycle.UnitID, s lifecycle.Sale) error {
	if err := claim(tx, KindSale, string(s.ID), unit); err != nil {
		return err
	}
	_, err := tx.Exec(sqlPutSale, string(unit), string(s.ID), int64(s.Epoch), string(s.Org), engine.Opt(s.Clerk),
		engine.Opt(s.Machine), engine.Opt(s.ReceiptHash), s.SoldAt.UnixMilli(), s.RecordedAt.UnixMilli(),
		string(s.From), engine.At(s.VoidedAt))
	if err != nil {
		return fmt.Errorf("write sale %s: %w", s.ID, err)
	}
	return nil
}

const sqlLastSale = `
SELECT sale_id FROM sale
WHERE unit_id = $1 AND sale_id <> $2 AND voided_at IS NULL
ORDER BY epoch DESC, recorded_at DESC LIMIT 1`

// lastSale is the newest sale beside one that is being voided, empty for none.
func lastSale(tx *engine.Tx, unit lifecycle.UnitID, voided lifecycle.SaleID) (lifecycle.SaleID, error) {
	var id lifecycle.SaleID
	if _, err := tx.Get(sqlLastSale, []any{string(unit), string(voided)}, engine.TextTo(&id)); err != nil {
		return "", fmt.Errorf("read last sale of %s: %w", unit, err)
	}
	return id, nil
}
