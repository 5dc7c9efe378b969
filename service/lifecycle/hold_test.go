package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) holds(who lifecycle.Actor, kind lifecycle.HoldKind) *story {
	y.do(lifecycle.PlaceHold{Command: y.by(who), ID: lifecycle.HoldID(y.id("hld")), Kind: kind})
	return y
}

func (y *story) lifts(who lifecycle.Actor) lifecycle.LiftHold {
	return lifecycle.LiftHold{Command: y.by(who), Hold: y.s.Holds[len(y.s.Holds)-1].ID}
}

func TestWhoHolds(t *testing.T) {
	t.Parallel()
	hold := func(y *story, who lifecycle.Actor, kind lifecycle.HoldKind) lifecycle.PlaceHold {
		return lifecycle.PlaceHold{Command: y.by(who), ID: "hld_x", Kind: kind}
	}
	y := bound(t)
	y.fails(hold(y, ben(), lifecycle.HoldStolen), lifecycle.ErrNotFound)
	y.fails(hold(y, cleo(), lifecycle.HoldLegal), lifecycle.ErrNotFound) // a customer has it: its vendor's business
	y.fails(hold(y, worker(), lifecycle.HoldLegal), lifecycle.ErrNotFound)
	if got := y.refused(hold(y, ana(), lifecycle.HoldLegal)); !slices.Equal(got, []string{"hold.kind"}) {
		t.Errorf("an owner, legal: %q", got)
	}
	if got := y.refused(hold(y, vera(), "boredom")); !slices.Equal(got, []string{"hold.kind"}) {
		t.Errorf("no such kind: %q", got)
	}
	y.do(hold(y, vera(), lifecycle.HoldRecall))
	if got := y.refused(hold(y, vera(), lifecycle.HoldRecall)); !slices.Equal(got, []string{"hold.already"}) {
		t.Errorf("twice: %q", got)
	}
	y.do(lifecycle.PlaceHold{Command: y.by(ana()), ID: "hld_y", Kind: lifecycle.HoldStolen}) // a second kind beside it
	if got := len(y.s.StandingHolds()); got != 2 {
		t.Errorf("%d holds stand, want 2", got)
	}
	y = returned(t)
	y.fails(hold(y, vera(), lifecycle.HoldRecall), lifecycle.ErrNotFound) // an organisation has it: that one's business
	y.do(hold(y, cleo(), lifecycle.HoldDispute))
}

// A stolen mark leaves its owner a claim that outlives the binding.
func TestStolen(t *testing.T) {
	t.Parallel()
	y := bound(t).holds(ana(), lifecycle.HoldStolen)
	if got := y.s.Unit.Claim; got != ana().Person {
		t.Fatalf("claim %q, want its owner's", got)
	}
	// The thief resets it, asks for it, and brings it to a desk.
	y.do(y.hears(lifecycle.ResetHard, secret("thief")))
	y.do(y.hears(lifecycle.ResetNone, secret("thief-2")))
	if got := y.refused(y.binds(tom(), "thief-2")); !slices.Equal(got, []string{"hold.stolen", "bind.claimed"}) {
		t.Errorf("the thief binds: %q", got)
	}
	y.takeBack(carl(), withoutReceipt)
	if got := y.s.Return.FormerOwner; got != ana().Person {
		t.Errorf("the desk tells %q, want the owner", got)
	}
	y.fails(y.lifts(ana()), lifecycle.ErrNotFound) // a desk has it now
	if got := y.refused(lifecycle.Cancel{Command: y.by(ana()), Return: y.s.Return.ID, Order: "o"}); !slices.Contains(got, "hold.stolen") {
		t.Errorf("cancel: %q, want the hold", got)
	}
	y.do(y.lifts(carl()))
	y.do(y.lifts(cody()))
	if y.s.Unit.Claim != "" || len(y.s.StandingHolds()) != 0 {
		t.Errorf("claim %q, holds %v; want none left", y.s.Unit.Claim, y.s.StandingHolds())
	}
}

