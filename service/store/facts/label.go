package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlLabelOf = `SELECT code FROM lookup WHERE unit_id = $1 AND kind = 'label'`

// LabelOf is the code on the unit's label, empty where it has none yet.
func LabelOf(tx *engine.Tx, unit lifecycle.UnitID) (string, error) {
	var code string
	if _, err := tx.Get(sqlLabelOf, []any{string(unit)}, &code); err != nil {
		return "", fmt.Errorf("read label of %s: %w", unit, err)
	}
	return code, nil
}

// PutLabel gives a unit the code on its label. A unit has one for ever.
func PutLabel(tx *engine.Tx, unit lifecycle.UnitID, code string) error {
	return claim(tx, KindLabel, code, unit)
}
