package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// AdvanceWithPhotograph is Advance, and keeps a picture of the order in the
// same transaction: no digest on the ledger is without its picture.
func (s *Store) AdvanceWithPhotograph(ctx context.Context, unit lifecycle.UnitID, order lifecycle.OrderID,
	picture []byte, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, func(tx *engine.Tx, u lifecycle.Unit) error {
		return facts.PutPhotograph(tx, u, order, digestOf(picture), picture)
	}, decide)
}

// Photograph reads a picture of an order, as it is kept, by its digest.
func (s *Store) Photograph(ctx context.Context, unit lifecycle.UnitID, order lifecycle.OrderID, digest string) ([]byte, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]byte, error) { return facts.Photograph(tx, unit, order, digest) })
}

// SaveModelWithPicture is SaveModel, and keeps a picture of one of its steps in
// the same transaction, under the digest that the step names.
func (s *Store) SaveModelWithPicture(ctx context.Context, m lifecycle.Model, picture []byte) (lifecycle.Model, error) {
	saved, _, err := once(ctx, s, "model "+m.Brand+"/"+m.Name, func(tx *engine.Tx) (lifecycle.Model, error) {
		if err := catalog.PutModel(tx, m); err != nil {
			return m, err
		}
		if err := catalog.PutPicture(tx, m.ID, digestOf(picture), picture); err != nil {
			return m, err
		}
		return m, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(m.ID), Event: "save"}, m)
	})
	return saved, err
}

// ModelPicture reads the vendor's picture of a step by its digest.
func (s *Store) ModelPicture(ctx context.Context, model lifecycle.ModelID, digest string) ([]byte, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]byte, error) { return catalog.Picture(tx, model, digest) })
}

func digestOf(picture []byte) string {
	sum := sha256.Sum256(picture)
	return hex.EncodeToString(sum[:])
}
