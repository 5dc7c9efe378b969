package notify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// step moves a unit on and lets the room read the feed to its end.
func (b bundle) step(t *testing.T, unit lifecycle.Unit, decide lifecycle.Decide) {
	t.Helper()
	b.Must(t, unit.ID, decide)
	b.readAll(t)
}

// readAll lets the room read until its position is at the head of what it tells
// of: a marker that somebody is told of says that it has come there.
func (b bundle) readAll(t *testing.T) {
	t.Helper()
	before := len(b.inbox(t, b.Neighbour.Person))
	marker := b.Sold(t)
	b.Bind(t, marker, b.Neighbour)
	b.Must(t, marker.ID, lifecycle.Release{Command: b.By(b.Neighbour), Order: "ord_" + lifecycle.OrderID(marker.ID)}.Decide)
	runs(t, b.has(t, b.Neighbour.Person, before+1), b.room)
}

// TestWhoIsToldWhat follows one unit from owner to owner.
func TestWhoIsToldWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	b.readAll(t)
	if got := b.inbox(t, b.Owner.Person); len(got) != 0 {
		t.Errorf("an owner is told of what they did: %q", got)
	}
	b.step(t, unit, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
	b.step(t, unit, lifecycle.LiftHold{Command: b.By(b.Owner), Hold: "hld_1"}.Decide)
	b.step(t, unit, b.TakeBack())
	b.step(t, unit, lifecycle.Contest{Command: b.By(b.Owner), ID: "hld_2"}.Decide)
	want := []string{"contest", "returned", "stolen lifted", "stolen"}
	if diff := cmp.Diff(want, b.inbox(t, b.Owner.Person)); diff != "" {
		t.Errorf("the owner's inbox, newest first (-want +got):\n%s", diff)
	}
}

// TestAFormerOwnerHearsNothingOfALaterOne: after a release the unit is sold,
// bound by another, returned and certified; the first owner hears of none of it.
func TestAFormerOwnerHearsNothingOfALaterOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	b.step(t, unit, lifecycle.Release{Command: b.By(b.Owner), Order: "ord_r"}.Decide)
	b.Clock.Add(time.Hour)
	b.readAll(t)
	before := b.inbox(t, b.Owner.Person)
	b.step(t, unit, b.TakeBack()) // whoever has it now brings it back
	if diff := cmp.Diff(before, b.inbox(t, b.Owner.Person)); diff != "" || !slices.Equal(before, []string{"released"}) {
		t.Errorf("after a release its owner hears more (-before +after):\n%s", diff)
	}
}

// TestOfficersAreToldOnceAnHour of each kind of flag, whatever a sweep finds.
func TestOfficersAreToldOnceAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	for _, cause := range []string{"a", "b", "c"} {
		flag := lifecycle.Flag{
			Unit: unit.ID, Kind: lifecycle.FlagStuckReset, Cause: cause, Severity: lifecycle.SeverityHigh, State: lifecycle.FlagOpen,
			Org: b.Officer.Org, FirstAt: b.Clock.Now(), LastAt: b.Clock.Now(),
		}
		if _, err := b.RaiseFlag(t.Context(), flag); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.inbox(t, b.Officer.Person); !slices.Equal(got, []string{"flag " + lifecycle.FlagStuckReset}) {
		t.Errorf("the officer's inbox = %q, want one notice", got)
	}
	if got := b.inbox(t, b.Clerk.Person); len(got) != 0 {
		t.Errorf("the clerk's inbox = %q", got)
	}
}

// TestEveryKindHasItsSentences, in every language that we speak.
func TestEveryKindHasItsSentences(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "de", "es"} {
		in := words(language)
		for _, kind := range notice.Kinds() {
			for _, code := range []string{"notify." + string(kind) + ".subject", "notify." + string(kind) + ".body", "notify.name." + string(kind)} {
				if !in.Has(code) {
					t.Errorf("%s: no sentence %s", language, code)
				}
			}
		}
	}
}
