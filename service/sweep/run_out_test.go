package sweep

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// Offers and shares that are over are put down as such, each at its instant,
// and the job finds nothing of them again.
func TestRunOutPutsDownWhatIsOver(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	until := k.Clock.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	share := lifecycle.BindingID(storetest.NewID("bnd"))
	k.Must(t, unit.ID, lifecycle.Share{
		Command: k.By(k.Owner), ID: share, To: k.Neighbour.Person, Until: until, CodeHash: storetest.Hex(string(share)),
	}.Decide)
	k.Must(t, unit.ID, lifecycle.Join{Command: k.By(k.Neighbour), Binding: share}.Decide)
	offer := lifecycle.OfferID(storetest.NewID("ofr"))
	k.Must(t, unit.ID, lifecycle.MakeOffer{Command: k.By(k.Owner), ID: offer, CodeHash: storetest.Hex(string(offer))}.Decide)
	if run := k.run(t, RunOut); run.Seen != 0 {
		t.Errorf("before anything is over: %+v", run)
	}
	k.Clock.Add(2 * time.Hour)
	if run := k.run(t, RunOut); run.Seen != 1 || run.Failed != 0 {
		t.Errorf("run %+v, want the one unit seen", run)
	}
	bindings, err := k.Bindings(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bindings {
		if b.ID == share && (b.State != lifecycle.BindingEnded || !b.EndedAt.Equal(until)) {
			t.Errorf("share %+v, want it ended at %v", b, until)
		}
	}
	rows, err := k.Rows(t.Context(), unit.ID)
	if err != nil || len(rows.Offers) != 1 || rows.Offers[0].State != lifecycle.OfferExpired {
		t.Errorf("offers %+v, %v; want one expired", rows.Offers, err)
	}
	if run := k.run(t, RunOut); run.Seen != 0 {
		t.Errorf("once more: %+v", run)
	}
}

// A contest that two people have not decided in 14 days is flagged, for whoever
// has the unit.
func TestRunOutFlagsLateContests(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, hold := k.TakenBack(t), lifecycle.HoldID(storetest.NewID("hld"))
	k.Must(t, unit.ID, lifecycle.Contest{Command: k.By(k.Owner), ID: hold}.Decide)
	k.Clock.Add(lifecycle.RulingDue - time.Hour)
	k.run(t, RunOut)
	if flags := k.flags(t, unit.ID, lifecycle.FlagContestLate); len(flags) != 0 {
		t.Errorf("too early: %+v", flags)
	}
	k.Clock.Add(2 * time.Hour)
	k.run(t, RunOut)
	k.run(t, RunOut)
	flags := k.flags(t, unit.ID, lifecycle.FlagContestLate)
	if len(flags) != 1 || flags[0].Org != k.Retailer.ID || flags[0].Severity != lifecycle.SeverityHigh {
		t.Errorf("flags %+v, want one for the shop", flags)
	}
	for person, want := range map[lifecycle.PersonID]string{k.Owner.Person: "contest late", k.Officer.Person: "flag " + lifecycle.FlagContestLate} {
		inbox, _, err := k.Notices(t.Context(), person, lifecycle.Page{})
		if err != nil || len(inbox) != 1 || string(inbox[0].Kind)+" "+inbox[0].Params["what"] != want {
			t.Errorf("the inbox of %s: %+v, %v, want %q once", person, inbox, err, want)
		}
	}
}
