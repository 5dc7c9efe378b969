package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) shares(to lifecycle.PersonID, until time.Time) lifecycle.Share {
	return lifecycle.Share{Command: y.by(ana()), ID: lifecycle.BindingID(y.id("bnd")), To: to, Until: until, CodeHash: y.id("code")}
}

func (y *story) joins(who lifecycle.Actor) lifecycle.Join {
	last := y.s.Bindings[len(y.s.Bindings)-1]
	return lifecycle.Join{Command: y.by(who), Binding: last.ID, AccountHash: "hash-" + string(who.Person)}
}

// shared is a unit of ana's that ben sees until an instant.
func shared(t testing.TB, until time.Time) *story {
	y := bound(t)
	y.do(y.shares(ben().Person, until))
	y.do(y.joins(ben()))
	return y
}

func (y *story) sees(who lifecycle.Actor, now time.Time) bool {
	return slices.ContainsFunc(y.s.Viewers(now), func(b lifecycle.Binding) bool { return b.Account == who.Person })
}

func TestAShareIsPendingUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.fails(lifecycle.Share{Command: y.by(ben()), ID: "bnd_x"}, lifecycle.ErrNotFound)
	y.do(y.shares(ben().Person, time.Time{}))
	if y.sees(ben(), y.now) {
		t.Error("who is only invited sees it")
	}
	y.fails(y.joins(tom()), lifecycle.ErrNotFound)  // it names ben
	y.fails(y.joins(cleo()), lifecycle.ErrNotFound) // staff have no shares
	y.do(y.joins(ben()))
	if !y.sees(ben(), y.now) || !y.sees(ana(), y.now) {
		t.Errorf("viewers %+v, want both", y.s.Viewers(y.now))
	}
	y.fails(y.joins(ben()), lifecycle.ErrNotFound) // it was taken
	if got := y.refused(lifecycle.Share{Command: y.by(ana()), ID: "bnd_y", To: ana().Person, Until: y.now}); !slices.Equal(got, []string{"share.own", "share.until"}) {
		t.Errorf("to oneself, until now: %q", got)
	}
}

// Face to face: whoever is shown the code, within 15 minutes, but not its owner.
func TestAShareFaceToFace(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.shares("", time.Time{}))
	if got := y.refused(y.joins(ana())); !slices.Equal(got, []string{"share.own"}) {
		t.Errorf("the owner joins: %q", got)
	}
	late := y.joins(tom())
	late.At = y.now.Add(lifecycle.OfferForFaceToFace)
	if got := y.refused(late); !slices.Equal(got, []string{"share.expired"}) {
		t.Errorf("too late: %q", got)
	}
	y.do(y.joins(tom()))
	if !y.sees(tom(), y.now) {
		t.Error("who was shown the code sees nothing")
	}
}

// Every reader treats a share as over at its own instant, whatever the record
// says, and the record says so once a sweep has been.
func TestAShareEndsAtItsDate(t *testing.T) {
	t.Parallel()
	until := day().Add(10 * 24 * time.Hour)
	y := shared(t, until)
	binding := y.s.Bindings[len(y.s.Bindings)-1]
	if !binding.Shows(y.s.Unit.Epoch, until.Add(-time.Millisecond)) || binding.Shows(y.s.Unit.Epoch, until) {
		t.Error("it does not end at its instant")
	}
	if y.sees(ben(), until) || len(y.s.Shares(until)) != 0 || binding.AsOf(until).State != lifecycle.BindingEnded {
		t.Errorf("a reader still sees it: %+v, %+v", y.s.Viewers(until), y.s.Shares(until))
	}
	y.fails(lifecycle.Expire{Command: y.by(worker())}, lifecycle.ErrNotFound)
	y.wait(11 * 24 * time.Hour)
	y.do(lifecycle.Expire{Command: y.by(worker())})
	ended := y.s.Bindings[len(y.s.Bindings)-1]
	if ended.State != lifecycle.BindingEnded || !ended.EndedAt.Equal(until) || ended.EndedBy != lifecycle.EventExpire {
		t.Errorf("recorded as %+v, want ended at its own instant", ended)
	}
}

func TestExpireEndsOffersToo(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_1", To: ben().Person})
	y.do(y.shares(ben().Person, time.Time{}))
	y.wait(lifecycle.OfferForNamed)
	change := y.do(lifecycle.Expire{Command: y.by(worker())})
	if len(change.Offers) != 1 || change.Offers[0].State != lifecycle.OfferExpired || len(change.Bindings) != 1 {
		t.Errorf("change %+v, want the offer and the invitation ended", change)
	}
}

