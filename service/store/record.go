package store

import (
	"context"
	"errors"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Return reads a return by its id, with its unit as it is now.
func (s *Store) Return(ctx context.Context, id lifecycle.ReturnID) (lifecycle.Unit, lifecycle.Return, error) {
	return byCode(ctx, s, facts.KindReturn, id, facts.Return)
}

// Order reads a reset order with its tasks, and its unit as it is now.
func (s *Store) Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Unit, lifecycle.Order, error) {
	return byCode(ctx, s, facts.KindOrder, id, facts.Order)
}

// Sale reads a sale by its id, with its unit as it is now.
func (s *Store) Sale(ctx context.Context, id lifecycle.SaleID) (lifecycle.Unit, lifecycle.Sale, error) {
	return byCode(ctx, s, facts.KindSale, id, facts.Sale)
}

// Certificate reads a certificate by its code, with its unit, whose epoch says
// whether the certificate still stands.
func (s *Store) Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error) {
	return byCode(ctx, s, facts.KindCertificate, code, facts.Certificate)
}

// OfferByCode reads the offer whose code has this hex SHA-256.
func (s *Store) OfferByCode(ctx context.Context, codeHash string) (lifecycle.Unit, lifecycle.Offer, error) {
	return byCode(ctx, s, facts.KindOffer, codeHash, facts.OfferByCode)
}

// byCode resolves a code and reads what it names, of the unit that it leads to.
func byCode[C ~string, T any](ctx context.Context, s *Store, kind facts.Kind, code C,
	read func(*engine.Tx, lifecycle.UnitID, C) (T, error),
) (lifecycle.Unit, T, error) {
	type found struct {
		unit  lifecycle.Unit
		thing T
	}
	f, err := get(ctx, s, func(tx *engine.Tx) (f found, err error) {
		var missing error
		if f.unit, missing = unitByCode(tx, kind, string(code)); missing != nil && !errors.Is(missing, lifecycle.ErrNotFound) {
			return f, missing
		}
		f.thing, err = read(tx, f.unit.ID, code) // also of no unit: the same queries run for both
		if missing != nil && (err == nil || errors.Is(err, lifecycle.ErrNotFound)) {
			err = missing
		}
		return f, err
	})
	return f.unit, f.thing, err
}

// Bindings lists every binding that a unit ever had, oldest first.
func (s *Store) Bindings(ctx context.Context, unit lifecycle.UnitID) ([]lifecycle.Binding, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Binding, error) { return facts.Bindings(tx, unit) })
}

// DeletionsOf lists what each cloud is to delete of an ended binding, and has.
func (s *Store) DeletionsOf(ctx context.Context, unit lifecycle.UnitID, binding lifecycle.BindingID) ([]lifecycle.Deletion, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Deletion, error) { return facts.DeletionsOf(tx, unit, binding) })
}

// DeletionsOfEpoch is DeletionsOf for whose owner had the unit at an epoch.
func (s *Store) DeletionsOfEpoch(ctx context.Context, unit lifecycle.UnitID, epoch lifecycle.Epoch) ([]lifecycle.Deletion, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Deletion, error) { return facts.DeletionsOfEpoch(tx, unit, epoch) })
}

// OffersTo lists the offers that wait for a person, newest first. Some may be
// too old by now.
func (s *Store) OffersTo(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonOffer, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.PersonOffer, error) { return facts.OffersTo(tx, person) })
}

// ReturnsSince lists an organisation's returns, newest first, cancelled ones
// among them, each with its unit as it is now.
func (s *Store) ReturnsSince(ctx context.Context, org lifecycle.OrgID, since time.Time, limit int) ([]lifecycle.TakenBack, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.TakenBack, error) {
		return facts.ReturnsSince(tx, org, since, limitOf(lifecycle.Page{Limit: limit}))
	})
}

// MineOf lists a person's bindings that stand, pending ones among them.
func (s *Store) MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.PersonBinding, error) { return facts.MineOf(tx, person, s.now()) })
}

// PastOf lists a person's own past: bindings of theirs that are over. It says
// the name of each unit, and nothing that happened to it since.
func (s *Store) PastOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.PersonBinding, error) { return facts.PastOf(tx, person, s.now()) })
}