func TestAnOwnerLiftsTheirOwnMark(t *testing.T) {
	t.Parallel()
	y := bound(t).holds(ana(), lifecycle.HoldStolen)
	y.fails(y.lifts(ben()), lifecycle.ErrNotFound)
	y.do(y.lifts(ana()))
	if y.s.Unit.Claim != "" || len(y.s.StandingHolds()) != 0 {
		t.Errorf("claim %q, holds %v; want none left", y.s.Unit.Claim, y.s.StandingHolds())
	}
	y.fails(y.lifts(ana()), lifecycle.ErrNotFound)
	// What staff marked is no mark of that person's own.
	y.holds(vera(), lifecycle.HoldStolen)
	private := owner(vera().Person)
	y.fails(y.lifts(private), lifecycle.ErrNotFound)
}

func TestLiftingTakesTwoPeople(t *testing.T) {
	t.Parallel()
	y := benched(t).holds(tess(), lifecycle.HoldDispute)
	y.fails(y.lifts(cleo()), lifecycle.ErrNotFound)
	machine := till()
	machine.Org = orgWarehouse
	if got := y.refused(y.lifts(machine)); !slices.Equal(got, []string{"lift.machine"}) {
		t.Errorf("a machine: %q", got)
	}
	y.do(y.lifts(tess()))
	if got := y.refused(y.lifts(tess())); !slices.Equal(got, []string{"lift.same-person"}) {
		t.Errorf("the same person: %q", got)
	}
	if got := len(y.s.StandingHolds()); got != 1 {
		t.Fatalf("%d holds stand after one person, want 1", got)
	}
	y.do(y.lifts(tim()))
	if got := y.s.Holds[0]; got.ApprovedBy != tess().Person || got.LiftedBy != tim().Person || !got.LiftedAt.Equal(y.now) {
		t.Errorf("hold %+v, want approved and lifted by two", got)
	}
}

// Both people are of the organisation that has the unit: an approval does not
// travel with it.
func TestAnApprovalEndsWithTheCustody(t *testing.T) {
	t.Parallel()
	y := bound(t).holds(vera(), lifecycle.HoldRecall)
	y.do(y.lifts(vera()))
	y.takeBack(cleo())
	y.do(y.lifts(cleo()))
	if got := y.s.StandingHolds(); len(got) != 1 || got[0].ApprovedBy != cleo().Person {
		t.Errorf("holds %+v, want it standing, approved by the shop's first person alone", got)
	}
}

func TestContest(t *testing.T) {
	t.Parallel()
	contest := func(y *story, who lifecycle.Actor) lifecycle.Contest {
		return lifecycle.Contest{Command: y.by(who), ID: "hld_c"}
	}
	hardReset := func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("x"))) }
	can := map[string]struct {
		end  func(*story)
		wait time.Duration
	}{
		"returned":            {func(y *story) { y.takeBack(carl()) }, lifecycle.ContestFor - time.Hour},
		"reset by hand":       {hardReset, lifecycle.ContestFor - time.Hour},
		"reset twice by hand": {func(y *story) { hardReset(y); hardReset(y) }, 0},
		"returned, then sold and returned again": {func(y *story) {
			y.takeBack(cleo()).hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo()).takeBack(carl())
		}, 0},
		"returned and cancelled": {func(y *story) {
			y.takeBack(carl())
			cancel := y.cancels(carl())
			cancel.UnitPresent = true
			y.do(cancel)
		}, 0},
	}
	for name, c := range can {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t)
			c.end(y)
			y.wait(c.wait)
			y.fails(contest(y, ben()), lifecycle.ErrNotFound)
			y.fails(contest(y, cleo()), lifecycle.ErrNotFound)
			y.do(contest(y, ana()))
			if got := y.refused(contest(y, ana())); !slices.Equal(got, []string{"contest.already"}) {
				t.Errorf("again: %q", got)
			}
		})
	}
	cannot := map[string]func(*story){
		"still its owner": func(*story) {},
		"released it":     func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) },
		"too long ago":    func(y *story) { y.takeBack(carl()).wait(lifecycle.ContestFor) },
		"owner again": func(y *story) {
			hardReset(y)
			y.bind(ana(), "again")
		},
	}
	for name, end := range cannot {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t)
			end(y)
			y.fails(contest(y, ana()), lifecycle.ErrNotFound)
		})
	}
}
