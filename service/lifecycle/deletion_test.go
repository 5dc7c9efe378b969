package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// owed is what "acme" has still to delete of the unit's first owner's time.
func (y *story) owed() lifecycle.Deletion {
	y.t.Helper()
	at := slices.IndexFunc(y.s.Deletions, func(x lifecycle.Deletion) bool { return x.Cloud == "acme" && x.Account == ana().Person })
	if at < 0 {
		y.t.Fatalf("nothing is owed: %+v", y.s.Deletions)
	}
	return y.s.Deletions[at]
}

func (y *story) wants(who lifecycle.Actor) lifecycle.WantDeletion {
	return lifecycle.WantDeletion{Command: y.by(who), Binding: y.owed().Binding}
}

func (y *story) begins() lifecycle.BeginDeletion {
	return lifecycle.BeginDeletion{Command: y.by(worker()), Binding: y.owed().Binding, Cloud: "acme"}
}

// Every end of an owner's time is told with a date, keyed to that time: what an
// earlier or a later owner has recorded is none of it.
func TestEveryEndHasADate(t *testing.T) {
	t.Parallel()
	locks := func(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks }
	ends := map[string]struct {
		end   func(testing.TB) *story
		after time.Duration // zero: not before they ask
	}{
		"a return":                         {func(t testing.TB) *story { return bound(t).takeBack(cleo()) }, lifecycle.DeleteAfter},
		"a return without a right":         {func(t testing.TB) *story { return bound(t).takeBack(cleo(), withoutReceipt) }, lifecycle.DeleteAfter},
		"a hard reset":                     {func(t testing.TB) *story { y := bound(t); y.do(y.hears(lifecycle.ResetHard, "n")); return y }, lifecycle.DeleteAfter},
		"a hard reset that leaves a claim": {func(t testing.TB) *story { y := bound(t, locks); y.do(y.hears(lifecycle.ResetHard, "n")); return y }, 0},
		"a release": {func(t testing.TB) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			return y
		}, lifecycle.DeleteAfter},
		"a transfer": {func(t testing.TB) *story {
			y := bound(t).offers(ben().Person).fresh("handover")
			y.do(y.accepts(ben(), "handover"))
			return y
		}, lifecycle.DeleteAfter},
	}
	for name, c := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.end(t)
			began := bound(t).s.Unit.EpochAt
			for _, cloud := range doorcam().Clouds {
				x, ok := y.s.Deletion(y.owed().Binding, cloud)
				if !ok || x.State != lifecycle.TaskOpen || !x.From.Equal(began) || !x.Before.Equal(y.s.Unit.EpochAt) || x.Epoch != y.s.Unit.Epoch-1 {
					t.Errorf("%s: %+v, %t; want from %v until %v", cloud, x, ok, began, y.s.Unit.EpochAt)
				}
				want := time.Time{}
				if c.after > 0 {
					want = y.s.Unit.EpochAt.Add(c.after)
				}
				if !x.Due().Equal(want) {
					t.Errorf("%s: due %v, want %v", cloud, x.Due(), want)
				}
			}
			if len(y.s.Deletions) != len(doorcam().Clouds) {
				t.Errorf("%d deletions, want one for each cloud", len(y.s.Deletions))
			}
		})
	}
}

// As long as an end can be contested, nothing of it goes.
func TestADateIsNotBeforeTheContestIsOver(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo(), withoutReceipt)
	due := y.owed().Due()
	y.wait(due.Sub(y.now) - 2*time.Minute)
	if got := y.refused(y.begins()); !slices.Equal(got, []string{"delete.not-due"}) {
		t.Errorf("a minute before: %q", got)
	}
	last := lifecycle.Contest{Command: lifecycle.Command{Actor: ana(), At: due.Add(-time.Millisecond)}, ID: "hld_late"}
	if _, err := last.Decide(y.s); err != nil {
		t.Errorf("at the last moment it cannot be contested: %v", err)
	}
	y.do(y.begins())
	if x := y.owed(); x.State != lifecycle.TaskAsked || !x.AskedAt.Equal(due) {
		t.Errorf("on its date: %+v, want asked at %v", x, due)
	}
}

// Rule 9: never under a hold, of whatever kind, whoever asks.
func TestNobodyDeletesUnderAHold(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.HoldKinds() {
		y := returned(t)
		y.s.Holds = []lifecycle.Hold{{ID: "hld_1", Kind: kind, PlacedBy: cleo(), PlacedAt: y.now}}
		for name, c := range map[string]decider{"its owner": y.wants(ana()), "the date": func() decider { y.wait(lifecycle.DeleteAfter); return y.begins() }()} {
			_, err := c.Decide(y.s)
			if got := codesOf(t, err); len(got) != 1 {
				t.Errorf("%s: %s asks: %q, want the hold alone", kind, name, got)
			}
		}
		if lifecycle.MayDelete(y.s, y.owed(), y.now) {
			t.Errorf("%s: the worker may ask again", kind)
		}
	}
}

