package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func releaseScenarios() []scenario {
	return []scenario{
		{"releases/their receipt", releaseReceipt},
		{"releases/refused leave none", releaseRefused},
		{"releases/sent again", releaseAgain},
		{"releases/what is to be deleted", releaseErases},
		{"releases/deletion is work of its date", deletionWork},
	}
}

// receiptHash stands for the hash of a receipt's code.
func receiptHash(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
	return Hex(fmt.Sprintf("%s %d", unit, epoch))
}

func (w *World) releases(erase bool) lifecycle.Decide {
	return lifecycle.Release{Command: w.By(w.Owner), Order: lifecycle.OrderID(NewID("ord")), Erase: erase}.Decide
}

func releaseReceipt(t *testing.T, w *World) {
	ctx, unit := t.Context(), w.Bound(t)
	outcome, err := w.AdvanceWithRelease(ctx, unit.ID, receiptHash, w.releases(false))
	if err != nil {
		t.Fatal(err)
	}
	after := outcome.Change.Unit
	hash := receiptHash(unit.ID, after.Epoch)
	want := lifecycle.ReleaseReceipt{Unit: unit.ID, Epoch: after.Epoch, Order: outcome.Change.Orders[0].ID, At: after.EpochAt, Last: true}
	got, err := w.ReleaseReceipt(ctx, hash)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("receipt: %v (-want +got):\n%s", err, diff)
	}
	if !got.Stands(w.snapshot(t, unit.ID)) {
		t.Error("it does not stand")
	}
	if _, err := w.ReleaseReceipt(ctx, receiptHash(unit.ID, after.Epoch+1)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a release that was not: %v, want ErrNotFound", err)
	}

	w.bindAgain(t, unit.ID)
	if got, err = w.ReleaseReceipt(ctx, hash); err != nil || got.Stands(w.snapshot(t, unit.ID)) {
		t.Errorf("somebody has the unit, and the receipt stands: %v", err)
	}
	if _, err := w.AdvanceWithRelease(ctx, unit.ID, receiptHash, w.releases(false)); err != nil {
		t.Fatal(err)
	}
	if got, err = w.ReleaseReceipt(ctx, hash); err != nil || got.Last || got.Stands(w.snapshot(t, unit.ID)) {
		t.Errorf("a receipt of before the last owner: %+v, %v", got, err)
	}
}

// bindAgain lets the owner bind a unit that they released.
func (w *World) bindAgain(t *testing.T, id lifecycle.UnitID) {
	t.Helper()
	verifier := Hex(NewID("made"))
	w.Must(t, id, w.Hears(w.snapshot(t, id).Unit, lifecycle.ResetNone, verifier))
	w.Must(t, id, lifecycle.Bind{
		Command: w.By(w.Owner), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex("owner"), ProofHash: verifier,
	}.Decide)
}

func releaseRefused(t *testing.T, w *World) {
	unit := w.Sold(t)
	_, err := w.AdvanceWithRelease(t.Context(), unit.ID, receiptHash, w.releases(false))
	if !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("nobody's unit: %v, want ErrNotFound", err)
	}
	if _, err := w.ReleaseReceipt(t.Context(), receiptHash(unit.ID, unit.Epoch+1)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("its receipt: %v, want ErrNotFound", err)
	}
}

func releaseAgain(t *testing.T, w *World) {
	unit := w.Bound(t)
	ctx := access.WithIdempotency(t.Context(), access.Idempotency{
		Principal: "psn_1", Route: "POST /v1/releases", Key: "key-1", BodyDigest: Hex("body"),
	})
	var epochs []lifecycle.Epoch
	for i := range 2 {
		outcome, err := w.AdvanceWithRelease(ctx, unit.ID, receiptHash, w.releases(false))
		if err != nil || outcome.Replayed != (i == 1) {
			t.Fatalf("try %d: %v, replayed %t", i, err, outcome.Replayed)
		}
		epochs = append(epochs, outcome.Change.Unit.Epoch)
	}
	if epochs[0] != epochs[1] {
		t.Errorf("epochs %v: the answer leads to another receipt", epochs)
	}
}

