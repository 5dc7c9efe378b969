package cloud

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
)

// Request is what one order asks of one cloud about one unit.
type Request struct {
	Unit lifecycle.UnitID
	Key  lifecycle.UnitKey // how the cloud itself knows the unit
	// Order is the idempotency key: a request with the same verb, order and
	// Before is the same request, and a repeat of it must do no more than the
	// first one did. A later Before widens it.
	Order lifecycle.OrderID
	// Before bounds what may end: what was bound, begun or recorded at this
	// instant or later stays, for by then the unit may be somebody else's.
	Before time.Time
	// From bounds a deletion, and what a probe says of it, from below: what was
	// recorded earlier is of somebody whose time was another, and stays. Zero: from
	// the beginning. No other verb heeds it.
	From time.Time
}

// Cloud is one cloud that may know a unit. Every call can be repeated without
// harm, for its answer may get lost; each is bounded by ctx. An error matches
// one of the kinds in errors.go, and an adapter answers nil only where the
// cloud itself said yes.
type Cloud interface {
	// Inventory reads who is bound to the unit now. A unit that the cloud does
	// not know has no links.
	Inventory(ctx context.Context, r Request) (Inventory, error)
	// Preflight reads what would stand in the way, before anything ends.
	Preflight(ctx context.Context, r Request) (Preflight, error)
	// Revoke ends the grants to third parties older than Before. Its effect is
	// an inventory without partner links of then.
	Revoke(ctx context.Context, r Request) error
	// Unbind ends every link older than Before, and no other. Its effect is an
	// inventory without them, after the cloud's delay.
	Unbind(ctx context.Context, r Request) error
	// Detach puts the recordings made before Before out of reach through the
	// unit. It deletes nothing. Its effect shows in Probe.Recordings.
	Detach(ctx context.Context, r Request) error
	// Rotate makes the unit's credential with the cloud newer than Before. Its
	// effect shows in Probe.CredentialAt.
	Rotate(ctx context.Context, r Request) error
	// Cut ends the sessions that began before Before. Its effect shows in
	// Probe.Sessions.
	Cut(ctx context.Context, r Request) error
	// Notify has the cloud tell the former owner, once per order. The notice's
	// id is all the proof there can be.
	Notify(ctx context.Context, r Request) (Notice, error)
	// Probe reads what the cloud still lets through. It tries what it can and
	// believes no earlier answer.
	Probe(ctx context.Context, r Request) (Probe, error)
	// Delete deletes the recordings made from From until Before for good, and no
	// other: rule 9. Its effect shows in Probe.Kept.
	Delete(ctx context.Context, r Request) error
}
