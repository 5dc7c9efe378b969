package lifecycle

import (
	"fmt"
	"time"
)

// Bind makes an account the unit's owner: rule 5. Proof is the credential that
// the unit made after the last advance; who knows an older one gets nowhere.
type Bind struct {
	Command
	ID          BindingID
	AccountHash string // the keyed hash under which clouds report the account
	ProofHash   string // hex SHA-256 of the credential shown by the owner
}

// Decide answers with a live binding where the unit has reported the same
// credential, and with a pending one, which shows nothing, where it has
// reported none yet.
func (c Bind) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org != "" || c.Actor.Person == "" {
		return Change{}, fmt.Errorf("staff do not bind: %w", ErrForbidden)
	}
	pending := s.Unit.Verifier == ""
	event := EventBind
	if pending {
		event = EventBindPending
	}
	d := begin(s, event, c.Command)
	c.guard(d)
	binding := Binding{
		ID: c.ID, Kind: BindingOwner, State: BindingPending, Account: c.Actor.Person, AccountHash: c.AccountHash,
		Epoch: s.Unit.Epoch, CreatedAt: c.At, ProofHash: c.ProofHash,
	}
	for _, older := range s.Bindings {
		if older.State == BindingPending && (older.Account == c.Actor.Person || !pending) {
			d.endBinding(older)
		}
	}
	if pending {
		d.change.Bindings = append(d.change.Bindings, binding)
		return d.finish()
	}
	d.goLive(binding)
	return d.finish()
}

func (c Bind) guard(d *draft) {
	s := d.before
	if s.Unit.State == StateStock {
		d.refuseUnless(s.Model.SaleImplied, "bind.not-sold")
	}
	_, owned := s.Owner()
	d.refuseUnless(!owned, "bind.owned")
	d.refuseUnless(s.Unit.Claim == "" || s.Unit.Claim == c.Actor.Person, "bind.claimed")
	d.refuseUnless(c.ProofHash != "", "bind.proof")
	d.refuseUnless(s.Unit.Verifier == "" || s.Unit.Verifier == c.ProofHash, "bind.proof")
}

// goLive writes a confirmed owner binding and what follows from it.
func (d *draft) goLive(binding Binding) {
	// Never before its own epoch, or clouds would end its link with the old ones.
	binding.State, binding.LiveAt, binding.ProofHash = BindingLive, maxTime(d.at(), d.change.Unit.EpochAt), ""
	binding.Epoch = d.change.Unit.Epoch
	d.change.Bindings = append(d.change.Bindings, binding)
	unit := &d.change.Unit
	if d.before.Unit.State == StateStock {
		d.flag(FlagSaleMissing, string(binding.ID), SeverityLow, nil)
		unit.Prior = StateStock
	}
	unit.Custody = ""
	unit.Claim = ""
	unit.HomeNetwork = unit.Network
	if unit.BoundAt.IsZero() {
		unit.BoundAt = d.at()
	}
}

// Unbind ends one binding that is not the live owner's own: a pending one, or
// a share. The owner's own ends by Release.
type Unbind struct {
	Command
	Binding BindingID
}

// Decide answers with the binding ended. Its account may end it, and so may
// the unit's owner.
func (c Unbind) Decide(s Snapshot) (Change, error) {
	owner, owned := s.Owner()
	for _, binding := range s.Bindings {
		theirs := c.Actor.Person != "" && (binding.Account == c.Actor.Person || owned && owner.Account == c.Actor.Person)
		if binding.ID != c.Binding || binding.State == BindingEnded || !theirs {
			continue
		}
		d := begin(s, EventUnbind, c.Command)
		d.refuseUnless(!(owned && binding.ID == owner.ID), "unbind.owner")
		d.endBinding(binding)
		return d.finish()
	}
	return Change{}, fmt.Errorf("binding %s: %w", c.Binding, ErrNotFound)
}

func requireOwner(s Snapshot, actor Actor) error {
	owner, owned := s.Owner()
	if !owned || actor.Person == "" || actor.Org != "" || owner.Account != actor.Person {
		return fmt.Errorf("not its owner: %w", ErrNotFound)
	}
	return nil
}

