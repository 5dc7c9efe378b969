package owner_test

import (
	"net/http"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// shared lets the neighbour see a unit of its owner's.
func (k *kit) shared(t *testing.T, unit lifecycle.UnitID) {
	t.Helper()
	share := lifecycle.Share{Command: k.By(k.Owner), ID: lifecycle.BindingID(storetest.NewID("bnd")), To: k.Neighbour.Person, CodeHash: storetest.Hex("code")}
	k.Must(t, unit, share.Decide)
	k.Must(t, unit, lifecycle.Join{Command: k.By(k.Neighbour), Binding: share.ID, AccountHash: k.hash(k.Neighbour)}.Decide)
}

// TestAMemberDoesNotWatchTheOwnersPage: when a mark is set, an offer made or a
// hold put on is the owner's to know.
func TestAMemberDoesNotWatchTheOwnersPage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.shared(t, unit.ID)
	never := k.as(k.Neighbour).Get("/v1/mine/units/acme/NEVER/events")
	if got := k.as(k.Neighbour).Get("/v1" + pathOf(unit) + "/events"); got.Status != http.StatusNotFound || got.Body != never.Body {
		t.Errorf("a member: %d %s", got.Status, got.Body)
	}
}

// TestASharedUnitOnHoldCanBeTakenBack: whoever is robbed must find the way to end
// what somebody else sees.
func TestASharedUnitOnHoldCanBeTakenBack(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.shared(t, unit.ID)
	k.as(k.Owner).PostJSON("/v1/mine/stolen", keyBody(unit))
	wants(t, "a marked unit", k.as(k.Owner).Get(pathOf(unit)), 200, `href="`+pathOf(unit)+`/shares"`)
}

// TestWatch: whoever has a unit's page open hears of what happens to it, last
// of its end; a stranger is not told that there is anything to hear.
func TestWatch(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	path := "/v1/mine/units/" + unit.Key.Brand + "/" + unit.Key.Serial + "/events"
	if got := k.as(k.stranger()).Get(path); got.Status != http.StatusNotFound {
		t.Errorf("a stranger: %d", got.Status)
	}
	heard, ended := make(chan int64, 100), make(chan error, 1)
	go func() {
		ended <- k.room.Watch(t.Context(), k.Owner, unit.Key, func(place int64) error {
			heard <- place
			return nil
		})
	}()
	// It hears what comes after it began, so something is done until it does.
	deadline := time.After(2 * time.Minute)
	for listening := false; !listening; {
		k.makes(t, unit)
		select {
		case <-heard:
			listening = true
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		case <-deadline:
			t.Fatal("it hears nothing")
		case <-time.After(50 * time.Millisecond):
		}
	}
	k.Must(t, unit.ID, k.TakeBack())
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the unit went, and the watch ended with %v", err)
		}
	case <-deadline:
		t.Fatal("the unit went, and nobody was told")
	}
	var last int64
	for len(heard) > 0 {
		last = <-heard
	}
	if at, err := k.Head(t.Context()); err != nil || last != at {
		t.Errorf("the last that was heard is %d, the end of the feed %d (%v)", last, at, err)
	}
}