// I2: a share dies with the owner's binding, whatever ends that, and never
// travels with a transfer.
func TestAShareDiesWithTheOwnersBinding(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*story){
		"release": func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) },
		"return":  func(y *story) { y.takeBack(cleo()) },
		"reset":   func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("x"))) },
		"transfer": func(y *story) {
			y.do(lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_1", To: tom().Person})
			y.do(y.hears(lifecycle.ResetNone, secret("new")))
			y.do(lifecycle.Transfer{Command: y.by(tom()), Offer: "ofr_1", Binding: "bnd_t", Order: "ord_t", ProofHash: secret("new")})
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := shared(t, time.Time{})
			y.do(y.shares(tom().Person, time.Time{}))
			invitation := y.joins(tom())
			end(y)
			if y.sees(ben(), y.now) || len(y.s.Shares(y.now)) != 0 {
				t.Errorf("after the %s: %+v", name, y.s.Shares(y.now))
			}
			y.fails(invitation, lifecycle.ErrNotFound)
		})
	}
}

// The unit says that it is there and has made a new credential: that is no
// reason to end an invitation, which waits for a person.
func TestAContactLeavesInvitations(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.shares(ben().Person, time.Time{}))
	y.do(y.hears(lifecycle.ResetNone, secret("another")))
	y.do(y.joins(ben()))
}

func TestEitherSideEndsAShare(t *testing.T) {
	t.Parallel()
	for _, who := range []lifecycle.Actor{ana(), ben()} {
		y := shared(t, time.Time{})
		share := y.s.Bindings[len(y.s.Bindings)-1].ID
		y.fails(lifecycle.Unbind{Command: y.by(tom()), Binding: share}, lifecycle.ErrNotFound)
		y.do(lifecycle.Unbind{Command: y.by(who), Binding: share})
		if y.sees(ben(), y.now) || !y.sees(ana(), y.now) {
			t.Errorf("%s ends it: %+v", who.Person, y.s.Viewers(y.now))
		}
	}
	y := shared(t, time.Time{})
	owner, _ := y.s.Owner()
	y.fails(lifecycle.Unbind{Command: y.by(ben()), Binding: owner.ID}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Release{Command: y.by(ben()), Order: "ord"}, lifecycle.ErrNotFound)
	y.fails(lifecycle.MakeOffer{Command: y.by(ben()), ID: "ofr"}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Share{Command: y.by(ben()), ID: "bnd"}, lifecycle.ErrNotFound)
	y.fails(lifecycle.PlaceHold{Command: y.by(ben()), ID: "hld", Kind: lifecycle.HoldStolen}, lifecycle.ErrNotFound)
}

func TestTenShareOneUnit(t *testing.T) {
	t.Parallel()
	y := bound(t)
	for range lifecycle.SharesPerUnit {
		y.do(y.shares("", time.Time{}))
	}
	if got := y.refused(y.shares("", time.Time{})); !slices.Equal(got, []string{"share.limit"}) {
		t.Errorf("one more: %q", got)
	}
	y.wait(lifecycle.OfferForFaceToFace) // and they are over without a sweep
	y.do(y.shares("", time.Time{}))
}

// Invited once more, the newest says until when.
func TestJoiningAgainEndsTheOlderShare(t *testing.T) {
	t.Parallel()
	y := shared(t, time.Time{})
	until := y.now.Add(time.Hour * 24)
	y.do(y.shares(ben().Person, until))
	y.do(y.joins(ben()))
	if got := y.s.Shares(y.now); len(got) != 1 || !got[0].Until.Equal(until) {
		t.Errorf("shares %+v, want one until %v", got, until)
	}
}

func TestNobodyIsInvitedUnderAHold(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.shares(ben().Person, time.Time{}))
	y.holds(ana(), lifecycle.HoldStolen)
	if got := y.refused(y.shares(tom().Person, time.Time{})); !slices.Equal(got, []string{"hold.stolen"}) {
		t.Errorf("invites: %q", got)
	}
	if got := y.refused(y.joins(ben())); !slices.Equal(got, []string{"hold.stolen"}) {
		t.Errorf("joins: %q", got)
	}
}
