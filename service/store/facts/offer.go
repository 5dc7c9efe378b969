package facts

import (
	"cmp"
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPendingOffers = `
SELECT offer_id, state, from_person, to_person, code_hash, epoch, created_at, expires_at, ended_at
FROM offer WHERE unit_id = $1 AND state = 'pending'
ORDER BY created_at, offer_id`

func pendingOffers(tx *engine.Tx, unit lifecycle.UnitID) ([]lifecycle.Offer, error) {
	return engine.List(tx, sqlPendingOffers, []any{string(unit)}, scanOffer)
}

const sqlOfferByCode = `
SELECT offer_id, state, from_person, to_person, code_hash, epoch, created_at, expires_at, ended_at
FROM offer WHERE unit_id = $1 AND code_hash = $2
ORDER BY created_at DESC, offer_id LIMIT 1`

// OfferByCode reads the offer whose code has this hash.
func OfferByCode(tx *engine.Tx, unit lifecycle.UnitID, codeHash string) (lifecycle.Offer, error) {
	offers, err := engine.List(tx, sqlOfferByCode, []any{string(unit), codeHash}, scanOffer)
	if err := present(len(offers) > 0, err, "offer", "with this code"); err != nil {
		return lifecycle.Offer{}, err
	}
	return offers[0], nil
}

const sqlOffersTo = `
SELECT u.unit_id, u.brand, u.serial, o.offer_id, o.state, o.from_person, o.to_person, o.code_hash, o.epoch,
       o.created_at, o.expires_at, o.ended_at
FROM offer o JOIN unit u ON u.unit_id = o.unit_id
WHERE o.to_person = $1 AND o.state = 'pending' AND o.epoch = u.epoch
ORDER BY o.created_at DESC, o.offer_id`

// OffersTo lists the offers that wait for a person, newest first.
func OffersTo(tx *engine.Tx, person lifecycle.PersonID) ([]lifecycle.PersonOffer, error) {
	return engine.List(tx, sqlOffersTo, []any{string(person)}, func(scan engine.Scan) (lifecycle.PersonOffer, error) {
		var p lifecycle.PersonOffer
		err := scan(append([]any{engine.TextTo(&p.Unit), &p.Key.Brand, &p.Key.Serial}, offerColumns(&p.Offer)...)...)
		return p, err
	})
}

func scanOffer(scan engine.Scan) (lifecycle.Offer, error) {
	var o lifecycle.Offer
	err := scan(offerColumns(&o)...)
	return o, err
}

func offerColumns(o *lifecycle.Offer) []any {
	return []any{
		engine.TextTo(&o.ID), engine.TextTo(&o.State), engine.TextTo(&o.From), engine.TextTo(&o.To), &o.CodeHash, &o.Epoch,
		engine.Instant{To: &o.CreatedAt}, engine.Instant{To: &o.ExpiresAt}, engine.Instant{To: &o.EndedAt},
	}
}

const sqlPutOffer = `
INSERT INTO offer (unit_id, offer_id, epoch, state, from_person, to_person, code_hash, created_at, expires_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (unit_id, offer_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state,
  from_person = excluded.from_person, to_person = excluded.to_person, code_hash = excluded.code_hash,
  created_at = excluded.created_at, expires_at = excluded.expires_at, ended_at = excluded.ended_at`

// putOffers writes those that end first: at most one is pending.
func putOffers(tx *engine.Tx, unit lifecycle.UnitID, offers []lifecycle.Offer) error {
	offers = slices.Clone(offers)
	slices.SortStableFunc(offers, func(a, b lifecycle.Offer) int {
		return cmp.Compare(boolRank(a.State == lifecycle.OfferPending), boolRank(b.State == lifecycle.OfferPending))
	})
	for _, o := range offers {
		if err := claim(tx, KindOffer, o.CodeHash, unit); err != nil {
			return err
		}
		_, err := tx.Exec(sqlPutOffer, string(unit), string(o.ID), int64(o.Epoch), string(o.State), string(o.From),
			engine.Opt(o.To), o.CodeHash, o.CreatedAt.UnixMilli(), o.ExpiresAt.UnixMilli(), engine.At(o.EndedAt))
		if err != nil {
			return fmt.Errorf("write offer %s: %w", o.ID, err)
		}
	}
	return nil
}
