package owner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type offeredUnit struct {
	Offer struct {
		Code      string     `json:"code"`
		Named     bool       `json:"named"`
		ExpiresAt time.Time  `json:"expires_at"`
		SeenAt    *time.Time `json:"seen_at"`
	} `json:"offer"`
}

// Whoever offers a unit to a person sees that they have opened it. Where nobody
// has the address they see what they would see of somebody who never looks.
func TestAnOfferIsSeen(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	known, unknown := k.owned(t, k.Owner), k.owned(t, k.Owner)
	code := k.offer(t, known, k.Owner, k.mail(k.Neighbour))
	k.offer(t, unknown, k.Owner, "nobody@example.com")
	ada, bo := k.as(k.Owner), k.as(k.Neighbour)
	before := decoded[offeredUnit](t, ada.Get("/v1"+pathOf(known)))
	other := decoded[offeredUnit](t, ada.Get("/v1"+pathOf(unknown)))
	before.Offer.Code, other.Offer.Code = "", ""
	before.Offer.ExpiresAt, other.Offer.ExpiresAt = time.Time{}, time.Time{}
	if diff := cmp.Diff(before, other); diff != "" || before.Offer.SeenAt != nil {
		t.Errorf("a known and an unknown address differ (-known +unknown):\n%s", diff)
	}
	wants(t, "the offer, unopened", ada.Get(pathOf(known)+"/transfer"), 200, "Not yet, as far as we can say")
	k.as(k.stranger()).Get("/v1/transfers/" + code) // it is not theirs to see
	if got := decoded[offeredUnit](t, ada.Get("/v1"+pathOf(known))); got.Offer.SeenAt != nil {
		t.Errorf("seen at %v by a stranger", got.Offer.SeenAt)
	}
	opened := k.Clock.Now()
	wants(t, "the recipient", bo.Get("/transfer/"+code), 200, "You can have this Cam One")
	k.Clock.Add(time.Hour)
	bo.Get("/transfer/" + code)
	got := decoded[offeredUnit](t, ada.Get("/v1"+pathOf(known)))
	if got.Offer.SeenAt == nil || !got.Offer.SeenAt.Equal(opened.Truncate(time.Millisecond)) {
		t.Errorf("seen at %v, want the first time, %v", got.Offer.SeenAt, opened)
	}
}

// Whoever shows a code sees by themselves that it was opened.
func TestAnOfferFaceToFaceIsNotNoted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, "")
	k.as(k.Neighbour).Get("/v1/transfers/" + code)
	if got := decoded[offeredUnit](t, k.as(k.Owner).Get("/v1"+pathOf(unit))); got.Offer.SeenAt != nil {
		t.Errorf("seen at %v, want nothing", got.Offer.SeenAt)
	}
}

// The marked unit was reset by hand: its old owner keeps a claim, and sees
// nothing of whoever has it now (rule 6).
func TestAMarkShowsNothingOfABuyersHome(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	ada := k.as(k.Owner)
	if got := ada.PostJSON("/v1/mine/stolen", keyBody(unit)); got.Status != 200 {
		t.Fatalf("mark: %d %s", got.Status, got.Body)
	}
	k.hardReset(t, unit.ID)
	got := decoded[map[string]any](t, ada.Get("/v1"+pathOf(unit)))
	for _, field := range []string{"state", "binding", "holds", "offer"} {
		if got[field] != nil {
			t.Errorf("after the reset the mark shows %s: %v", field, got[field])
		}
	}
	snapshot, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil || len(snapshot.Viewers(k.Clock.Now())) != 0 {
		t.Errorf("who sees it: %+v, %v; want nobody", snapshot.Viewers(k.Clock.Now()), err)
	}
	if got := ada.PostJSON("/v1/mine/stolen/lift", keyBody(unit)); got.Status != 200 {
		t.Errorf("lift: %d %s", got.Status, got.Body)
	}
}
