package lifecycle

import (
	"fmt"
	"time"
)

// SharesPerUnit is how many people may see one unit besides its owner, those
// who are invited among them: a household, and no audience.
const SharesPerUnit = 10

// SharesAtMost is how far away the end of a share may lie. Who means for ever
// gives none.
const SharesAtMost = 10 * 365 * 24 * time.Hour

// Over reports whether the binding has come to its end by itself: its time is
// over, or its invitation was not answered in time. The record says so when the
// next sweep has been; whoever shows anything asks Shows, which does not wait
// for one.
func (b Binding) Over(now time.Time) bool {
	ran := !b.Until.IsZero() && !now.Before(b.Until)
	unanswered := b.State == BindingPending && !b.OfferedUntil.IsZero() && !now.Before(b.OfferedUntil)
	return b.State != BindingEnded && (ran || unanswered)
}

// Shows reports whether the binding lets its account see the unit now.
func (b Binding) Shows(epoch Epoch, now time.Time) bool { return b.IsLive(epoch) && !b.Over(now) }

// AsOf is the binding as it stands at an instant, wherever the sweep is: one
// that is over has ended when its time was.
func (b Binding) AsOf(now time.Time) Binding {
	if !b.Over(now) {
		return b
	}
	b.EndedAt, b.EndedBy = b.runsOut(), EventExpire
	b.State = BindingEnded
	return b
}

// runsOut is when the binding ends by itself.
func (b Binding) runsOut() time.Time {
	if b.State == BindingPending && !b.OfferedUntil.IsZero() && (b.Until.IsZero() || b.OfferedUntil.Before(b.Until)) {
		return b.OfferedUntil
	}
	return b.Until
}

// Shares are the unit's members, and who is invited, at an instant.
func (s Snapshot) Shares(now time.Time) []Binding {
	var shares []Binding
	for _, b := range s.Bindings {
		if b.Kind == BindingMember && b.State != BindingEnded && b.Epoch == s.Unit.Epoch && !b.Over(now) {
			shares = append(shares, b)
		}
	}
	return shares
}

// Viewers are the bindings whose accounts may see the unit at an instant.
func (s Snapshot) Viewers(now time.Time) []Binding {
	var viewers []Binding
	for _, b := range s.Bindings {
		if b.Shows(s.Unit.Epoch, now) {
			viewers = append(viewers, b)
		}
	}
	return viewers
}

// Share invites somebody of the household to see a unit: a named person for 14
// days, or whoever is shown the code, for 15 minutes.
type Share struct {
	Command
	ID BindingID
	To PersonID // empty: face to face
	// Until is when the share ends by itself; zero: with the owner's binding.
	Until    time.Time
	CodeHash string
}

// Decide answers with a pending binding of kind member. Whether the same person
// is invited already is not asked: the answer would tell the owner which
// addresses are somebody's. Joining ends the older one.
func (c Share) Decide(s Snapshot) (Change, error) {
	if err := requireOwner(s, c.Actor); err != nil {
		return Change{}, err
	}
	d := begin(s, EventShare, c.Command)
	d.refuseUnless(c.To != c.Actor.Person, "share.own")
	d.refuseUnless(len(s.Shares(c.At)) < SharesPerUnit, "share.limit")
	d.refuseUnless(c.Until.IsZero() || c.Until.After(c.At) && c.Until.Sub(c.At) <= SharesAtMost, "share.until")
	wait := OfferForNamed
	if c.To == "" {
		wait = OfferForFaceToFace
	}
	d.change.Bindings = []Binding{{
		ID: c.ID, Kind: BindingMember, State: BindingPending, Account: c.To, Epoch: s.Unit.Epoch, CreatedAt: c.At,
		CodeHash: c.CodeHash, OfferedUntil: c.At.Add(wait), Until: c.Until,
	}}
	return d.finish()
}

// Join makes the actor a member by the invitation. No credential of the unit is
// asked for: the owner's binding has it, and the share dies with that.
type Join struct {
	Command
	Binding     BindingID
	AccountHash string
}

// Decide answers with the binding live. What else the unit's owner had shared
// with the same person ends: the newest says until when.
func (c Join) Decide(s Snapshot) (Change, error) {
	invitation, ok := s.invitation(c.Binding)
	owner, owned := s.Owner()
	meant := invitation.Account == "" || invitation.Account == c.Actor.Person
	if !ok || !owned || !meant || c.Actor.Person == "" || c.Actor.Org != "" {
		return Change{}, fmt.Errorf("invitation %s: %w", c.Binding, ErrNotFound)
	}
	d := begin(s, EventJoin, c.Command)
	d.refuseUnless(owner.Account != c.Actor.Person, "share.own")
	d.refuseUnless(!invitation.Over(c.At), "share.expired")
	for _, older := range s.Shares(c.At) {
		if older.Account == c.Actor.Person && older.ID != invitation.ID {
			d.endBinding(older)
		}
	}
	invitation.State, invitation.Account, invitation.AccountHash = BindingLive, c.Actor.Person, c.AccountHash
	invitation.LiveAt = maxTime(c.At, s.Unit.EpochAt)
	d.change.Bindings = append(d.change.Bindings, invitation)
	return d.finish()
}

// invitation is the pending share with this id.
func (s Snapshot) invitation(id BindingID) (Binding, bool) {
	for _, b := range s.Bindings {
		if b.ID == id && b.Kind == BindingMember && b.State == BindingPending && b.Epoch == s.Unit.Epoch {
			return b, true
		}
	}
	return Binding{}, false
}

// Expire puts down what has come to its end by itself: shares, invitations and
// offers. Nobody waits for it, for each has its instant in it; it is for the
// record, and for who reads the feed.
type Expire struct {
	Command
}

// Decide answers with every such row ended, at its own instant.
func (c Expire) Decide(s Snapshot) (Change, error) {
	d := begin(s, EventExpire, c.Command)
	for _, b := range s.Bindings {
		if b.Over(c.At) {
			d.change.Bindings = append(d.change.Bindings, b.AsOf(c.At))
		}
	}
	for _, offer := range s.Offers {
		if offer.Over(c.At) {
			d.change.Offers = append(d.change.Offers, offer.ended(OfferExpired, c.At))
		}
	}
	if len(d.reasons) == 0 && len(d.change.Bindings)+len(d.change.Offers) == 0 {
		return Change{}, fmt.Errorf("nothing of %s has run out: %w", s.Unit.ID, ErrNotFound)
	}
	return d.finish()
}
