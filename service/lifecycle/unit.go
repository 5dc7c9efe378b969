package lifecycle

import "time"

// Epoch is the number of a unit's present credentials, from 1. It only grows.
type Epoch int64

// Unit is one physical product, as we hold it.
type Unit struct {
	ID    UnitID  `json:"id"`
	Key   UnitKey `json:"key"`
	GTIN  string  `json:"gtin,omitempty"` // 14 digits (GS1 General Specifications 3.3.2), or empty
	Model ModelID `json:"model"`
	// Vendor is the organisation that made it; Unconfirmed a unit that a desk
	// admitted and whose serial the vendor has not confirmed yet.
	Vendor      OrgID `json:"vendor"`
	Unconfirmed bool  `json:"unconfirmed,omitempty"`

	State   State     `json:"state"`
	Prior   State     `json:"prior,omitempty"` // the state before the last sale, for void and return-sealed
	Epoch   Epoch     `json:"epoch"`
	EpochAt time.Time `json:"epoch_at"` // when the epoch last advanced
	// EpochBy is the event that advanced the epoch last. A hard reset of a
	// released unit leaves the release standing: nobody has held it since.
	EpochBy Event `json:"epoch_by,omitempty"`
	Version int64 `json:"version"` // grows by one with every Change
	// Custody is the organisation that physically has the unit; empty: a
	// customer.
	Custody OrgID `json:"custody,omitempty"`
	// Claim is the owner whose lock or stolen mark keeps everybody else from
	// binding. It shows no picture.
	Claim PersonID `json:"claim,omitempty"`

	// DeviceKey is the unit's Ed25519 public key, registered at manufacture:
	// 32 bytes, or empty for a unit that cannot sign.
	DeviceKey []byte `json:"device_key,omitempty"`
	// Verifier is the hex SHA-256 of the credential that the unit made after
	// the last advance; an advance clears it. VerifierAt is when it was reported
	// first.
	Verifier   string    `json:"verifier,omitempty"`
	VerifierAt time.Time `json:"verifier_at,omitzero"`
	Firmware   string    `json:"firmware,omitempty"` // as last reported by the unit
	// ContactAt is when the unit last proved to us that it speaks; Network is
	// the keyed hash of where it called from, HomeNetwork the one at its
	// owner's bind.
	ContactAt   time.Time `json:"contact_at,omitzero"`
	Network     string    `json:"network,omitempty"`
	HomeNetwork string    `json:"home_network,omitempty"`

	RegisteredAt time.Time `json:"registered_at"`
	SoldAt       time.Time `json:"sold_at,omitzero"`     // the last sale that was not voided
	ReturnedAt   time.Time `json:"returned_at,omitzero"` // the last return
	BoundAt      time.Time `json:"bound_at,omitzero"`    // the first owner binding since the last sale
	RetiredAt    time.Time `json:"retired_at,omitzero"`
}

// WatchFor is how long after a new owner's first binding a unit stays under
// the eyes of the sweep (rule 10).
const WatchFor = 90 * 24 * time.Hour

// Watched reports whether the unit is watched at now: resold, and its new
// owner's first binding is no older than WatchFor.
func (u Unit) Watched(now time.Time) bool {
	if !u.State.InCustomerHands() || u.ReturnedAt.IsZero() || u.SoldAt.Before(u.ReturnedAt) {
		return false
	}
	return u.BoundAt.IsZero() || now.Sub(u.BoundAt) < WatchFor
}
