package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// Accreditations lists who may certify a model.
func (s *Store) Accreditations(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Accreditation, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Accreditation, error) {
		return catalog.AccreditationsOf(tx, model)
	})
}

// AccreditationsFor lists what an organisation may certify.
func (s *Store) AccreditationsFor(ctx context.Context, org lifecycle.OrgID) ([]lifecycle.Accreditation, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Accreditation, error) {
		return catalog.AccreditationsFor(tx, org)
	})
}

// Accredit lets an organisation certify a model.
func (s *Store) Accredit(ctx context.Context, a lifecycle.Accreditation) error {
	scope := "accredit " + string(a.Model) + " " + string(a.Org)
	_, _, err := once(ctx, s, scope, func(tx *engine.Tx) (struct{}, error) {
		if err := catalog.Accredit(tx, a, s.now()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "accreditation", Subject: string(a.Model), Event: "grant"}, a)
	})
	return err
}

// EndAccreditation takes it back: nothing more is certified, and what was
// certified stands.
func (s *Store) EndAccreditation(ctx context.Context, model lifecycle.ModelID, org lifecycle.OrgID) error {
	scope := "end accreditation " + string(model) + " " + string(org)
	_, _, err := once(ctx, s, scope, func(tx *engine.Tx) (struct{}, error) {
		if err := tx.Serialize(accreditationLock(model)); err != nil {
			return struct{}{}, fmt.Errorf("wait for certificates of %s: %w", model, err)
		}
		if err := catalog.EndAccreditation(tx, model, org, s.now()); err != nil {
			return struct{}{}, err
		}
		entry := lifecycle.Accreditation{Org: org, Model: model}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "accreditation", Subject: string(model), Event: "end"}, entry)
	})
	return err
}
