package storetest

import (
	"testing"
	"time"

	"quitclaim/service/access"
)

// addressesOf: what was asked for and what came of it, in order, and nothing of
// anybody else's.
func addressesOf(t *testing.T, w *World) {
	ada, bob := w.addressOwner(t, "ada@copy.example"), w.addressOwner(t, "bob@copy.example")
	w.asksFor(t, ada, "first@copy.example")
	w.Clock.Add(time.Minute)
	w.asksFor(t, bob, "other@copy.example")
	w.asksFor(t, ada, "second@copy.example")
	list, err := w.AddressChangesOf(t.Context(), ada.ID)
	if err != nil || len(list) != 2 {
		t.Fatalf("changes %+v, %v", list, err)
	}
	if first := list[0]; first.New != "first@copy.example" || first.Old != "ada@copy.example" || first.EndedAt.IsZero() {
		t.Errorf("the one that was replaced is %+v", first)
	}
	if second := list[1]; second.New != "second@copy.example" || second.Stage != access.AddressAsked || !second.EndedAt.IsZero() {
		t.Errorf("the one that waits is %+v", second)
	}
	if none, err := w.AddressChangesOf(t.Context(), "psn_none"); err != nil || len(none) != 0 {
		t.Errorf("of nobody: %v, %v", none, err)
	}
}
