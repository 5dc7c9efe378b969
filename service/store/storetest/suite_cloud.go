package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func cloudScenarios() []scenario {
	return []scenario{
		{"a nonce answers once", nonceOnce},
		{"a nonce for an unknown unit is kept like any other", nonceOfNobody},
		{"of many nonces few are kept", fewNonces},
		{"the built-in cloud ends what is older and no more", cloudLinks},
		{"the built-in cloud keeps its own books of a unit", cloudUnits},
		{"the built-in cloud deletes recordings within bounds", cloudRecordings},
	}
}

func nonceOnce(t *testing.T, w *World) {
	unit, other := w.Sold(t), w.Sold(t)
	until := w.Clock.Now().Add(time.Minute)
	if err := w.SaveChallenge(t.Context(), unit.ID, Hex("nonce"), unit.Epoch, until); err != nil {
		t.Fatal(err)
	}
	if _, err := w.TakeChallenge(t.Context(), other.ID, Hex("nonce"), w.Clock.Now()); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another unit's nonce: %v, want ErrNotFound", err)
	}
	if epoch, err := w.TakeChallenge(t.Context(), unit.ID, Hex("nonce"), w.Clock.Now()); err != nil || epoch != unit.Epoch {
		t.Errorf("taken: epoch %d, %v; want %d", epoch, err, unit.Epoch)
	}
	if _, err := w.TakeChallenge(t.Context(), unit.ID, Hex("nonce"), w.Clock.Now()); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("taken twice: %v, want ErrNotFound", err)
	}
	if err := w.SaveChallenge(t.Context(), unit.ID, Hex("late"), unit.Epoch, until); err != nil {
		t.Fatal(err)
	}
	if _, err := w.TakeChallenge(t.Context(), unit.ID, Hex("late"), until); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("too late: %v, want ErrNotFound", err)
	}
}

func nonceOfNobody(t *testing.T, w *World) {
	until := w.Clock.Now().Add(time.Minute)
	if err := w.SaveChallenge(t.Context(), "unt_nobody", Hex("nonce"), 1, until); err != nil {
		t.Errorf("a nonce for an unknown unit: %v, want no hint", err)
	}
	if _, err := w.TakeChallenge(t.Context(), "unt_nobody", Hex("nonce"), w.Clock.Now()); err != nil {
		t.Errorf("taken for an unknown unit: %v, want it there: it was written to the disk", err)
	}
}

func fewNonces(t *testing.T, w *World) {
	unit := w.Sold(t)
	for i := range 300 {
		until := w.Clock.Now().Add(time.Minute + time.Duration(i)*time.Second)
		if err := w.SaveChallenge(t.Context(), unit.ID, Hex(fmt.Sprint(i)), unit.Epoch, until); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for i := range 300 {
		if _, err := w.TakeChallenge(t.Context(), unit.ID, Hex(fmt.Sprint(i)), w.Clock.Now()); err == nil {
			kept++
		}
	}
	if kept != 256 {
		t.Errorf("%d nonces were kept, want the newest 256", kept)
	}
}

func cloudLinks(t *testing.T, w *World) {
	unit := w.Sold(t)
	start := w.Clock.Now()
	link := func(account string, kind lifecycle.BindingKind, after time.Duration) lifecycle.CloudLink {
		l := lifecycle.CloudLink{Unit: unit.ID, Account: account, Kind: kind, Since: start.Add(after)}
		if err := w.LinkCloudAccount(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	old := link("a-old", lifecycle.BindingOwner, 0)
	partner := link("b-partner", lifecycle.BindingPartner, 0)
	fresh := link("c-new", lifecycle.BindingOwner, time.Hour)
	before, goneAt := start.Add(time.Minute), start.Add(2*time.Minute)
	kinds := []lifecycle.BindingKind{lifecycle.BindingOwner, lifecycle.BindingMember}
	if err := w.EndCloudLinks(t.Context(), unit.ID, before, goneAt, kinds); err != nil {
		t.Fatal(err)
	}
	old.GoneAt = goneAt
	got, err := w.CloudLinks(t.Context(), unit.ID)
	if diff := cmp.Diff([]lifecycle.CloudLink{old, partner, fresh}, got); err != nil || diff != "" {
		t.Errorf("links: %v, (-want +got):\n%s", err, diff)
	}
	// A second unbind does not put off what the first has ended.
	if err := w.EndCloudLinks(t.Context(), unit.ID, before, goneAt.Add(time.Hour), kinds); err != nil {
		t.Fatal(err)
	}
	if got, err := w.CloudLinks(t.Context(), unit.ID); err != nil || !got[0].GoneAt.Equal(goneAt) {
		t.Errorf("after a second unbind gone at %v, %v; want %v", got[0].GoneAt, err, goneAt)
	}
}

func cloudUnits(t *testing.T, w *World) {
	unit := w.Sold(t)
	if got, err := w.CloudUnit(t.Context(), unit.ID); err != nil || got != (lifecycle.CloudUnit{Unit: unit.ID}) {
		t.Errorf("a unit that the cloud never heard of: %+v, %v", got, err)
	}
	want := lifecycle.CloudUnit{
		Unit: unit.ID, DetachedAt: w.Clock.Now(), RotatedAt: w.Clock.Now().Add(1 * time.Second), CutAt: w.Clock.Now().Add(2 * time.Second),
		SessionAt: w.Clock.Now().Add(3 * time.Second), NotifiedAt: w.Clock.Now().Add(5 * time.Second),
	}
	for range 2 {
		if err := w.ChangeCloudUnit(t.Context(), unit.ID, func(u *lifecycle.CloudUnit) { *u = want }); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.CloudUnit(t.Context(), unit.ID); err != nil || got != want {
		t.Errorf("cloud unit %+v, %v; want %+v", got, err, want)
	}
}

func cloudRecordings(t *testing.T, w *World) {
	ctx, unit, at := t.Context(), w.Sold(t).ID, w.Clock.Now()
	for _, made := range []time.Time{at, at.Add(time.Hour), at.Add(time.Hour), at.Add(2 * time.Hour)} { // one is told twice
		if err := w.AddCloudRecording(ctx, unit, made); err != nil {
			t.Fatal(err)
		}
	}
	has := func(from, before time.Time, want lifecycle.CloudRecordings) {
		t.Helper()
		if got, err := w.CloudRecordings(ctx, unit, from, before); err != nil || got != want {
			t.Errorf("from %v until %v: %+v, %v; want %+v", from, before, got, err, want)
		}
	}
	has(time.Time{}, time.Time{}, lifecycle.CloudRecordings{Oldest: at, Newest: at.Add(2 * time.Hour)})
	has(at.Add(time.Hour), at.Add(2*time.Hour), lifecycle.CloudRecordings{Oldest: at.Add(time.Hour), Newest: at.Add(time.Hour)})
	if err := w.DeleteCloudRecordings(ctx, unit, at.Add(time.Millisecond), at.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	has(at.Add(time.Millisecond), at.Add(2*time.Hour), lifecycle.CloudRecordings{})
	has(time.Time{}, time.Time{}, lifecycle.CloudRecordings{Oldest: at, Newest: at.Add(2 * time.Hour)})
}
