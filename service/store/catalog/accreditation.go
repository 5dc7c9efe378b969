package catalog

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAccreditationsOf = `
SELECT model_id, org_id, self_custody FROM accreditation
WHERE model_id = $1 AND ended_at IS NULL
ORDER BY org_id`

// AccreditationsOf lists who may certify a model.
func AccreditationsOf(tx *engine.Tx, model lifecycle.ModelID) ([]lifecycle.Accreditation, error) {
	list, err := engine.List(tx, sqlAccreditationsOf, []any{string(model)}, scanAccreditation)
	if err != nil {
		return nil, fmt.Errorf("read accreditations of %s: %w", model, err)
	}
	return list, nil
}

func scanAccreditation(scan engine.Scan) (lifecycle.Accreditation, error) {
	var a lifecycle.Accreditation
	err := scan(engine.TextTo(&a.Model), engine.TextTo(&a.Org), &a.SelfCustody)
	return a, err
}

const sqlAccreditationsFor = `
SELECT model_id, org_id, self_custody FROM accreditation
WHERE org_id = $1 AND ended_at IS NULL
ORDER BY model_id`

// AccreditationsFor lists what an organisation may certify.
func AccreditationsFor(tx *engine.Tx, org lifecycle.OrgID) ([]lifecycle.Accreditation, error) {
	list, err := engine.List(tx, sqlAccreditationsFor, []any{string(org)}, scanAccreditation)
	if err != nil {
		return nil, fmt.Errorf("read accreditations for %s: %w", org, err)
	}
	return list, nil
}

const sqlAccredit = `
INSERT INTO accreditation (model_id, org_id, self_custody, granted_at, ended_at)
VALUES ($1, $2, $3, $4, NULL)
ON CONFLICT (model_id, org_id) DO UPDATE SET self_custody = excluded.self_custody, granted_at = excluded.granted_at,
  ended_at = NULL`

// Accredit lets an organisation certify a model.
func Accredit(tx *engine.Tx, a lifecycle.Accreditation, now time.Time) error {
	if _, err := tx.Exec(sqlAccredit, string(a.Model), string(a.Org), a.SelfCustody, now.UnixMilli()); err != nil {
		return fmt.Errorf("accredit %s for %s: %w", a.Org, a.Model, err)
	}
	return nil
}

const sqlEndAccreditation = `
UPDATE accreditation SET ended_at = $3
WHERE model_id = $1 AND org_id = $2 AND ended_at IS NULL`

// EndAccreditation takes it back.
func EndAccreditation(tx *engine.Tx, model lifecycle.ModelID, org lifecycle.OrgID, now time.Time) error {
	rows, err := tx.Exec(sqlEndAccreditation, string(model), string(org), now.UnixMilli())
	if err == nil && rows == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("end accreditation of %s for %s: %w", org, model, err)
	}
	return nil
}
