package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPhotograph = `
SELECT picture FROM photograph WHERE unit_id = $1 AND order_id = $2 AND digest = $3`

// Photograph reads a picture of an order, as it is kept.
func Photograph(tx *engine.Tx, unit lifecycle.UnitID, order lifecycle.OrderID, digest string) ([]byte, error) {
	var picture []byte
	found, err := tx.Get(sqlPhotograph, []any{string(unit), string(order), digest}, &picture)
	return picture, present(found, err, "photograph", digest)
}

// Two people may send the same picture; it is kept once.
const sqlPutPhotograph = `
INSERT INTO photograph (unit_id, order_id, digest, epoch, picture)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (unit_id, order_id, digest) DO NOTHING`

// PutPhotograph keeps a picture of an order.
func PutPhotograph(tx *engine.Tx, unit lifecycle.Unit, order lifecycle.OrderID, digest string, picture []byte) error {
	_, err := tx.Exec(sqlPutPhotograph, string(unit.ID), string(order), digest, int64(unit.Epoch), picture)
	if err != nil {
		return fmt.Errorf("keep photograph of order %s: %w", order, err)
	}
	return nil
}
