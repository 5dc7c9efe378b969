package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func shareScenarios() []scenario {
	return []scenario{
		{"shares/given, taken and over at their instant", shareLife},
		{"shares/two take one invitation", shareRace},
		{"shares/what has run out is listed once", shareRunsOut},
		{"offers/opened once", offerOpened},
	}
}

// share has the owner share a unit with somebody; nobody: face to face.
func (w *World) share(t testing.TB, unit lifecycle.UnitID, to lifecycle.PersonID, until time.Time) lifecycle.Binding {
	t.Helper()
	id := lifecycle.BindingID(NewID("bnd"))
	share := lifecycle.Share{Command: w.By(w.Owner), ID: id, To: to, Until: until, CodeHash: Hex(string(id))}
	outcome, err := w.AdvanceWithShare(t.Context(), unit, w.Owner.Person, id, "Mum", share.Decide)
	if err != nil {
		t.Fatal(err)
	}
	return outcome.Change.Bindings[0]
}

func (w *World) join(by lifecycle.Actor, share lifecycle.BindingID) lifecycle.Decide {
	return lifecycle.Join{Command: w.By(by), Binding: share, AccountHash: Hex(string(by.Person))}.Decide
}

func shareLife(t *testing.T, w *World) {
	unit := w.Bound(t)
	until := w.Clock.Now().Add(48 * time.Hour).UTC().Truncate(time.Millisecond)
	share := w.share(t, unit.ID, w.Neighbour.Person, until)
	found, err := w.UnitByCode(t.Context(), "binding", share.CodeHash)
	if err != nil || found.ID != unit.ID {
		t.Fatalf("by its code: %s, %v; want %s", found.ID, err, unit.ID)
	}
	in, err := w.InvitationByCode(t.Context(), share.CodeHash)
	if err != nil || in.Unit != unit.ID || in.Binding.ID != share.ID || in.Maker != w.Owner.Person || in.Epoch != unit.Epoch {
		t.Fatalf("the invitation by its code: %+v, %v", in, err)
	}
	if _, err := w.InvitationByCode(t.Context(), string(share.ID)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("an invitation by the share's id: %v, want ErrNotFound", err)
	}
	w.Must(t, unit.ID, w.join(w.Neighbour, share.ID))
	mine, err := w.MineOf(t.Context(), w.Neighbour.Person)
	if err != nil || len(mine) != 1 || !mine[0].Binding.Until.Equal(until) || mine[0].Binding.State != lifecycle.BindingLive {
		t.Fatalf("the member's: %+v, %v; want the share until %v", mine, err, until)
	}
	names, err := w.ShareNames(t.Context(), unit.ID, w.Owner.Person, unit.Epoch)
	if err != nil || names[share.ID] != "Mum" {
		t.Errorf("names %v, %v; want Mum", names, err)
	}
	w.Clock.Add(48 * time.Hour) // no sweep has been
	if mine, err := w.MineOf(t.Context(), w.Neighbour.Person); err != nil || len(mine) != 0 {
		t.Errorf("after its end: %+v, %v; want nothing", mine, err)
	}
	past, err := w.PastOf(t.Context(), w.Neighbour.Person)
	if err != nil || len(past) != 1 || !past[0].Binding.EndedAt.Equal(until) || past[0].Binding.State != lifecycle.BindingEnded {
		t.Errorf("past %+v, %v; want it ended at its instant", past, err)
	}
	if names, err := w.ShareNames(t.Context(), unit.ID, w.Neighbour.Person, unit.Epoch); err != nil || len(names) != 0 {
		t.Errorf("names for somebody else: %v, %v", names, err)
	}
}

func shareRace(t *testing.T, w *World) {
	unit := w.Bound(t)
	share := w.share(t, unit.ID, "", time.Time{})
	people := []lifecycle.Actor{w.Neighbour, {Kind: lifecycle.ActorPerson, Person: "psn_other", Roles: w.Neighbour.Roles}}
	var wg sync.WaitGroup
	errs := make([]error, len(people))
	for i, who := range people {
		join := w.join(who, share.ID)
		wg.Go(func() { _, errs[i] = w.Advance(t.Context(), unit.ID, join) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lifecycle.ErrNotFound):
			t.Errorf("the slower one: %v, want ErrNotFound", err)
		}
	}
	if won != 1 {
		t.Errorf("%d joined, want one: %v", won, errs)
	}
}

func shareRunsOut(t *testing.T, w *World) {
	unit, offered := w.Bound(t), w.Bound(t)
	share := w.share(t, unit.ID, w.Neighbour.Person, w.Clock.Now().Add(time.Hour))
	w.Must(t, unit.ID, w.join(w.Neighbour, share.ID))
	w.share(t, unit.ID, "", time.Time{})
	w.Must(t, offered.ID, lifecycle.MakeOffer{Command: w.By(w.Owner), ID: lifecycle.OfferID(NewID("ofr")), CodeHash: Hex(NewID("code"))}.Decide)
	if over, err := w.RunOut(t.Context(), 10); err != nil || len(over) != 0 {
		t.Errorf("before anything is over: %v, %v", over, err)
	}
	w.Clock.Add(2 * time.Hour)
	over, err := w.RunOut(t.Context(), 10)
	if err != nil || len(over) != 2 {
		t.Fatalf("over: %v, %v; want both units once", over, err)
	}
	for _, id := range over {
		w.Must(t, id, lifecycle.Expire{Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: w.Clock.Now()}}.Decide)
	}
	if over, err := w.RunOut(t.Context(), 10); err != nil || len(over) != 0 {
		t.Errorf("once more: %v, %v; want nothing", over, err)
	}
}

func offerOpened(t *testing.T, w *World) {
	unit := w.Bound(t)
	offer := lifecycle.Offer{ID: lifecycle.OfferID(NewID("ofr")), Epoch: unit.Epoch}
	w.Must(t, unit.ID, lifecycle.MakeOffer{Command: w.By(w.Owner), ID: offer.ID, To: w.Neighbour.Person, CodeHash: Hex(string(offer.ID))}.Decide)
	if at, err := w.OfferSeen(t.Context(), unit.ID, offer.ID); err != nil || !at.IsZero() {
		t.Errorf("before anybody looked: %v, %v", at, err)
	}
	first := w.Clock.Now().UTC().Truncate(time.Millisecond)
	for _, at := range []time.Time{first, first.Add(time.Hour)} {
		if err := w.SeeOffer(t.Context(), unit.ID, offer, at); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := w.OfferSeen(t.Context(), unit.ID, offer.ID); err != nil || !at.Equal(first) {
		t.Errorf("opened at %v, %v; want the first time, %v", at, err, first)
	}
	before, err := w.Unit(t.Context(), unit.ID)
	if err != nil || before.Version != unit.Version+1 {
		t.Errorf("version %d, %v; want no more than the offer's own", before.Version, err)
	}
}
