package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// lifecycle.CredentialsKept bounds the list.
const sqlUnitCredentials = `SELECT hash, epoch, at FROM unit_credential WHERE unit_id = $1 ORDER BY at, hash`

// credentials are those that a unit has ever told us of, the oldest first.
func credentials(tx *engine.Tx, unit lifecycle.UnitID) ([]lifecycle.Credential, error) {
	return engine.List(tx, sqlUnitCredentials, []any{string(unit)}, scanCredential)
}

func scanCredential(scan engine.Scan) (lifecycle.Credential, error) {
	var c lifecycle.Credential
	err := scan(&c.Hash, &c.Epoch, engine.Instant{To: &c.At})
	return c, err
}

// A row is never written over: what a credential was told first at does not
// change.
const sqlAddUnitCredential = `INSERT INTO unit_credential (unit_id, hash, epoch, at) VALUES ($1, $2, $3, $4)`

func addCredentials(tx *engine.Tx, unit lifecycle.UnitID, list []lifecycle.Credential) error {
	for _, c := range list {
		if _, err := tx.Exec(sqlAddUnitCredential, string(unit), c.Hash, int64(c.Epoch), c.At.UnixMilli()); err != nil {
			return fmt.Errorf("keep a credential of %s: %w", unit, err)
		}
	}
	return nil
}