// A hold that is lifted is heeded a while longer, also where its date is past
// and its owner has asked.
func TestALiftedHoldIsHeeded(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]bool{"unasked": false, "asked before": true} {
		y := returned(t)
		if asked {
			y.do(y.wants(ana()))
		}
		y.do(lifecycle.PlaceHold{Command: y.by(cleo()), ID: "hld_1", Kind: lifecycle.HoldLegal})
		y.wait(2 * lifecycle.DeleteAfter)
		y.do(lifecycle.LiftHold{Command: y.by(cleo()), Hold: "hld_1"})
		y.do(lifecycle.LiftHold{Command: y.by(cora()), Hold: "hld_1"})
		if got, want := y.owed().Due(), y.now.Add(lifecycle.AfterHold); !got.Equal(want) {
			t.Errorf("%s: due %v, want %v", name, got, want)
		}
		if got := y.refused(y.begins()); !slices.Equal(got, []string{"delete.not-due"}) {
			t.Errorf("%s: at once: %q", name, got)
		}
		y.wait(lifecycle.AfterHold)
		y.do(y.begins())
	}
}

func TestWhatAContestLeavesOfTheDate(t *testing.T) {
	t.Parallel()
	y := contested(t)
	y.do(y.rules(cora(), lifecycle.RulingRejected, "nothing-shown"))
	y.do(y.rules(boss(), lifecycle.RulingRejected, "nothing-shown"))
	if x := y.owed(); x.Due().IsZero() {
		t.Errorf("rejected: %+v, want its date back", x)
	}

	y = contested(t)
	y.do(y.rules(cora(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(y.rules(boss(), lifecycle.RulingUpheld, "was-stolen"))
	y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
	y.wait(10 * lifecycle.DeleteAfter)
	if x := y.owed(); !x.Due().IsZero() || lifecycle.MayDelete(y.s, x, y.now) {
		t.Errorf("upheld: %+v, want nothing before they ask", x)
	}
	y.do(y.wants(ana()))
	y.do(y.begins())
}

// A return that was a mistake ends nobody's right to what was recorded before.
func TestACancelledReturnDatesNothing(t *testing.T) {
	t.Parallel()
	y := returned(t)
	y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
	if x := y.owed(); !x.Due().IsZero() {
		t.Errorf("due %v, want nothing before its owner asks", x.Due())
	}
}

func TestWhoMayAskForDeletion(t *testing.T) {
	t.Parallel()
	y := returned(t)
	for _, who := range []lifecycle.Actor{ben(), cleo(), vito(), worker(), {}} {
		y.fails(y.wants(who), lifecycle.ErrNotFound)
	}
	other := y.wants(ana())
	other.Binding = "bnd_other"
	y.fails(other, lifecycle.ErrNotFound)
	y.do(y.wants(ana()))
	if got := y.refused(y.wants(ana())); !slices.Equal(got, []string{"delete.already"}) {
		t.Errorf("twice: %q", got)
	}
	for _, cloud := range doorcam().Clouds {
		x, _ := y.s.Deletion(y.owed().Binding, cloud)
		y.do(lifecycle.BeginDeletion{Command: y.by(worker()), Binding: x.Binding, Cloud: cloud})
		y.do(lifecycle.EndDeletion{Command: y.by(worker()), Binding: x.Binding, Cloud: cloud, Proof: "nothing-kept"})
	}
	y.fails(y.wants(ana()), lifecycle.ErrNotFound) // there is nothing left
}

// A deletion is asked once, ends once, and is proven by a look alone.
func TestADeletionEndsByALook(t *testing.T) {
	t.Parallel()
	y := returned(t)
	end := lifecycle.EndDeletion{Command: y.by(worker()), Binding: y.owed().Binding, Cloud: "acme", Proof: "nothing-kept"}
	y.fails(end, lifecycle.ErrStale) // nobody has asked
	y.do(y.wants(ana()))
	y.do(y.begins())
	y.fails(y.begins(), lifecycle.ErrStale)
	lies := end
	lies.Proof = ""
	change := y.do(lies)
	if len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagAnswerWithoutEffect || len(change.Deletions) != 0 {
		t.Errorf("a cloud that keeps what it said it deleted: %+v", change)
	}
	y.do(end)
	if x := y.owed(); x.State != lifecycle.TaskProven || x.DoneAt.IsZero() || x.Proof != "nothing-kept" {
		t.Errorf("in the end: %+v", x)
	}
	y.fails(end, lifecycle.ErrStale)
}

// A deletion outlives whatever becomes of the unit, and keeps its bounds.
func TestADeletionOutlivesTheUnitsWays(t *testing.T) {
	t.Parallel()
	y := returned(t)
	first := y.owed()
	y.hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo()).bind(ben(), "second").takeBack(cleo())
	if got := y.owed(); got != first {
		t.Errorf("now %+v, want %+v", got, first)
	}
	for _, x := range y.s.Deletions {
		if x.Account == ben().Person && x.From.Before(first.Before) {
			t.Errorf("the next owner's time begins %v, before the first one's end %v", x.From, first.Before)
		}
	}
	if len(y.s.Deletions) != 2*len(doorcam().Clouds) {
		t.Errorf("%d deletions, want two owners' in each cloud", len(y.s.Deletions))
	}
}

// Two people who give a cloud up give up what it has not deleted.
func TestAWaivedCloudOwesNothing(t *testing.T) {
	t.Parallel()
	y := returned(t)
	y.do(lifecycle.Waive{Command: y.by(cora()), Order: y.s.Order.ID, Cloud: "acme", Second: boss().Person})
	if x := y.owed(); x.State != lifecycle.TaskWaived {
		t.Errorf("acme: %+v, want it waived", x)
	}
	if x, owed := y.s.Deletion(y.owed().Binding, "builtin"); !owed {
		t.Errorf("the other cloud: %+v, want it owed", x)
	}
}
