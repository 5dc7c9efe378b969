package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// contested is a unit that a desk took from ana without any right, and that she
// wants back.
func contested(t testing.TB) *story {
	y := bound(t).takeBack(cleo(), withoutReceipt)
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	return y
}

func (y *story) rules(who lifecycle.Actor, outcome lifecycle.RulingOutcome, reason string) lifecycle.RuleContest {
	return lifecycle.RuleContest{Command: y.by(who), Hold: "hld_c", Outcome: outcome, Reason: reason}
}

// boss is a second security officer of the shop.
func boss() lifecycle.Actor {
	return staff("psn_boss", orgShop, lifecycle.OrgRetailer, lifecycle.RoleSecurityOfficer)
}

func TestAContestTakesTwoPeopleOfWhoHasTheUnit(t *testing.T) {
	t.Parallel()
	y := contested(t)
	y.fails(y.rules(vito(), lifecycle.RulingRejected, "nothing-shown"), lifecycle.ErrNotFound) // a shop has it
	y.fails(y.rules(cody(), lifecycle.RulingRejected, "nothing-shown"), lifecycle.ErrNotFound)
	y.fails(y.rules(ana(), lifecycle.RulingUpheld, "was-stolen"), lifecycle.ErrNotFound)
	if got := y.refused(y.rules(cora(), lifecycle.RulingUpheld, "receipt-matches")); !slices.Equal(got, []string{"ruling.reason"}) {
		t.Errorf("a reason of the other outcome: %q", got)
	}
	machine := till()
	if got := y.refused(y.rules(machine, lifecycle.RulingUpheld, "was-stolen")); !slices.Equal(got, []string{"lift.machine"}) {
		t.Errorf("a machine: %q", got)
	}
	y.do(y.rules(cora(), lifecycle.RulingUpheld, "was-stolen"))
	if got := y.refused(y.rules(cora(), lifecycle.RulingUpheld, "was-stolen")); !slices.Equal(got, []string{"lift.same-person"}) {
		t.Errorf("the same person: %q", got)
	}
	if got := y.refused(y.rules(boss(), lifecycle.RulingRejected, "nothing-shown")); !slices.Equal(got, []string{"ruling.other"}) {
		t.Errorf("something else: %q", got)
	}
	// Nobody waves it through at the bench meanwhile.
	if got := y.refused(lifecycle.LiftHold{Command: y.by(boss()), Hold: "hld_c"}); !slices.Equal(got, []string{"lift.contest"}) {
		t.Errorf("lifted: %q", got)
	}
	y.do(lifecycle.Object{Command: y.by(boss()), Hold: "hld_c"})
	if got := y.refused(lifecycle.Object{Command: y.by(boss()), Hold: "hld_c"}); !slices.Equal(got, []string{"ruling.none"}) {
		t.Errorf("objects to nothing: %q", got)
	}
	if hold := y.s.StandingHolds(); len(hold) != 1 || hold[0].Ruling != (lifecycle.Ruling{}) {
		t.Errorf("after an objection: %+v, want the contest open again", hold)
	}
}

func TestARejectedContestIsLifted(t *testing.T) {
	t.Parallel()
	y := contested(t)
	y.do(y.rules(cora(), lifecycle.RulingRejected, "nothing-shown"))
	y.do(y.rules(boss(), lifecycle.RulingRejected, "nothing-shown"))
	if len(y.s.StandingHolds()) != 0 || y.s.Unit.Claim != "" {
		t.Errorf("holds %v, claim %q; want neither", y.s.StandingHolds(), y.s.Unit.Claim)
	}
}