// MakeOffer offers a transfer: to a named person for 14 days, or face to face
// for 15 minutes.
type MakeOffer struct {
	Command
	ID       OfferID
	To       PersonID // empty: face to face
	CodeHash string
}

// Decide answers with a pending offer; an older one is withdrawn by it.
func (c MakeOffer) Decide(s Snapshot) (Change, error) {
	if err := requireOwner(s, c.Actor); err != nil {
		return Change{}, err
	}
	d := begin(s, EventOffer, c.Command)
	d.refuseUnless(c.To != c.Actor.Person, "offer.own")
	wait := OfferForNamed
	if c.To == "" {
		wait = OfferForFaceToFace
	}
	for _, older := range s.Offers {
		if older.State == OfferPending {
			d.change.Offers = append(d.change.Offers, older.ended(OfferWithdrawn, c.At))
		}
	}
	d.change.Offers = append(d.change.Offers, Offer{
		ID: c.ID, State: OfferPending, From: c.Actor.Person, To: c.To, CodeHash: c.CodeHash,
		Epoch: s.Unit.Epoch, ExpiresAt: c.At.Add(wait),
		CreatedAt: s.notBeforeTold(c.At),
	})
	return d.finish()
}

// Decline ends an offer without a transfer: its recipient refuses it, its
// owner withdraws it, or its time is over.
type Decline struct {
	Command
	Offer OfferID
}

// Decide answers with the offer ended, as the actor can end it.
func (c Decline) Decide(s Snapshot) (Change, error) {
	offer, ok := s.pendingOffer(c.Offer)
	if !ok || c.Actor.Person == "" {
		return Change{}, fmt.Errorf("offer %s: %w", c.Offer, ErrNotFound)
	}
	var how OfferState
	switch {
	case c.Actor.Person == offer.From:
		how = OfferWithdrawn
	case offer.To == "" || offer.To == c.Actor.Person:
		how = OfferRefused
	default:
		return Change{}, fmt.Errorf("offer %s to somebody else: %w", c.Offer, ErrNotFound)
	}
	d := begin(s, EventDecline, c.Command)
	d.change.Offers = append(d.change.Offers, offer.ended(how, c.At))
	return d.finish()
}

// Transfer moves the owner binding to the recipient of an offer: rule 7.
type Transfer struct {
	Command
	Offer       OfferID
	Binding     BindingID
	Order       OrderID
	AccountHash string
	ProofHash   string // hex SHA-256 of a credential made on the unit after the offer
}

// Decide answers with the recipient as the owner and everything older dead.
func (c Transfer) Decide(s Snapshot) (Change, error) {
	offer, ok := s.pendingOffer(c.Offer)
	if !ok || c.Actor.Person == "" || c.Actor.Org != "" || offer.To != "" && offer.To != c.Actor.Person {
		return Change{}, fmt.Errorf("offer %s: %w", c.Offer, ErrNotFound)
	}
	d := begin(s, EventTransfer, c.Command)
	d.refuseUnless(offer.From != c.Actor.Person, "transfer.own")
	d.refuseUnless(c.At.Before(offer.ExpiresAt), "transfer.expired")
	fresh := s.Unit.Verifier != "" && s.Unit.VerifierAt.After(offer.CreatedAt)
	d.refuseUnless(fresh && c.ProofHash == s.Unit.Verifier, "transfer.proof")
	d.refuseUnless(s.Unit.Claim == "" || s.Unit.Claim == offer.From, "bind.claimed")
	d.advance()
	offer.State, offer.EndedAt = OfferAccepted, c.At
	d.change.Offers = merge(d.change.Offers, []Offer{offer}, func(o Offer) string { return string(o.ID) })
	d.goLive(Binding{
		ID: c.Binding, Kind: BindingOwner, Account: c.Actor.Person, AccountHash: c.AccountHash, CreatedAt: c.At,
	})
	d.change.Unit.BoundAt = maxTime(s.Unit.BoundAt, c.At)
	d.openOrder(c.Order, OrderCut, "")
	return d.finish()
}

func (s Snapshot) pendingOffer(id OfferID) (Offer, bool) {
	for _, offer := range s.Offers {
		if offer.ID == id && offer.State == OfferPending && offer.Epoch == s.Unit.Epoch {
			return offer, true
		}
	}
	return Offer{}, false
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
