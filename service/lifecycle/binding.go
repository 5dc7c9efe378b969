package lifecycle

import (
	"slices"
	"time"
)

// BindingKind is what an account is to a unit.
type BindingKind string

const (
	// BindingOwner is the one owner. At most one is live per unit.
	BindingOwner BindingKind = "owner"
	// BindingMember is a share within the household.
	BindingMember BindingKind = "member"
	// BindingPartner is a grant to a third party.
	BindingPartner BindingKind = "partner"
	// BindingLocal is an account on the unit itself.
	BindingLocal BindingKind = "local"
)

// BindingState is how far a binding is.
type BindingState string

const (
	// BindingPending: asked for, and not yet confirmed by the unit. It shows
	// nothing.
	BindingPending BindingState = "pending"
	// BindingLive: confirmed.
	BindingLive BindingState = "live"
	// BindingEnded: over. The row stays.
	BindingEnded BindingState = "ended"
)

// Binding is one association between a unit and an account, as we hold it.
type Binding struct {
	ID      BindingID    `json:"id"`
	Kind    BindingKind  `json:"kind"`
	State   BindingState `json:"state"`
	Account PersonID     `json:"account"`
	// AccountHash is the keyed hash under which clouds report the same account.
	AccountHash string    `json:"account_hash,omitempty"`
	Epoch       Epoch     `json:"epoch"`
	CreatedAt   time.Time `json:"created_at"`
	LiveAt      time.Time `json:"live_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
	EndedBy     Event     `json:"ended_by,omitempty"`
	// ProofHash is the hex SHA-256 of the credential that a pending binding
	// was asked with; the unit's report must match it.
	ProofHash string `json:"proof_hash,omitempty"`
	// CodeHash is the hex SHA-256 of the code by which a share is accepted.
	CodeHash string `json:"code_hash,omitempty"`
	// OfferedUntil is how long a share that nobody has accepted waits, Until when
	// a share ends by itself.
	OfferedUntil time.Time `json:"offered_until,omitzero"`
	Until        time.Time `json:"until,omitzero"`
}

// IsLive reports whether the binding is recorded as live at this epoch. Whether
// it still shows anything is Shows.
func (b Binding) IsLive(epoch Epoch) bool { return b.State == BindingLive && b.Epoch == epoch }

// Sighting is what a cloud's inventory said about a unit, and when: it was seen
// from SeenAt until GoneAt.
type Sighting struct {
	Cloud       string      `json:"cloud"`
	AccountHash string      `json:"account_hash"` // keyed hash of the cloud's account
	Kind        BindingKind `json:"kind"`
	Since       time.Time   `json:"since,omitzero"` // when it was bound, where the cloud says
	SeenAt      time.Time   `json:"seen_at"`        // when an inventory had it first
	// GoneAt is when a later inventory no longer had it.
	GoneAt time.Time `json:"gone_at,omitzero"`
}

// keepFirst gives each sighting the instant at which the same account was seen
// first. The next look would otherwise make an old account a new one: where a
// cloud does not say since when, SeenAt alone tells (rule 10).
func keepFirst(known, seen []Sighting) []Sighting {
	kept := slices.Clone(seen)
	for i := range kept {
		for _, k := range known {
			if k.Cloud == kept[i].Cloud && k.AccountHash == kept[i].AccountHash && k.Kind == kept[i].Kind && k.SeenAt.Before(kept[i].SeenAt) {
				kept[i].SeenAt = k.SeenAt
			}
		}
	}
	return kept
}

// Probe is what a cloud answered when it was asked again.
type Probe struct {
	Cloud string    `json:"cloud"`
	At    time.Time `json:"at"`
	Dark  bool      `json:"dark"` // no binding, no session, no recording within reach
	// CredentialRefused reports that the old credential was tried and refused.
	CredentialRefused bool `json:"credential_refused,omitempty"`
}

// BindingKinds lists every kind.
func BindingKinds() []BindingKind {
	return []BindingKind{BindingOwner, BindingMember, BindingPartner, BindingLocal}
}
