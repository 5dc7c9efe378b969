package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func photographScenarios() []scenario {
	return []scenario{
		{"photographs/kept with the word", photographKept},
		{"photographs/refused with the word", photographRefused},
		{"photographs/sent again", photographAgain},
		{"photographs/of two units", photographOfTwo},
		{"photographs/of a step", stepPictured},
		{"orders/why they came back", orderCause},
	}
}

// onBench is a unit at the warehouse, with its order.
func (w *World) onBench(t testing.TB) (lifecycle.Unit, lifecycle.OrderID) {
	t.Helper()
	unit := w.Move(t, w.TakenBack(t), w.Clerk, w.Technician)
	return unit, w.snapshot(t, unit.ID).Order.ID
}

func (w *World) photographs(order lifecycle.OrderID, picture []byte) lifecycle.Decide {
	sum := sha256.Sum256(picture)
	return lifecycle.Photograph{
		Command: w.By(w.Technician), Order: order, Check: lifecycle.CheckCodesAgree,
		Digest: hex.EncodeToString(sum[:]), Size: len(picture),
	}.Decide
}

func photographKept(t *testing.T, w *World) {
	unit, order := w.onBench(t)
	first, second := []byte("\xff\xd8 first \x00"), bytes.Repeat([]byte("x"), lifecycle.MaxPhotoBytes)
	for _, picture := range [][]byte{first, second} {
		if _, err := w.AdvanceWithPhotograph(t.Context(), unit.ID, order, picture, w.photographs(order, picture)); err != nil {
			t.Fatal(err)
		}
	}
	words := w.snapshot(t, unit.ID).Attestations
	if len(words) != 1 || len(words[0].Photos) != 2 {
		t.Fatalf("words %+v, want one with two pictures", words)
	}
	for i, want := range [][]byte{first, second} {
		got, err := w.Photograph(t.Context(), unit.ID, order, words[0].Photos[i])
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("picture %d: %d bytes, %v; want the %d that were sent", i, len(got), err, len(want))
		}
	}
	rows, err := w.Rows(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(words, rows.Attestations); diff != "" {
		t.Errorf("all rows (-snapshot +rows):\n%s", diff)
	}
}

// A refused word leaves no picture.
func photographRefused(t *testing.T, w *World) {
	unit, order := w.onBench(t)
	picture := []byte("a stranger's")
	strangers := lifecycle.Photograph{
		Command: w.By(w.Clerk), Order: order, Check: lifecycle.CheckCodesAgree, Digest: Hex("x"), Size: len(picture),
	}
	_, err := w.AdvanceWithPhotograph(t.Context(), unit.ID, order, picture, strangers.Decide)
	if !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a stranger's picture: %v, want ErrNotFound", err)
	}
	sum := sha256.Sum256(picture)
	if _, err := w.Photograph(t.Context(), unit.ID, order, hex.EncodeToString(sum[:])); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("it is kept: %v", err)
	}
}

// The same request sent again is answered, and writes nothing.
func photographAgain(t *testing.T, w *World) {
	unit, order := w.onBench(t)
	ctx := access.WithIdempotency(t.Context(), access.Idempotency{
		Principal: "psn_1", Route: "POST /photos", Key: "key-1", BodyDigest: Hex("body"),
	})
	picture := []byte("once")
	for i := range 2 {
		outcome, err := w.AdvanceWithPhotograph(ctx, unit.ID, order, picture, w.photographs(order, picture))
		if err != nil || outcome.Replayed != (i == 1) {
			t.Errorf("try %d: %v, replayed %t", i, err, outcome.Replayed)
		}
	}
	if got := lifecycle.PhotosOf(w.snapshot(t, unit.ID)); len(got) != 1 {
		t.Errorf("%d pictures, want one", len(got))
	}
}

// The same picture of two units is two pictures: each stays with its record.
func photographOfTwo(t *testing.T, w *World) {
	picture := []byte("the same wall")
	sum := sha256.Sum256(picture)
	one, order := w.onBench(t)
	if _, err := w.AdvanceWithPhotograph(t.Context(), one.ID, order, picture, w.photographs(order, picture)); err != nil {
		t.Fatal(err)
	}
	two, other := w.onBench(t)
	for unit, of := range map[lifecycle.UnitID]lifecycle.OrderID{two.ID: other, one.ID: other} {
		if _, err := w.Photograph(t.Context(), unit, of, hex.EncodeToString(sum[:])); !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("another's picture: %v, want ErrNotFound", err)
		}
	}
}

func stepPictured(t *testing.T, w *World) {
	picture := []byte("\x89PNG how to hold it")
	sum := sha256.Sum256(picture)
	model := w.Model
	model.Checklist = []lifecycle.Check{{
		ID: "button", Text: "Hold the button", Texts: map[string]string{"de": "Knopf halten"}, HoldSeconds: 10,
		ProvenBy: lifecycle.ProofPhoto, Optional: true, Picture: hex.EncodeToString(sum[:]),
	}}
	if _, err := w.SaveModelWithPicture(t.Context(), model, picture); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Store.Model(t.Context(), model.ID); err != nil || cmp.Diff(model, got) != "" {
		t.Errorf("model: %v, (-saved +read):\n%s", err, cmp.Diff(model, got))
	}
	if got, err := w.ModelPicture(t.Context(), model.ID, model.Checklist[0].Picture); err != nil || !bytes.Equal(got, picture) {
		t.Errorf("picture: %d bytes, %v", len(got), err)
	}
	if _, err := w.ModelPicture(t.Context(), "mdl_other", model.Checklist[0].Picture); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another model's: %v, want ErrNotFound", err)
	}
	twin := model
	twin.ID = lifecycle.ModelID(NewID("mdl"))
	if _, err := w.SaveModelWithPicture(context.Background(), twin, picture); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a name that is taken: %v, want ErrInvalid", err)
	}
}

func orderCause(t *testing.T, w *World) {
	unit := w.Reset(t)
	w.Must(t, unit.ID, lifecycle.Reopen{
		Command: w.By(w.Validator), Order: lifecycle.OrderID(NewID("ord")), Cause: "damage",
	}.Decide)
	if got := w.snapshot(t, unit.ID).Order.Cause; got != "damage" {
		t.Errorf("cause %q, want damage", got)
	}
}
