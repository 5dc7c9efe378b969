package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlFirmwareOpen = `
SELECT 1 FROM firmware WHERE model_id = $1 AND version = $2 AND bytes IS NULL AND link IS NULL`

const sqlPutFirmwarePart = `
INSERT INTO firmware_part (model_id, version, number, piece) VALUES ($1, $2, $3, $4)
ON CONFLICT (model_id, version, number) DO UPDATE SET piece = excluded.piece`

// PutFirmwarePart keeps a piece of a version's file. It reports false where the
// version takes none: what was proven to be its file does not change any more.
func PutFirmwarePart(tx *engine.Tx, model lifecycle.ModelID, version string, number int64, piece []byte) (bool, error) {
	var one int64
	open, err := tx.Get(sqlFirmwareOpen, []any{string(model), version}, &one)
	if err == nil && open {
		_, err = tx.Exec(sqlPutFirmwarePart, string(model), version, number, piece)
	}
	if err != nil {
		return false, fmt.Errorf("keep a piece of firmware: %w", err)
	}
	return open, nil
}

const sqlDropFirmwareParts = `
DELETE FROM firmware_part WHERE model_id = $1 AND version = $2 AND number >= $3`

// DropFirmwareParts forgets the pieces from a number on.
func DropFirmwareParts(tx *engine.Tx, model lifecycle.ModelID, version string, from int64) error {
	if _, err := tx.Exec(sqlDropFirmwareParts, string(model), version, from); err != nil {
		return fmt.Errorf("drop pieces of firmware: %w", err)
	}
	return nil
}

const sqlFirmwarePart = `
SELECT piece FROM firmware_part WHERE model_id = $1 AND version = $2 AND number = $3`

// FirmwarePart reads a piece; nil: there are no more.
func FirmwarePart(tx *engine.Tx, model lifecycle.ModelID, version string, number int64) ([]byte, error) {
	var piece []byte
	if _, err := tx.Get(sqlFirmwarePart, []any{string(model), version, number}, &piece); err != nil {
		return nil, fmt.Errorf("read a piece of firmware: %w", err)
	}
	return piece, nil
}

const sqlFirmwareWhole = `
UPDATE firmware SET bytes = $4
WHERE model_id = $1 AND version = $2 AND sha256 = $3 AND bytes IS NULL AND link IS NULL`

// FinishFirmware holds the pieces against the version's SHA-256, one at a time,
// and makes them its file if they are. It reports false where they are not.
func FinishFirmware(tx *engine.Tx, model lifecycle.ModelID, version string) (bool, error) {
	sum, bytes := sha256.New(), int64(0)
	for number := int64(0); ; number++ {
		piece, err := FirmwarePart(tx, model, version, number)
		if err != nil {
			return false, err
		}
		if len(piece) == 0 {
			break
		}
		bytes += int64(len(piece))
		_, _ = sum.Write(piece) // a hash never fails
	}
	rows, err := tx.Exec(sqlFirmwareWhole, string(model), version, hex.EncodeToString(sum.Sum(nil)), bytes)
	if err != nil {
		return false, fmt.Errorf("finish firmware: %w", err)
	}
	return rows == 1, nil
}
