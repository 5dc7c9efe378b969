package store

import (
	"fmt"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// ReceiptHash is the keyed hash under which rules and rows know a receipt
// number. Numbers of two organisations never meet.
func (s *Store) ReceiptHash(org lifecycle.OrgID, receipt string) string {
	return s.keys.LookupHash("receipt", string(org)+"\x00"+strings.TrimSpace(receipt))
}

const sqlPutReceipt = `
INSERT INTO receipt (unit_id, receipt_hash, epoch, org_id, sealed)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (unit_id, receipt_hash) DO NOTHING`

func (s *Store) putReceipt(tx *engine.Tx, unit lifecycle.Unit, org lifecycle.OrgID, receipt string) error {
	hash := s.ReceiptHash(org, receipt)
	key, err := s.ownKey(tx, "receipt/"+hash)
	if err != nil {
		return err
	}
	sealed, err := key.Seal("receipt.sealed", []byte(receipt))
	if err != nil {
		return fmt.Errorf("seal receipt number: %w", err)
	}
	if _, err := tx.Exec(sqlPutReceipt, string(unit.ID), hash, int64(unit.Epoch), string(org), sealed); err != nil {
		return fmt.Errorf("keep receipt number: %w", err)
	}
	return nil
}
