package facts

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlCertificate = `
SELECT code, epoch, continued_to, grade, org_id, self_custody, operator, validator, clerk, firmware, waived,
       issued_at, signed
FROM certificate WHERE unit_id = $1 AND code = $2`

// Certificate reads one certificate of a unit.
func Certificate(tx *engine.Tx, unit lifecycle.UnitID, code lifecycle.CertificateCode) (lifecycle.Certificate, error) {
	return one(tx, sqlCertificate, unit, "certificate", code, scanCertificate)
}

func scanCertificate(scan engine.Scan) (lifecycle.Certificate, error) {
	var c lifecycle.Certificate
	var waived []byte
	err := scan(engine.TextTo(&c.Code), &c.Epoch, &c.ContinuedTo, engine.TextTo(&c.Grade), engine.TextTo(&c.Org),
		&c.SelfCustody, engine.TextTo(&c.Operator), engine.TextTo(&c.Validator), engine.TextTo(&c.Clerk),
		engine.TextTo(&c.Firmware), &waived, engine.Instant{To: &c.IssuedAt}, &c.Bytes)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(waived, &c.Waived); err != nil {
		return c, fmt.Errorf("read certificate %s: %w", c.Code, err)
	}
	return c, nil
}

const sqlPutCertificate = `
INSERT INTO certificate (unit_id, code, epoch, continued_to, grade, org_id, self_custody, operator, validator, clerk,
  firmware, waived, issued_at, signed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (unit_id, code) DO UPDATE SET epoch = excluded.epoch, continued_to = excluded.continued_to,
  grade = excluded.grade, org_id = excluded.org_id, self_custody = excluded.self_custody,
  operator = excluded.operator, validator = excluded.validator, clerk = excluded.clerk,
  firmware = excluded.firmware, waived = excluded.waived, issued_at = excluded.issued_at, signed = excluded.signed`

func putCertificate(tx *engine.Tx, unit lifecycle.UnitID, c lifecycle.Certificate) error {
	if err := claim(tx, KindCertificate, string(c.Code), unit); err != nil {
		return err
	}
	waived, err := json.Marshal(c.Waived)
	if err != nil {
		return fmt.Errorf("write certificate %s: %w", c.Code, err)
	}
	_, err = tx.Exec(sqlPutCertificate, string(unit), string(c.Code), int64(c.Epoch), int64(c.ContinuedTo),
		string(c.Grade), string(c.Org), c.SelfCustody, engine.Opt(c.Operator), string(c.Validator), engine.Opt(c.Clerk),
		engine.Opt(c.Firmware), string(waived), c.IssuedAt.UnixMilli(), c.Bytes)
	if err != nil {
		return fmt.Errorf("write certificate %s: %w", c.Code, err)
	}
	return nil
}
