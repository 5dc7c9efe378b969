package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// fieldShareName binds a sealed name to its column.
const fieldShareName = "share_name.sealed"

// AdvanceWithShare is Advance by an owner who shares a unit; how they call the
// person it is for is kept in the same transaction, sealed for them.
func (s *Store) AdvanceWithShare(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, share lifecycle.BindingID,
	name string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, func(tx *engine.Tx, u lifecycle.Unit) error {
		key, err := s.ownKey(tx, string(owner))
		if err != nil {
			return err
		}
		sealed, err := key.Seal(fieldShareName, []byte(name))
		if err != nil {
			return fmt.Errorf("seal the name of a share: %w", err)
		}
		return facts.PutShareName(tx, u, share, owner, sealed)
	}, decide)
}

// InvitationByCode reads the share whose code has this hex SHA-256; one that is
// no share's is lifecycle.ErrNotFound, after the same statement.
func (s *Store) InvitationByCode(ctx context.Context, codeHash string) (lifecycle.Invitation, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Invitation, error) { return facts.InvitationByCode(tx, codeHash) })
}

// ShareNames are the names that an owner has given to a unit's present shares.
func (s *Store) ShareNames(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, epoch lifecycle.Epoch,
) (map[lifecycle.BindingID]string, error) {
	return get(ctx, s, func(tx *engine.Tx) (map[lifecycle.BindingID]string, error) {
		names := map[lifecycle.BindingID]string{}
		sealed, err := facts.ShareNames(tx, unit, owner, epoch)
		if err != nil || len(sealed) == 0 {
			return names, err
		}
		key, err := s.subjectKey(tx, string(owner))
		if errors.Is(err, errForgotten) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		for _, one := range sealed {
			name, err := key.Open(fieldShareName, one.Sealed)
			if err != nil {
				return nil, fmt.Errorf("open the name of share %s: %w", one.Binding, err)
			}
			names[one.Binding] = string(name)
		}
		return names, nil
	})
}

// SeeOffer notes that the person whom an offer names has opened it, the first
// time. It is no change of the unit: no version, no entry, nothing to fence.
func (s *Store) SeeOffer(ctx context.Context, unit lifecycle.UnitID, offer lifecycle.Offer, at time.Time) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, facts.SeeOffer(tx, unit, offer, at)
	})
	return err
}

// OfferSeen is when an offer was opened first; zero: it was not.
func (s *Store) OfferSeen(ctx context.Context, unit lifecycle.UnitID, offer lifecycle.OfferID) (time.Time, error) {
	return get(ctx, s, func(tx *engine.Tx) (time.Time, error) { return facts.OfferSeen(tx, unit, offer) })
}

// RunOut lists units with an offer, an invitation or a share that has come to
// its end by itself, and of which the record does not say so yet.
func (s *Store) RunOut(ctx context.Context, limit int) ([]lifecycle.UnitID, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.UnitID, error) { return facts.RunOut(tx, s.now(), limit) })
}
