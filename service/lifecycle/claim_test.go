package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// claimed is a unit that ben has bound since ana lost it, and that two people
// have found to be hers: nobody else may bind it after him.
func claimed(t *testing.T, change ...func(*lifecycle.Model)) *story {
	t.Helper()
	y := bound(t, change...).takeBack(cleo(), withoutReceipt)
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	y.do(cancel)
	y.bind(ben(), "ben's")
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	y.do(y.rules(vito(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(y.rules(vera(), lifecycle.RulingUpheld, "was-stolen"))
	if y.s.Unit.Claim != ana().Person || len(y.s.StandingHolds()) > 0 {
		t.Fatalf("claim %q, holds %v; want ana's claim alone", y.s.Unit.Claim, y.s.StandingHolds())
	}
	return y
}

// A claim is its claimant's. Whoever has the unit meanwhile gives it up by no
// command of their own.
func TestNobodyGivesUpAnothersClaim(t *testing.T) {
	t.Parallel()
	release := func(y *story) { y.do(lifecycle.Release{Command: y.by(ben()), Order: y.order()}) }
	cases := map[string]struct {
		policy lifecycle.ResetPolicy
		gives  func(*story)
	}{
		"let go of":                         {lifecycle.ResetReleases, release},
		"reset by hand":                     {lifecycle.ResetReleases, func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("x"))) }},
		"reset by hand, under a lock":       {lifecycle.ResetLocks, func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("x"))) }},
		"marked as stolen, and found again": {lifecycle.ResetReleases, func(y *story) { y.holds(ben(), lifecycle.HoldStolen); y.do(y.lifts(ben())); release(y) }},
		"marked by its vendor, then lifted": {lifecycle.ResetReleases, func(y *story) {
			y.holds(vera(), lifecycle.HoldStolen)
			y.do(y.lifts(vera()))
			y.do(y.lifts(vito()))
			release(y)
		}},
		"marked, let go of, then lifted by its vendor": {lifecycle.ResetReleases, func(y *story) {
			y.holds(ben(), lifecycle.HoldStolen)
			release(y)
			y.do(y.lifts(vera()))
			y.do(y.lifts(vito()))
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := claimed(t, func(m *lifecycle.Model) { m.ResetPolicy = c.policy })
			c.gives(y)
			y.state(lifecycle.StateSold)
			y.tells("new")
			if got := y.refused(y.binds(tom(), "new")); !slices.Equal(got, []string{"bind.claimed"}) {
				t.Errorf("a friend binds it: %q, want bind.claimed", got)
			}
			y.do(y.binds(ana(), "new"))
		})
	}
}

// Who asked before the claim came about does not become the owner by it.
func TestAPendingBindingWaitsForAClaimToEnd(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.hears(lifecycle.ResetHard, secret("thief")))
	y.do(y.binds(tom(), "new"))
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	y.do(y.rules(vito(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(y.rules(vera(), lifecycle.RulingUpheld, "was-stolen"))
	y.tells("new")
	if owner, owned := y.s.Owner(); owned || y.s.Unit.Claim != ana().Person {
		t.Fatalf("owner %q, claim %q; want nobody and ana's", owner.Account, y.s.Unit.Claim)
	}
	y.do(y.binds(ana(), "new"))
}

// What had run out before ended then, and not when something else ended it: by
// the record nobody saw anything after.
func TestWhatHadRunOutEndedThen(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*story){
		"a return": func(y *story) { y.takeBack(cleo()) },
		"a release": func(y *story) {
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
		},
		"another offer, and a new share": func(y *story) {
			y.offers(tom().Person)
			share := lifecycle.Share{Command: y.by(ana()), ID: "bnd_again", To: ben().Person}
			y.do(share)
			y.do(lifecycle.Join{Command: y.by(ben()), Binding: share.ID})
			y.do(lifecycle.Expire{Command: y.by(worker())})
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t)
			until := y.now.Add(time.Hour)
			share := lifecycle.Share{Command: y.by(ana()), ID: "bnd_share", To: ben().Person, Until: until}
			y.do(share)
			y.do(lifecycle.Join{Command: y.by(ben()), Binding: share.ID})
			y.offers("")
			y.wait(24 * time.Hour)
			end(y)
			for _, b := range y.s.Bindings {
				if b.ID == share.ID && (b.State != lifecycle.BindingEnded || !b.EndedAt.Equal(until) || b.EndedBy != lifecycle.EventExpire) {
					t.Errorf("share %+v, want it ended at %v by itself", b, until)
				}
			}
			if got := y.s.Offers[0]; got.State != lifecycle.OfferExpired || !got.EndedAt.Equal(got.ExpiresAt) {
				t.Errorf("offer %+v, want it expired at its own time", got)
			}
		})
	}
}
