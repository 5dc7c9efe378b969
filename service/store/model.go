package store

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// Model reads one model.
func (s *Store) Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Model, error) { return catalog.Model(tx, id) })
}

// ModelByGTIN reads the model that is sold under this GTIN of 14 digits.
func (s *Store) ModelByGTIN(ctx context.Context, gtin string) (lifecycle.Model, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Model, error) { return catalog.ModelByGTIN(tx, gtin) })
}

// Models lists the models of a vendor, or of all where vendor is empty.
func (s *Store) Models(ctx context.Context, vendor lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Model, string, error) {
	limit := limitOf(page)
	models, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Model, error) {
		return catalog.Models(tx, vendor, page.After, limit)
	})
	return models, after(models, limit, func(m lifecycle.Model) string { return string(m.ID) }), err
}

// SaveModel adds a model or writes it anew, and enters it into the ledger. A
// name that another model of the brand has, or a GTIN that any has, is
// lifecycle.ErrInvalid: "model.name-taken", "model.gtin-taken".
func (s *Store) SaveModel(ctx context.Context, m lifecycle.Model) (lifecycle.Model, error) {
	saved, _, err := once(ctx, s, "model "+m.Brand+"/"+m.Name, func(tx *engine.Tx) (lifecycle.Model, error) {
		if err := catalog.PutModel(tx, m); err != nil {
			return m, err
		}
		return m, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(m.ID), Event: "save"}, m)
	})
	return saved, err
}
