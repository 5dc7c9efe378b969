package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlReleaseCode = `SELECT unit_id, epoch, order_id, at FROM release_code WHERE code_hash = $1`

const sqlLastRelease = `SELECT epoch FROM release_code WHERE unit_id = $1 ORDER BY epoch DESC LIMIT 1`

// ReleaseReceipt reads the release that a receipt's code leads to.
func ReleaseReceipt(tx *engine.Tx, codeHash string) (lifecycle.ReleaseReceipt, error) {
	var r lifecycle.ReleaseReceipt
	found, err := tx.Get(sqlReleaseCode, []any{codeHash}, engine.TextTo(&r.Unit), &r.Epoch, engine.TextTo(&r.Order),
		engine.Instant{To: &r.At})
	if err := present(found, err, "release receipt", "with this code"); err != nil {
		return r, err
	}
	var last lifecycle.Epoch
	if _, err := tx.Get(sqlLastRelease, []any{string(r.Unit)}, &last); err != nil {
		return r, fmt.Errorf("read last release of %s: %w", r.Unit, err)
	}
	r.Last = last == r.Epoch
	return r, nil
}

const sqlAddReleaseCode = `
INSERT INTO release_code (code_hash, unit_id, epoch, order_id, at) VALUES ($1, $2, $3, $4, $5)`

// AddReleaseReceipt makes a receipt's code lead to its release.
func AddReleaseReceipt(tx *engine.Tx, codeHash string, r lifecycle.ReleaseReceipt) error {
	_, err := tx.Exec(sqlAddReleaseCode, codeHash, string(r.Unit), int64(r.Epoch), engine.Opt(r.Order), r.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("add release receipt of %s: %w", r.Unit, err)
	}
	return nil
}

const sqlFirmwareReaders = `
SELECT u.unit_id, u.brand, u.serial, b.account, u.firmware
FROM unit u JOIN binding b ON b.unit_id = u.unit_id AND b.kind = 'owner' AND b.state = 'live'
WHERE u.model_id = $1 AND u.state = 'bound' AND u.unit_id > $2
ORDER BY u.unit_id LIMIT $3`

// FirmwareReaders lists the units of a model that somebody has, by id.
func FirmwareReaders(tx *engine.Tx, model lifecycle.ModelID, after string, limit int) ([]lifecycle.FirmwareReader, error) {
	return engine.List(tx, sqlFirmwareReaders, []any{string(model), after, int64(limit)}, func(scan engine.Scan) (r lifecycle.FirmwareReader, err error) {
		err = scan(engine.TextTo(&r.Unit), &r.Key.Brand, &r.Key.Serial, engine.TextTo(&r.Owner), engine.TextTo(&r.Has))
		return r, err
	})
}
