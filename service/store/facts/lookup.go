package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Kind is what a code in lookup names.
type Kind string

// The kinds of codes that lead to a unit.
const (
	KindUnit        Kind = "unit" // the unit's key, "brand/serial", folded
	KindLabel       Kind = "label"
	KindBinding     Kind = "binding"
	KindReturn      Kind = "return"
	KindOrder       Kind = "order"
	KindSale        Kind = "sale"
	KindCertificate Kind = "certificate"
	KindOffer       Kind = "offer" // hex SHA-256 of the code that the recipient shows
	KindHold        Kind = "hold"
	KindFlag        Kind = "flag"
)

const sqlLookup = `SELECT unit_id FROM lookup WHERE kind = $1 AND code = $2`

// Lookup resolves a code or an id to the unit it belongs to.
func Lookup(tx *engine.Tx, kind Kind, code string) (lifecycle.UnitID, error) {
	var id lifecycle.UnitID
	found, err := tx.Get(sqlLookup, []any{string(kind), code}, engine.TextTo(&id))
	if err != nil {
		return "", fmt.Errorf("look up %s: %w", kind, err)
	}
	if !found {
		return "", fmt.Errorf("no such %s: %w", kind, lifecycle.ErrNotFound)
	}
	return id, nil
}

const sqlAddLookup = `INSERT INTO lookup (kind, code, unit_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// addLookup makes a code resolve to the unit. It reports whether the code was
// free or already this unit's.
func addLookup(tx *engine.Tx, kind Kind, code string, id lifecycle.UnitID) (bool, error) {
	rows, err := tx.Exec(sqlAddLookup, string(kind), code, string(id))
	if err != nil {
		return false, fmt.Errorf("add %s to lookup: %w", kind, err)
	}
	if rows == 1 {
		return true, nil
	}
	holder, err := Lookup(tx, kind, code)
	return holder == id, err
}

// claim is addLookup for an id that must be free: ids are random, so another
// holder means that a caller made one up.
func claim(tx *engine.Tx, kind Kind, code string, id lifecycle.UnitID) error {
	free, err := addLookup(tx, kind, code, id)
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%s id is already in use: %w", kind, lifecycle.ErrInvalid)
	}
	return nil
}
