package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) offers(to lifecycle.PersonID) *story {
	y.do(lifecycle.MakeOffer{Command: y.by(ana()), ID: lifecycle.OfferID(y.id("ofr")), To: to, CodeHash: "code"})
	return y
}

func (y *story) accepts(who lifecycle.Actor, credential string) lifecycle.Transfer {
	return lifecycle.Transfer{Command: y.by(who), Offer: y.s.Offers[len(y.s.Offers)-1].ID, Binding: lifecycle.BindingID(y.id("bnd")),
		Order: y.order(), AccountHash: "hash-" + string(who.Person), ProofHash: secret(credential)}
}

// fresh has the unit make a credential after the offer.
func (y *story) fresh(credential string) *story {
	y.do(y.hears(lifecycle.ResetNone, secret(credential)))
	return y
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]lifecycle.PersonID{"named": ben().Person, "face to face": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t)
			y.s.Bindings = append(y.s.Bindings, lifecycle.Binding{ID: "bnd_share", Kind: lifecycle.BindingMember,
				State: lifecycle.BindingLive, Account: tom().Person, Epoch: y.s.Unit.Epoch})
			epoch := y.s.Unit.Epoch
			y.offers(to).fresh("handover")
			change := y.do(y.accepts(ben(), "handover"))
			y.state(lifecycle.StateBound)
			if live := y.s.LiveBindings(); len(live) != 1 || live[0].Account != ben().Person || live[0].Kind != lifecycle.BindingOwner {
				t.Errorf("live %+v, want the recipient alone: shares do not travel", live)
			}
			if y.s.Unit.Epoch != epoch+1 || y.s.Unit.Verifier != "" {
				t.Errorf("unit %+v, want the next epoch without a credential", y.s.Unit)
			}
			if len(change.Offers) != 1 || change.Offers[0].State != lifecycle.OfferAccepted {
				t.Errorf("offers %+v, want it accepted", change.Offers)
			}
			if order, ok := y.s.OpenOrder(); !ok || order.Kind != lifecycle.OrderCut {
				t.Errorf("order %+v, want an open cut order", order)
			}
			y.fails(lifecycle.Release{Command: y.by(ana())}, lifecycle.ErrNotFound)
			y.fails(lifecycle.Contest{Command: y.by(ana())}, lifecycle.ErrNotFound)
		})
	}
}

func TestHowLongAnOfferWaits(t *testing.T) {
	t.Parallel()
	for to, wait := range map[lifecycle.PersonID]time.Duration{ben().Person: 14 * 24 * time.Hour, "": 15 * time.Minute} {
		y := bound(t).offers(to).fresh("handover")
		end := y.s.Offers[0].ExpiresAt
		if got := end.Sub(y.s.Offers[0].CreatedAt); got != wait {
			t.Errorf("to %q: waits %v, want %v", to, got, wait)
		}
		accept := y.accepts(ben(), "handover")
		accept.At = end
		if got := y.refused(accept); !slices.Equal(got, []string{"transfer.expired"}) {
			t.Errorf("at its end: %q", got)
		}
		accept.At = end.Add(-time.Millisecond)
		y.do(accept)
	}
}

// The proof is a credential made on the unit after the offer, never the one
// that the old owner read off it before, nor one that is printed on it.
func TestTheProofOfATransferIsFresh(t *testing.T) {
	t.Parallel()
	y := bound(t).offers(ben().Person)
	for _, credential := range []string{"first", "printed", ""} {
		if got := y.refused(y.accepts(ben(), credential)); !slices.Equal(got, []string{"transfer.proof"}) {
			t.Errorf("with %q: %q, want transfer.proof", credential, got)
		}
	}
	y.fresh("first") // told again, not made anew
	if got := y.refused(y.accepts(ben(), "first")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("told again: %q, want transfer.proof", got)
	}
	y.fresh("handover")
	if got := y.refused(y.accepts(ben(), "other")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("another: %q, want transfer.proof", got)
	}
}

