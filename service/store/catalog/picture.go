package catalog

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPicture = `SELECT picture FROM checklist_picture WHERE model_id = $1 AND digest = $2`

// Picture reads the vendor's picture of a step.
func Picture(tx *engine.Tx, model lifecycle.ModelID, digest string) ([]byte, error) {
	var picture []byte
	found, err := tx.Get(sqlPicture, []any{string(model), digest}, &picture)
	if err != nil {
		return nil, fmt.Errorf("read picture of model %s: %w", model, err)
	}
	if !found {
		return nil, fmt.Errorf("picture of model %s: %w", model, lifecycle.ErrNotFound)
	}
	return picture, nil
}

const sqlPutPicture = `
INSERT INTO checklist_picture (model_id, digest, picture)
VALUES ($1, $2, $3)
ON CONFLICT (model_id, digest) DO NOTHING`

// PutPicture keeps the picture of a step under its digest.
func PutPicture(tx *engine.Tx, model lifecycle.ModelID, digest string, picture []byte) error {
	if _, err := tx.Exec(sqlPutPicture, string(model), digest, picture); err != nil {
		return fmt.Errorf("keep picture of model %s: %w", model, err)
	}
	return nil
}
