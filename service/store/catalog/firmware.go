package catalog

import (
	"encoding/json"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlFirmwareKeys = `
SELECT model_id, key_id, public, name, made_by, made_at, ended_at
FROM firmware_key WHERE model_id = $1 ORDER BY key_id`

// FirmwareKeys lists the keys of a model, ended ones too.
func FirmwareKeys(tx *engine.Tx, model lifecycle.ModelID) ([]lifecycle.FirmwareKey, error) {
	return engine.List(tx, sqlFirmwareKeys, []any{string(model)}, func(scan engine.Scan) (k lifecycle.FirmwareKey, err error) {
		err = scan(engine.TextTo(&k.Model), &k.ID, &k.Public, &k.Name, engine.TextTo(&k.By), engine.Instant{To: &k.At},
			engine.Instant{To: &k.EndedAt})
		return k, err
	})
}

const sqlAddFirmwareKey = `
INSERT INTO firmware_key (model_id, key_id, public, name, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (model_id, key_id) DO NOTHING`

// AddFirmwareKey registers a key. It reports false where the model has it.
func AddFirmwareKey(tx *engine.Tx, k lifecycle.FirmwareKey) (bool, error) {
	rows, err := tx.Exec(sqlAddFirmwareKey, string(k.Model), k.ID, k.Public, k.Name, string(k.By), k.At.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("add firmware key of model %s: %w", k.Model, err)
	}
	return rows == 1, nil
}

const sqlEndFirmwareKey = `
UPDATE firmware_key SET ended_at = $3 WHERE model_id = $1 AND key_id = $2 AND ended_at IS NULL`

// EndFirmwareKey lets a key sign nothing more; lifecycle.ErrNotFound where none
// stands.
func EndFirmwareKey(tx *engine.Tx, model lifecycle.ModelID, id string, at time.Time) error {
	return oneRow(tx.Exec(sqlEndFirmwareKey, string(model), id, at.UnixMilli()))
}

func oneRow(rows int64, err error) error {
	if err == nil && rows == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("change firmware catalogue: %w", err)
	}
	return nil
}

const sqlFirmwares = `
SELECT model_id, version, sha256, key_id, signature, notes, minimum, link, coalesce(bytes, 0), made_by, made_at, withdrawn_at, withdrawn_by
FROM firmware WHERE model_id = $1 ORDER BY version`

// Firmwares lists every version of a model, withdrawn ones too.
func Firmwares(tx *engine.Tx, model lifecycle.ModelID) ([]lifecycle.Firmware, error) {
	return engine.List(tx, sqlFirmwares, []any{string(model)}, ScanFirmware)
}

const sqlFirmwareToTell = `
SELECT model_id, version, sha256, key_id, signature, notes, minimum, link, coalesce(bytes, 0), made_by, made_at, withdrawn_at, withdrawn_by
FROM firmware WHERE told_at IS NULL ORDER BY made_at, model_id, version LIMIT 1`

const sqlFirmwareToldTo = `SELECT told_to FROM firmware WHERE model_id = $1 AND version = $2`

// FirmwareToTell is the oldest version that not all owners were told of, and
// the last unit whose owner was; ErrNotFound: there is none.
func FirmwareToTell(tx *engine.Tx) (lifecycle.Firmware, lifecycle.UnitID, error) {
	var last lifecycle.UnitID
	list, err := engine.List(tx, sqlFirmwareToTell, nil, ScanFirmware)
	if err == nil && len(list) == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return lifecycle.Firmware{}, "", fmt.Errorf("firmware to tell: %w", err)
	}
	_, err = tx.Get(sqlFirmwareToldTo, []any{string(list[0].Model), list[0].Version}, engine.TextTo(&last))
	return list[0], last, err
}

// ScanFirmware reads a version's columns, in the order of sqlFirmwares.
func ScanFirmware(scan engine.Scan) (f lifecycle.Firmware, err error) {
	var notes []byte
	err = scan(engine.TextTo(&f.Model), &f.Version, &f.SHA256, &f.Key, &f.Signature, &notes, &f.Minimum, engine.TextTo(&f.Link),
		&f.Bytes, engine.TextTo(&f.By), engine.Instant{To: &f.At}, engine.Instant{To: &f.WithdrawnAt}, engine.TextTo(&f.WithdrawnBy))
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(notes, &f.Notes)
}

const sqlAddFirmware = `
INSERT INTO firmware (model_id, version, sha256, key_id, signature, notes, minimum, link, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (model_id, version) DO NOTHING`

// AddFirmware enters a version. It reports false where the model has it.
func AddFirmware(tx *engine.Tx, f lifecycle.Firmware) (bool, error) {
	notes, err := json.Marshal(f.Notes)
	if err != nil {
		return false, fmt.Errorf("encode notes of firmware: %w", err)
	}
	rows, err := tx.Exec(sqlAddFirmware, string(f.Model), f.Version, f.SHA256, f.Key, f.Signature, string(notes), f.Minimum,
		engine.Opt(f.Link), string(f.By), f.At.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("add firmware of model %s: %w", f.Model, err)
	}
	return rows == 1, nil
}

const sqlWithdrawFirmware = `
UPDATE firmware SET withdrawn_at = $3, withdrawn_by = $4 WHERE model_id = $1 AND version = $2 AND withdrawn_at IS NULL`

// WithdrawFirmware takes a version back; lifecycle.ErrNotFound where none stands.
func WithdrawFirmware(tx *engine.Tx, model lifecycle.ModelID, version string, by lifecycle.PersonID, at time.Time) error {
	return oneRow(tx.Exec(sqlWithdrawFirmware, string(model), version, at.UnixMilli(), string(by)))
}

const sqlFirmwareTold = `
UPDATE firmware SET told_to = $3, told_at = $4 WHERE model_id = $1 AND version = $2 AND told_at IS NULL`

// FirmwareTold notes up to which unit owners were told; at is zero while there
// are more.
func FirmwareTold(tx *engine.Tx, f lifecycle.Firmware, last lifecycle.UnitID, at time.Time) error {
	return oneRow(tx.Exec(sqlFirmwareTold, string(f.Model), f.Version, engine.Opt(last), engine.At(at)))
}