func TestWhoAcceptsAnOffer(t *testing.T) {
	t.Parallel()
	y := bound(t).offers(ben().Person).fresh("handover")
	for _, who := range []lifecycle.Actor{tom(), cleo(), worker()} {
		y.fails(y.accepts(who, "handover"), lifecycle.ErrNotFound)
	}
	other := y.accepts(ben(), "handover")
	other.Offer = "ofr_other"
	y.fails(other, lifecycle.ErrNotFound)

	y = bound(t).offers("").fresh("handover")
	if got := y.refused(y.accepts(ana(), "handover")); !slices.Equal(got, []string{"transfer.own"}) {
		t.Errorf("oneself: %q", got)
	}
	y.s.Unit.Claim = tom().Person
	y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldStolen}}
	if got := y.refused(y.accepts(ben(), "handover")); !slices.Equal(got, []string{"hold.stolen", "bind.claimed"}) {
		t.Errorf("held and claimed by a third: %q", got)
	}
}

// An advance ends the offer with everything else of its epoch.
func TestAnOfferDiesWithItsEpoch(t *testing.T) {
	t.Parallel()
	y := bound(t).offers(ben().Person)
	y.do(y.hears(lifecycle.ResetHard, secret("reset")))
	y.fails(y.accepts(ben(), "reset"), lifecycle.ErrNotFound)
	if got := y.s.Offers[0]; got.State != lifecycle.OfferEnded || !got.EndedAt.Equal(y.now.Add(-time.Minute)) {
		t.Errorf("offer %+v, want ended with the reset", got)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.fails(lifecycle.MakeOffer{Command: y.by(ben()), ID: "ofr_x"}, lifecycle.ErrNotFound)
	if got := y.refused(lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_x", To: ana().Person}); !slices.Equal(got, []string{"offer.own"}) {
		t.Errorf("to oneself: %q", got)
	}
	y.offers(ben().Person).offers(tom().Person)
	if got := y.s.Offers[0].State; got != lifecycle.OfferWithdrawn {
		t.Errorf("first offer %s, want withdrawn by the second", got)
	}
	y.offers("").offers(ben().Person)
	if got := y.s.Offers[1].EndedAt; !got.Before(y.s.Offers[2].EndedAt) {
		t.Errorf("an offer that was over ended again at %v", got)
	}
}

func TestDecline(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		to   lifecycle.PersonID
		who  lifecycle.Actor
		wait time.Duration
		want lifecycle.OfferState
	}{
		"its owner":              {ben().Person, ana(), 0, lifecycle.OfferWithdrawn},
		"its recipient":          {ben().Person, ben(), 0, lifecycle.OfferRefused},
		"whoever has the code":   {"", tom(), 0, lifecycle.OfferRefused},
		"its owner, too late":    {ben().Person, ana(), lifecycle.OfferForNamed, lifecycle.OfferExpired},
		"its recipient, as late": {"", ben(), lifecycle.OfferForFaceToFace, lifecycle.OfferExpired},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t).offers(c.to).wait(c.wait)
			y.do(lifecycle.Decline{Command: y.by(c.who), Offer: y.s.Offers[0].ID})
			when := y.now
			if c.want == lifecycle.OfferExpired {
				when = y.s.Offers[0].ExpiresAt
			}
			if got := y.s.Offers[0]; got.State != c.want || !got.EndedAt.Equal(when) {
				t.Errorf("offer %+v, want %s at %v", got, c.want, when)
			}
			y.fails(lifecycle.Decline{Command: y.by(c.who), Offer: y.s.Offers[0].ID}, lifecycle.ErrNotFound)
		})
	}
	y := bound(t).offers(ben().Person)
	y.fails(lifecycle.Decline{Command: y.by(tom()), Offer: y.s.Offers[0].ID}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Decline{Command: y.by(worker()), Offer: y.s.Offers[0].ID}, lifecycle.ErrNotFound)
}
