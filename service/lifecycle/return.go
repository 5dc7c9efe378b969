package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// The caps of rule 1: returns without authority on bound units, per hour.
const (
	UnprovenPerClerk = 5
	UnprovenPerOrg   = 20
	// QueuedFor is how old a return that was queued offline may be (rule 14).
	QueuedFor = 72 * time.Hour
)

// TakeBack is the return: it fences first.
type TakeBack struct {
	Command
	Return          ReturnID
	Order           OrderID
	Condition       string
	Reason          string
	ReceiptHash     string
	CustomerPresent bool
	// Second is the other person who stands by a return over the cap.
	Second PersonID
	// PresenceHash is the hex SHA-256 of the code that the desk's screen will
	// show, for the unit to sign.
	PresenceHash string
	// ScannedAt is when the unit was scanned, for a return that was queued
	// while the desk was offline; zero: now.
	ScannedAt time.Time
}

// Decide ends everything of the present epoch, takes the unit into the desk's
// custody and opens the reset order, in one change.
func (c TakeBack) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || c.Actor.Person == "" {
		return Change{}, fmt.Errorf("return by nobody's desk: %w", ErrForbidden)
	}
	if s.Unit.Custody != "" && s.Unit.Custody != c.Actor.Org {
		// This and no more: what state it is in there is not this desk's business
		// (rule 13).
		return Change{}, &Refusal{Event: EventReturn, Verdict: VerdictRefused, Reasons: []Reason{{Code: "return.other-stock"}}}
	}
	d := begin(s, EventReturn, c.Command)
	if s.Unit.State == StateStock || s.Unit.State == StateCertified {
		d.refuseUnless(c.Actor.Has(RoleTechnician), "return.not-sold")
	}
	c.queued(d)
	authority := c.authority(s)
	if authority == AuthorityNone && s.Unit.State == StateBound && overCap(s.Unproven) {
		// A machine never counts as one of two people.
		d.refuseUnless(c.Actor.IsPerson() && c.Second != "", "return.cap")
	}
	d.refuseUnless(c.Second == "" || c.Second != c.Actor.Person, "return.same-person")
	d.refuseUnless(slices.Contains(Conditions(), c.Condition), "return.condition")
	d.refuseUnless(slices.Contains(ReturnReasons(), c.Reason), "return.reason")
	d.advance()
	unit := &d.change.Unit
	unit.Custody, unit.ReturnedAt = c.Actor.Org, unit.EpochAt
	d.change.Return = &Return{
		ID: c.Return, Org: c.Actor.Org, Clerk: c.Actor.Person, At: c.At, Epoch: unit.Epoch, From: s.Unit.State,
		Authority: authority, Condition: c.Condition, Reason: c.Reason, ReceiptHash: c.ReceiptHash,
		CustomerPresent: c.CustomerPresent, Second: c.Second, FormerOwner: formerOwner(s), PresenceHash: c.PresenceHash,
	}
	d.openOrder(c.Order, OrderReset, c.Return)
	return d.finish()
}

// formerOwner is who must be told and may object: the owner, or who keeps a
// claim because the unit was reset behind their back.
func formerOwner(s Snapshot) PersonID {
	if owner, ok := s.Owner(); ok {
		return owner.Account
	}
	return s.Unit.Claim
}

// queued: an entry that waited offline fences only what is still as it was.
func (c TakeBack) queued(d *draft) {
	if c.ScannedAt.IsZero() {
		return
	}
	unit := d.before.Unit
	// A clock that is ahead makes every entry look newer than what overtook it.
	d.refuseUnless(!c.ScannedAt.After(c.At), "return.queued-clock")
	d.refuseUnless(c.At.Sub(c.ScannedAt) <= QueuedFor, "return.queued-too-long")
	overtaken := unit.EpochAt.After(c.ScannedAt) || unit.BoundAt.After(c.ScannedAt) || unit.SoldAt.After(c.ScannedAt) ||
		slices.ContainsFunc(d.before.Bindings, func(b Binding) bool { return b.LiveAt.After(c.ScannedAt) })
	d.refuseUnless(!overtaken, "return.overtaken")
}