// Upheld, the unit is kept for its former owner until a desk hands it over; then
// they bind it again, and nobody else can.
func TestAnUpheldContestBringsTheUnitBack(t *testing.T) {
	t.Parallel()
	y := contested(t)
	y.do(y.rules(cora(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(y.rules(boss(), lifecycle.RulingUpheld, "was-stolen"))
	hold := y.s.StandingHolds()
	if len(hold) != 1 || !hold[0].Ruling.Upheld() || hold[0].Reason(cleo()).Code != "hold.goes-back" {
		t.Fatalf("holds %+v, want it kept for them", hold)
	}
	if got := y.refused(y.rules(cora(), lifecycle.RulingRejected, "nothing-shown")); !slices.Contains(got, "ruling.final") {
		t.Errorf("decided again: %q", got)
	}
	if got := y.refused(lifecycle.Ship{Command: y.by(cleo()), ID: "shp", To: orgWarehouse}); !slices.Equal(got, []string{"hold.goes-back"}) {
		t.Errorf("shipped: %q", got)
	}
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	y.do(cancel)
	if len(y.s.StandingHolds()) != 0 || y.s.Unit.Claim != ana().Person || y.s.Unit.Custody != "" {
		t.Errorf("handed over: holds %v, claim %q, custody %q", y.s.StandingHolds(), y.s.Unit.Claim, y.s.Unit.Custody)
	}
	y.do(y.hears(lifecycle.ResetNone, secret("home")))
	if got := y.refused(y.binds(tom(), "home")); !slices.Equal(got, []string{"bind.claimed"}) {
		t.Errorf("somebody else binds: %q", got)
	}
	y.do(y.binds(ana(), "home"))
}

// Nobody comes for it: two people lift what is left, and the claim goes.
func TestAnUpheldContestThatNobodyFetches(t *testing.T) {
	t.Parallel()
	y := contested(t)
	for _, who := range []lifecycle.Actor{cora(), boss()} {
		y.do(y.rules(who, lifecycle.RulingUpheld, "was-stolen"))
	}
	for _, who := range []lifecycle.Actor{cora(), boss()} {
		y.do(lifecycle.LiftHold{Command: y.by(who), Hold: "hld_c"})
	}
	if len(y.s.StandingHolds()) != 0 || y.s.Unit.Claim != "" {
		t.Errorf("holds %v, claim %q; want neither", y.s.StandingHolds(), y.s.Unit.Claim)
	}
}

// While a customer has the unit its vendor decides, and there is nothing to hand
// over: nobody else may bind it, and that is all.
func TestAContestWhileACustomerHasIt(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.hears(lifecycle.ResetHard, secret("x")))
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	y.do(y.rules(vito(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(y.rules(vera(), lifecycle.RulingUpheld, "was-stolen"))
	if len(y.s.StandingHolds()) != 0 || y.s.Unit.Claim != ana().Person {
		t.Errorf("holds %v, claim %q; want no hold and her claim", y.s.StandingHolds(), y.s.Unit.Claim)
	}
}

// A former owner's objection is theirs: neither a hold that staff call a contest,
// lifted again once the 30 days are over, nor somebody else's objection takes it
// from them. The unit goes back to one of two, and never to both.
func TestAContestIsNobodyElsesToPreempt(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo(), withoutReceipt)
	y.do(lifecycle.PlaceHold{Command: y.by(cora()), ID: "hld_staff", Kind: lifecycle.HoldContest})
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})

	y = bound(t)
	y.do(y.hears(lifecycle.ResetHard, secret("x")))
	y.bind(ben(), "bought") // of whoever pressed the button
	y.do(y.hears(lifecycle.ResetHard, secret("y")))
	y.do(lifecycle.Contest{Command: y.by(ben()), ID: "hld_ben"})
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	y.takeBack(cleo())
	for _, who := range []lifecycle.Actor{cora(), boss()} {
		y.do(y.rules(who, lifecycle.RulingUpheld, "was-stolen"))
	}
	too := y.rules(cora(), lifecycle.RulingUpheld, "was-stolen")
	too.Hold = "hld_ben"
	if got := y.refused(too); !slices.Equal(got, []string{"ruling.goes-to-another"}) {
		t.Errorf("to both: %q", got)
	}
	too.Outcome, too.Reason = lifecycle.RulingRejected, "sold-on"
	y.do(too)
}

// A proposal is of the organisation that has the unit, and ends with its custody.
func TestAProposalEndsWithTheCustody(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.hears(lifecycle.ResetHard, secret("x")))
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_c"})
	y.do(y.rules(vito(), lifecycle.RulingUpheld, "was-stolen"))
	y.takeBack(cleo())
	if hold := y.s.StandingHolds(); len(hold) != 1 || hold[0].Ruling != (lifecycle.Ruling{}) {
		t.Errorf("after a return: %+v, want the contest open again", hold)
	}
}

// What each side is told of a hold: the story of a theft is its owner's and
// the security officers'.
func TestWhatAHoldSays(t *testing.T) {
	t.Parallel()
	y := bound(t).holds(ana(), lifecycle.HoldStolen)
	stolen := y.s.StandingHolds()[0]
	for _, c := range []struct {
		who  lifecycle.Actor
		want string
	}{
		{ana(), "hold.stolen"}, {cora(), "hold.stolen"}, {cleo(), "hold.keep"}, {tess(), "hold.keep"}, {vala(), "hold.keep"},
		{till(), "hold.keep"}, {vera(), "hold.keep"}, {worker(), "hold.keep"}, {lifecycle.Actor{}, "hold.keep"},
	} {
		if got := stolen.Reason(c.who).Code; got != c.want {
			t.Errorf("%s is told %q, want %q", c.who.Person, got, c.want)
		}
	}
	for _, purpose := range []lifecycle.Purpose{lifecycle.PurposeReturn, lifecycle.PurposeSale, lifecycle.PurposeBench} {
		for _, answer := range []lifecycle.Answer{lifecycle.Scan(y.s, purpose, cleo(), y.now), lifecycle.SaleAnswer(y.s, till(), y.now)} {
			if lifecycle.HasReason(answer.Reasons, "hold.stolen") || answer.Verdict != lifecycle.VerdictHeld {
				t.Errorf("%s: %s %q tells the story", purpose, answer.Verdict, codes(answer.Reasons))
			}
		}
	}
	y = contested(t)
	hold := y.s.StandingHolds()[0]
	until := hold.PlacedAt.Add(14 * 24 * time.Hour).Format(time.RFC3339)
	if got := hold.Reason(tess()); got.Code != "hold.contest" || got.Args["until"] != until {
		t.Errorf("a contest says %+v, want until when", got)
	}
}

// The mark survives a release: whoever has got at the account must not wash the
// unit clean with it. The claim does not, for a release gives up every one.
func TestAMarkSurvivesARelease(t *testing.T) {
	t.Parallel()
	y := bound(t).holds(ana(), lifecycle.HoldStolen)
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	if len(y.s.StandingHolds()) != 1 || y.s.Unit.Claim != "" {
		t.Fatalf("holds %v, claim %q; want the mark alone", y.s.StandingHolds(), y.s.Unit.Claim)
	}
	y.do(y.hears(lifecycle.ResetNone, secret("thief")))
	if got := y.refused(y.binds(tom(), "thief")); !slices.Equal(got, []string{"hold.stolen"}) {
		t.Errorf("somebody binds: %q", got)
	}
	y.fails(y.lifts(tom()), lifecycle.ErrNotFound)
	y.do(y.lifts(ana()))
}
