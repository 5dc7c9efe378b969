package storetest

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func contestScenarios() []scenario {
	return []scenario{{"contests/placed, listed, decided, read again", contestLife}}
}

// contested is a unit that a desk took from its owner, who objects.
func (w *World) contested(t testing.TB, words string) (lifecycle.Unit, lifecycle.HoldID) {
	t.Helper()
	unit, id := w.TakenBack(t), lifecycle.HoldID(NewID("hld"))
	contest := lifecycle.Contest{Command: w.By(w.Owner), ID: id}
	outcome, err := w.AdvanceWithContest(t.Context(), unit.ID, w.Owner.Person, id, words, contest.Decide)
	if err != nil {
		t.Fatal(err)
	}
	return outcome.Change.Unit, id
}

func contestLife(t *testing.T, w *World) {
	first, id := w.contested(t, "It never left my home.")
	w.Clock.Add(time.Minute)
	_, second := w.contested(t, "")
	list, next, err := w.Contests(t.Context(), w.Retailer.ID, lifecycle.Page{Limit: 1})
	if err != nil || len(list) != 1 || list[0].Hold.ID != id || list[0].Key != first.Key || next == "" {
		t.Fatalf("first page: %+v, %q, %v; want the older one", list, next, err)
	}
	list, _, err = w.Contests(t.Context(), w.Retailer.ID, lifecycle.Page{Limit: 1, After: next})
	if err != nil || len(list) != 1 || list[0].Hold.ID != second {
		t.Errorf("second page: %+v, %v; want the newer one", list, err)
	}
	if list, _, err := w.Contests(t.Context(), w.Vendor.ID, lifecycle.Page{}); err != nil || len(list) != 0 {
		t.Errorf("the vendor's, while a shop has it: %+v, %v", list, err)
	}
	for hold, want := range map[lifecycle.HoldID]string{id: "It never left my home.", second: ""} {
		unit, read, err := w.Hold(t.Context(), hold)
		if err != nil || read.ID != hold {
			t.Fatalf("hold %s: %+v, %v", hold, read, err)
		}
		if words, err := w.ContestWords(t.Context(), unit.ID, hold); err != nil || words != want {
			t.Errorf("words %q, %v; want %q", words, err, want)
		}
	}
	due := w.Clock.Now().Add(-30 * time.Second)
	if late, _, err := w.ContestsDue(t.Context(), due, lifecycle.Page{}); err != nil || len(late) != 1 || late[0].Hold.ID != id {
		t.Errorf("due: %+v, %v; want the older one", late, err)
	}
	for _, who := range []lifecycle.Actor{w.Clerk, w.Officer} {
		who.Org = w.Retailer.ID
		w.Must(t, first.ID, lifecycle.RuleContest{Command: w.By(who), Hold: id, Outcome: lifecycle.RulingRejected, Reason: "nothing-shown"}.Decide)
	}
	mine, err := w.ContestsOf(t.Context(), w.Owner.Person)
	if err != nil || len(mine) != 2 {
		t.Fatalf("the owner's: %+v, %v; want both", mine, err)
	}
	if ruling := mine[0].Hold.Ruling; !ruling.Final() || ruling.Upheld() || ruling.Reason != "nothing-shown" {
		t.Errorf("ruling %+v, want it rejected", ruling)
	}
	if err := w.ForgetPerson(t.Context(), w.Owner.Person); err != nil {
		t.Fatal(err)
	}
	if words, err := w.ContestWords(t.Context(), first.ID, id); err != nil || words != "" {
		t.Errorf("words of somebody who was erased: %q, %v", words, err)
	}
}