func releaseErases(t *testing.T, w *World) {
	ctx, unit := t.Context(), w.Bound(t)
	outcome, err := w.AdvanceWithRelease(ctx, unit.ID, receiptHash, w.releases(true))
	if err != nil {
		t.Fatal(err)
	}
	written := outcome.Change.Deletions
	if diff := cmp.Diff(written, w.snapshot(t, unit.ID).Deletions); diff != "" || len(written) != 1 {
		t.Fatalf("owed (-written +read):\n%s", diff)
	}
	owed, err := w.DeletionsOfEpoch(ctx, unit.ID, outcome.Change.Unit.Epoch-1)
	if diff := cmp.Diff(written, owed); diff != "" || err != nil {
		t.Errorf("by its epoch: %v (-written +read):\n%s", err, diff)
	}
	w.Must(t, unit.ID, w.TakeBack())
	x := written[0]
	w.Must(t, unit.ID, lifecycle.BeginDeletion{Command: w.By(lifecycle.Actor{Kind: lifecycle.ActorService}), Binding: x.Binding, Cloud: x.Cloud}.Decide)
	done := w.Must(t, unit.ID, lifecycle.EndDeletion{
		Command: w.By(lifecycle.Actor{Kind: lifecycle.ActorService}), Binding: x.Binding, Cloud: x.Cloud, Proof: "nothing-kept",
	}.Decide)
	if left := w.snapshot(t, unit.ID).Deletions; len(left) != 0 {
		t.Errorf("still owed: %+v", left)
	}
	all, err := w.DeletionsOf(ctx, unit.ID, x.Binding)
	if diff := cmp.Diff(done.Change.Deletions, all); diff != "" || err != nil {
		t.Errorf("what was done: %v (-written +read):\n%s", err, diff)
	}
}

// deletionWork: what is owed is due on its date, however late a clock says it
// is, and whatever becomes of the unit; a word of its owner makes it due now.
func deletionWork(t *testing.T, w *World) {
	ctx := t.Context()
	asked, waits := w.Bound(t), w.Bound(t)
	due := w.Clock.Now().Add(lifecycle.DeleteAfter)
	for _, unit := range []lifecycle.UnitID{asked.ID, waits.ID} {
		w.Must(t, unit, w.TakeBack())
	}
	of := func(unit lifecycle.UnitID) lifecycle.Deletion { return w.snapshot(t, unit).Deletions[0] }
	now := w.Clock.Now()
	if err := w.PullWork(ctx, now, now, now); err != nil {
		t.Fatal(err)
	}
	for _, work := range w.claim(t) {
		if string(work.Order) == string(of(work.Unit).Binding) {
			t.Errorf("a month early: %+v", work)
		}
	}
	w.Must(t, asked.ID, lifecycle.WantDeletion{Command: w.By(w.Owner), Binding: of(asked.ID).Binding}.Decide)
	claimed := w.claim(t)
	if len(claimed) != 1 || claimed[0].Unit != asked.ID || string(claimed[0].Order) != string(of(asked.ID).Binding) {
		t.Fatalf("asked for: %+v, want that deletion", claimed)
	}
	x := of(asked.ID)
	w.Must(t, asked.ID, lifecycle.BeginDeletion{Command: w.By(lifecycle.Actor{Kind: lifecycle.ActorService}), Binding: x.Binding, Cloud: x.Cloud}.Decide)
	if err := w.FinishWork(ctx, claimed[0], now.Add(time.Hour), false, ""); err != nil {
		t.Errorf("its own word put the worker off: %v", err)
	}
	w.Clock.Add(due.Add(time.Hour).Sub(w.Clock.Now()))
	found := false
	for _, work := range w.claim(t) {
		found = found || work.Unit == waits.ID && string(work.Order) == string(of(waits.ID).Binding)
	}
	if !found {
		t.Error("on its date nobody gets the work")
	}
}