func (c TakeBack) authority(s Snapshot) Authority {
	switch {
	case s.Unit.State == StateSold && s.Unit.EpochBy == EventRelease:
		return AuthorityOwnerRelease
	case s.Sale != nil && s.Sale.VoidedAt.IsZero() && c.ReceiptHash != "" && s.Sale.ReceiptHash == c.ReceiptHash:
		return AuthoritySaleMatch
	}
	return AuthorityNone
}

func overCap(n UnprovenReturns) bool {
	return n.ByClerk >= UnprovenPerClerk || n.ByOrg >= UnprovenPerOrg
}

// ReturnSealed takes back a box that was never opened.
type ReturnSealed struct {
	Command
	SealAttested bool // the clerk looked at the seal and it is whole
}

// Decide answers with the unit in the state before the sale.
func (c ReturnSealed) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || s.Unit.Custody != "" && s.Unit.Custody != c.Actor.Org {
		return Change{}, fmt.Errorf("sealed return of another's stock: %w", ErrNotFound)
	}
	d := begin(s, EventReturnSealed, c.Command)
	d.refuseUnless(c.SealAttested, "return-sealed.seal")
	for _, touch := range touched(s) {
		d.refuse("return-sealed."+touch, nil)
	}
	d.undoSale()
	return d.finish()
}

// Vouch makes the authority of an open return better: a receipt was found, or
// the unit signed the presence code.
type Vouch struct {
	Command
	ReceiptHash string
}

// Decide answers with a return that has the better authority.
func (c Vouch) Decide(s Snapshot) (Change, error) {
	if s.Return == nil || c.Actor.Org == "" || s.Unit.Custody != c.Actor.Org {
		return Change{}, fmt.Errorf("vouch for another's return: %w", ErrNotFound)
	}
	d := begin(s, EventVouch, c.Command)
	settled := s.Return.Authority == AuthorityOwnerRelease || s.Return.Authority == AuthoritySaleMatch
	d.refuseUnless(!settled, "vouch.already")
	match := s.Sale != nil && s.Sale.VoidedAt.IsZero() && c.ReceiptHash != "" && s.Sale.ReceiptHash == c.ReceiptHash
	d.refuseUnless(match, "vouch.no-match")
	better := *s.Return
	better.Authority, better.ReceiptHash = AuthoritySaleMatch, c.ReceiptHash
	d.change.Return = &better
	return d.finish()
}

// Cancel says that a return was a mistake. It revives nothing old: the owner
// binds again by one tap.
type Cancel struct {
	Command
	Return ReturnID
	// Order is the id of the order by which clouds end what the return ended:
	// the reset order that would have done it is superseded.
	Order OrderID
	// UnitPresent: a desk cancels with the unit in its hands.
	UnitPresent bool
	// ProofHash is the hex SHA-256 of a credential made on the unit after the
	// fence: the fenced owner shows by it that the unit is at home.
	ProofHash string
}

// Decide answers with the unit sold, in its customer's hands.
func (c Cancel) Decide(s Snapshot) (Change, error) {
	if s.Return == nil || s.Return.ID != c.Return {
		return Change{}, fmt.Errorf("cancel another return: %w", ErrNotFound)
	}
	byOwner := c.Actor.Org == "" && c.Actor.Person != "" && s.Return.FormerOwner == c.Actor.Person
	byDesk := c.Actor.Org != "" && s.Unit.Custody == c.Actor.Org
	if !byOwner && !byDesk {
		return Change{}, fmt.Errorf("cancel a return that is not theirs: %w", ErrNotFound)
	}
	if c.Order == "" {
		return Change{}, fmt.Errorf("cancel without the id of an order: %w", ErrInvalid)
	}
	d := begin(s, EventCancel, c.Command)
	if byOwner {
		fresh := s.Unit.Verifier != "" && s.Unit.VerifierAt.After(s.Return.At)
		d.refuseUnless(fresh && c.ProofHash == s.Unit.Verifier, "cancel.proof")
	} else {
		d.refuseUnless(c.UnitPresent, "cancel.unit-absent")
	}
	d.refuseUnless(s.Return.From.InCustomerHands(), "cancel.was-stock")
	d.advance()
	d.handBack()
	d.undated(s.Return.FormerOwner)
	d.change.Unit.Custody = ""
	cancelled := *s.Return
	cancelled.CancelledAt = d.change.Unit.EpochAt // by which its owner is known to bind again: see NextActions
	d.change.Return = &cancelled
	d.openOrder(c.Order, OrderCut, "")
	return d.finish()
}
