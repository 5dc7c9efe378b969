package catalog

import (
	"encoding/json"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlModel = `
SELECT model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade,
       removable_media, clouds, checklist
FROM model WHERE model_id = $1`

const sqlModelByGTIN = `
SELECT model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade,
       removable_media, clouds, checklist
FROM model WHERE gtin = $1`

const sqlModels = `
SELECT model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade,
       removable_media, clouds, checklist
FROM model
WHERE (CAST($1 AS TEXT) = '' OR vendor_id = $1) AND model_id > $2
ORDER BY model_id LIMIT $3`

// Model reads one model.
func Model(tx *engine.Tx, id lifecycle.ModelID) (lifecycle.Model, error) {
	return oneModel(tx, sqlModel, string(id))
}

// ModelByGTIN reads the model that is sold under a GTIN.
func ModelByGTIN(tx *engine.Tx, gtin string) (lifecycle.Model, error) {
	return oneModel(tx, sqlModelByGTIN, gtin)
}

// Models lists the models of a vendor, or of all where it is empty, by id.
func Models(tx *engine.Tx, vendor lifecycle.OrgID, after string, limit int) ([]lifecycle.Model, error) {
	models, err := engine.List(tx, sqlModels, []any{string(vendor), after, int64(limit)}, ScanModel)
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	return models, nil
}

func oneModel(tx *engine.Tx, query, key string) (lifecycle.Model, error) {
	models, err := engine.List(tx, query, []any{key}, ScanModel)
	if err != nil {
		return lifecycle.Model{}, fmt.Errorf("read model: %w", err)
	}
	if len(models) == 0 {
		return lifecycle.Model{}, fmt.Errorf("model %s: %w", key, lifecycle.ErrNotFound)
	}
	return models[0], nil
}

// ScanModel reads a model's columns, in the order of sqlModel.
func ScanModel(scan engine.Scan) (lifecycle.Model, error) {
	var m lifecycle.Model
	var clouds, checklist []byte
	err := scan(engine.TextTo(&m.ID), engine.TextTo(&m.Vendor), &m.Brand, &m.Name, engine.TextTo(&m.GTIN),
		engine.TextTo(&m.ResetPolicy), &m.SaleImplied, &m.MinFirmware, engine.TextTo(&m.RequiredGrade),
		&m.RemovableMedia, &clouds, &checklist)
	if err != nil {
		return m, err
	}
	err = errors.Join(json.Unmarshal(clouds, &m.Clouds), json.Unmarshal(checklist, &m.Checklist))
	return m, err
}

const sqlPutModel = `
INSERT INTO model (model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade,
  removable_media, clouds, checklist)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (model_id) DO UPDATE SET vendor_id = excluded.vendor_id, brand = excluded.brand, name = excluded.name,
  gtin = excluded.gtin, reset_policy = excluded.reset_policy, sale_implied = excluded.sale_implied,
  min_firmware = excluded.min_firmware, required_grade = excluded.required_grade,
  removable_media = excluded.removable_media, clouds = excluded.clouds, checklist = excluded.checklist`

const sqlModelByName = `SELECT model_id FROM model WHERE brand = $1 AND name = $2 AND model_id <> $3`

const sqlOtherWithGTIN = `SELECT model_id FROM model WHERE gtin = $1 AND model_id <> $2`

// PutModel adds a model or writes it anew. A name that another model of the
// brand has, or a GTIN that any has, is lifecycle.ErrInvalid.
func PutModel(tx *engine.Tx, m lifecycle.Model) error {
	var other string
	if taken, err := tx.Get(sqlModelByName, []any{m.Brand, m.Name, string(m.ID)}, &other); err != nil || taken {
		return engine.Taken("name", "model.name-taken", err)
	}
	if taken, err := tx.Get(sqlOtherWithGTIN, []any{m.GTIN, string(m.ID)}, &other); err != nil || taken {
		return engine.Taken("gtin", "model.gtin-taken", err)
	}
	clouds, errClouds := json.Marshal(m.Clouds)
	checklist, errChecklist := json.Marshal(m.Checklist)
	if err := errors.Join(errClouds, errChecklist); err != nil {
		return fmt.Errorf("write model %s: %w", m.ID, err)
	}
	_, err := tx.Exec(sqlPutModel, string(m.ID), string(m.Vendor), m.Brand, m.Name, engine.Opt(m.GTIN),
		string(m.ResetPolicy), m.SaleImplied, m.MinFirmware, string(m.RequiredGrade), m.RemovableMedia,
		string(clouds), string(checklist))
	if err != nil {
		return fmt.Errorf("write model %s: %w", m.ID, err)
	}
	return nil
}
