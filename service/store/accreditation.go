package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlAccreditationsOf = `
SELECT model_id, org_id, self_custody FROM accreditation
WHERE model_id = $1 AND ended_at IS NULL
ORDER BY org_id`

func accreditationsOf(tx *engine.Tx, model lifecycle.ModelID) ([]lifecycle.Accreditation, error) {
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

// Accreditations lists who may certify a model.
func (s *Store) Accreditations(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Accreditation, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Accreditation, error) { return accreditationsOf(tx, model) })
}

const sqlAccreditationsFor = `
SELECT model_id, org_id, self_custody FROM accreditation
WHERE org_id = $1 AND ended_at IS NULL
ORDER BY model_id`

// AccreditationsFor lists what an organisation may certify.
func (s *Store) AccreditationsFor(ctx context.Context, org lifecycle.OrgID) ([]lifecycle.Accreditation, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Accreditation, error) {
		return engine.List(tx, sqlAccreditationsFor, []any{string(org)}, scanAccreditation)
	})
}

const sqlAccredit = `
INSERT INTO accreditation (model_id, org_id, self_custody, granted_at, ended_at)
VALUES ($1, $2, $3, $4, NULL)
ON CONFLICT (model_id, org_id) DO UPDATE SET self_custody = excluded.self_custody, granted_at = excluded.granted_at,
  ended_at = NULL`

// Accredit lets an organisation certify a model.
func (s *Store) Accredit(ctx context.Context, a lifecycle.Accreditation) error {
	scope := "accredit " + string(a.Model) + " " + string(a.Org)
	_, _, err := once(ctx, s, scope, func(tx *engine.Tx) (struct{}, error) {
		_, err := tx.Exec(sqlAccredit, string(a.Model), string(a.Org), a.SelfCustody, s.now().UnixMilli())
		if err != nil {
			return struct{}{}, fmt.Errorf("accredit %s for %s: %w", a.Org, a.Model, err)
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "accreditation", Subject: string(a.Model), Event: "grant"}, a)
	})
	return err
}

const sqlEndAccreditation = `
UPDATE accreditation SET ended_at = $3
WHERE model_id = $1 AND org_id = $2 AND ended_at IS NULL`

// EndAccreditation takes it back: nothing more is certified, and what was
// certified stands.
func (s *Store) EndAccreditation(ctx context.Context, model lifecycle.ModelID, org lifecycle.OrgID) error {
	scope := "end accreditation " + string(model) + " " + string(org)
	_, _, err := once(ctx, s, scope, func(tx *engine.Tx) (struct{}, error) {
		rows, err := tx.Exec(sqlEndAccreditation, string(model), string(org), s.now().UnixMilli())
		if err != nil {
			return struct{}{}, fmt.Errorf("end accreditation of %s for %s: %w", org, model, err)
		}
		if rows == 0 {
			return struct{}{}, fmt.Errorf("accreditation of %s for %s: %w", org, model, lifecycle.ErrNotFound)
		}
		entry := lifecycle.Accreditation{Org: org, Model: model}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "accreditation", Subject: string(model), Event: "end"}, entry)
	})
	return err
}
