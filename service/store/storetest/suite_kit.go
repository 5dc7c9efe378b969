package storetest

import (
	"errors"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func kitScenarios() []scenario {
	return []scenario{
		{"a kit is a vendor's own stock, each unit in one", kits},
		{"a kit whose part is missing is not sold", kitMissing},
	}
}

// kit is a hub and two more, in the vendor's stock.
func (w *World) kit(t *testing.T) lifecycle.Kit {
	t.Helper()
	kit := lifecycle.Kit{ID: lifecycle.KitID(NewID("kit")), Vendor: w.Vendor.ID, Name: "Home", By: w.VendorAdmin.Person, At: w.Clock.Now()}
	for range 3 {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: w.Registered(t).ID})
	}
	return kit
}

func kits(t *testing.T, w *World) {
	ctx, kit := t.Context(), w.kit(t)
	saved, err := w.SaveKit(ctx, kit)
	if err != nil || len(saved.Parts) != 3 || saved.Hub().Key.Serial == "" {
		t.Fatalf("saved %+v, %v", saved, err)
	}
	read, err := w.Kit(ctx, kit.ID)
	if err != nil || read.Name != "Home" || len(read.Parts) != 3 || read.Hub().Unit != kit.Parts[0].Unit {
		t.Errorf("read %+v, %v", read, err)
	}
	for _, part := range kit.Parts {
		if of, err := w.KitOf(ctx, part.Unit); err != nil || of.ID != kit.ID {
			t.Errorf("kit of %s: %s, %v", part.Unit, of.ID, err)
		}
	}
	again := w.kit(t)
	again.Parts[1] = kit.Parts[2]
	if _, err := w.SaveKit(ctx, again); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a unit of two kits: %v, want ErrInvalid", err)
	}
	if _, err := w.KitOf(ctx, again.Parts[0].Unit); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a kit that was refused: %v, want ErrNotFound", err)
	}
	foreign := w.kit(t)
	foreign.Vendor = w.Retailer.ID
	if _, err := w.SaveKit(ctx, foreign); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another vendor's units: %v, want ErrNotFound", err)
	}
	sold := w.kit(t)
	sold.Parts[0].Unit = w.Sold(t).ID
	if _, err := w.SaveKit(ctx, sold); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a unit that is sold: %v, want ErrInvalid", err)
	}
	if _, err := w.Kit(ctx, "kit_never"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no kit: %v, want ErrNotFound", err)
	}
}

func kitMissing(t *testing.T, w *World) {
	ctx := t.Context()
	kit, err := w.SaveKit(ctx, w.kit(t))
	if err != nil {
		t.Fatal(err)
	}
	hub, part := kit.Parts[0].Unit, kit.Parts[1].Unit
	sell := func(unit lifecycle.UnitID) error {
		_, err := w.Advance(ctx, unit, lifecycle.Sell{Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal"))}.Decide)
		return err
	}
	var refusal *lifecycle.Refusal
	if err := sell(part); !errors.As(err, &refusal) || !refusal.Has("sell.part-of-kit") {
		t.Errorf("a part alone: %v, want sell.part-of-kit", err)
	}
	if err := w.MissKit(ctx, kit.ID, []lifecycle.UnitID{part}, "psn_c"); err != nil {
		t.Fatal(err)
	}
	if now, err := w.Kit(ctx, kit.ID); err != nil || len(now.MissingParts()) != 1 || now.MissingParts()[0].Unit != part {
		t.Errorf("missing %+v, %v", now.MissingParts(), err)
	}
	if err := sell(hub); !errors.As(err, &refusal) || !refusal.Has("sell.kit-missing") {
		t.Errorf("the hub of an incomplete kit: %v, want sell.kit-missing", err)
	}
	if err := w.MissKit(ctx, kit.ID, []lifecycle.UnitID{w.Registered(t).ID}, "psn_c"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a unit of no kit: %v, want ErrNotFound", err)
	}
	if err := w.MissKit(ctx, "kit_never", nil, "psn_c"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no kit: %v, want ErrNotFound", err)
	}
	with := access.WithIdempotency(ctx, access.Idempotency{Principal: "p", Route: "r", Key: "k", BodyDigest: "d"})
	for range 2 {
		if err := w.MissKit(with, kit.ID, []lifecycle.UnitID{part}, "psn_c"); err != nil {
			t.Errorf("missed twice with one key: %v", err)
		}
	}
}
