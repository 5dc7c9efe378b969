package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPutShareName = `
INSERT INTO share_name (unit_id, binding_id, epoch, person_id, sealed)
VALUES ($1, $2, $3, $4, $5)`

// PutShareName keeps how an owner calls whom a share is for, sealed for them.
func PutShareName(tx *engine.Tx, unit lifecycle.Unit, binding lifecycle.BindingID, owner lifecycle.PersonID, sealed []byte) error {
	_, err := tx.Exec(sqlPutShareName, string(unit.ID), string(binding), int64(unit.Epoch), string(owner), sealed)
	if err != nil {
		return fmt.Errorf("name share %s: %w", binding, err)
	}
	return nil
}

// One statement, whatever the code leads to: how many lists its unit has makes
// no difference to whoever holds an old one.
const sqlInvitationByCode = `
SELECT b.unit_id, u.epoch, n.person_id, b.binding_id, b.kind, b.state, b.account, b.account_hash, b.epoch, b.created_at,
       b.live_at, b.ended_at, b.ended_by, b.proof_hash, b.code_hash, b.offered_until, b.until
FROM lookup l
JOIN unit u ON u.unit_id = l.unit_id
JOIN binding b ON b.unit_id = l.unit_id AND b.code_hash = l.code
LEFT JOIN share_name n ON n.unit_id = b.unit_id AND n.binding_id = b.binding_id
WHERE l.kind = 'binding' AND l.code = $1`

// InvitationByCode reads the invitation whose code has this hash.
func InvitationByCode(tx *engine.Tx, codeHash string) (lifecycle.Invitation, error) {
	var i lifecycle.Invitation
	found, err := tx.Get(sqlInvitationByCode, []any{codeHash},
		append([]any{engine.TextTo(&i.Unit), &i.Epoch, engine.TextTo(&i.Maker)}, bindingColumns(&i.Binding)...)...)
	return i, present(found, err, "invitation", "with this code")
}

// ShareName is a sealed name, and which share it is of.
type ShareName struct {
	Binding lifecycle.BindingID
	Sealed  []byte
}

const sqlShareNames = `
SELECT binding_id, sealed FROM share_name
WHERE unit_id = $1 AND person_id = $2 AND epoch = $3`

// ShareNames are the names that an owner has given to the shares of an epoch.
func ShareNames(tx *engine.Tx, unit lifecycle.UnitID, owner lifecycle.PersonID, epoch lifecycle.Epoch) ([]ShareName, error) {
	return engine.List(tx, sqlShareNames, []any{string(unit), string(owner), int64(epoch)},
		func(scan engine.Scan) (ShareName, error) {
			var n ShareName
			err := scan(engine.TextTo(&n.Binding), &n.Sealed)
			return n, err
		})
}

const sqlSeeOffer = `
INSERT INTO offer_seen (unit_id, offer_id, epoch, seen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (unit_id, offer_id) DO NOTHING`

// SeeOffer notes that an offer was opened, the first time.
func SeeOffer(tx *engine.Tx, unit lifecycle.UnitID, offer lifecycle.Offer, at time.Time) error {
	if _, err := tx.Exec(sqlSeeOffer, string(unit), string(offer.ID), int64(offer.Epoch), at.UnixMilli()); err != nil {
		return fmt.Errorf("note that offer %s was opened: %w", offer.ID, err)
	}
	return nil
}

const sqlOfferSeen = `SELECT seen_at FROM offer_seen WHERE unit_id = $1 AND offer_id = $2`

// OfferSeen is when an offer was opened first; zero: it was not.
func OfferSeen(tx *engine.Tx, unit lifecycle.UnitID, offer lifecycle.OfferID) (time.Time, error) {
	var at time.Time
	if _, err := tx.Get(sqlOfferSeen, []any{string(unit), string(offer)}, engine.Instant{To: &at}); err != nil {
		return at, fmt.Errorf("read whether offer %s was opened: %w", offer, err)
	}
	return at, nil
}
