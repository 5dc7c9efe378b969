package main

import (
	"context"
	"testing"

	"quitclaim/service/lifecycle"
)

// kitRows: the office's kit is the vendor's, on its own shelf. No other desk is
// told of it: none of its units is with a customer.
func kitRows() []row {
	vendor := func(status int) map[string]answers { return map[string]answers{"office": {"vendor": status}} }
	return []row{
		{route: "POST /v1/kits", body: `{"name":""}`, all: everybody(422)},
		{route: "GET /v1/kits/:id", id: "kit", of: vendor(200)},
		{route: "GET /kits/new", all: everybody(200)},
		{route: "POST /kits", body: "name=", all: everybody(422)},
		{route: "GET /kits/:id", id: "kit", of: vendor(200)},
		{route: "GET /desk/kits/:id", id: "kit", of: vendor(200)},
		{route: "POST /desk/kits/:id/returns", id: "kit", body: "condition=", of: vendor(422)},
		{route: "GET /desk/kits/:id/receipt", id: "kit", of: vendor(200)},
		{route: "POST /v1/kits/:id/returns", id: "kit", body: `{"condition":"used","reason":"other"}`, of: vendor(422)},
	}
}

// kit is two units in the vendor's stock.
func (w *accessWorld) kit(t *testing.T, side string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	admin := w.staff[side+" admin"]
	kit := lifecycle.Kit{ID: lifecycle.KitID(newPrefixedID("kit")), Vendor: admin.Org, Name: "Box", By: admin.Person, At: w.house.now()}
	for range 2 {
		key, err := lifecycle.ParseUnitKey(w.model.Brand, "kit-"+newID())
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := w.house.store.Register(ctx, key, w.model.ID, lifecycle.Register{
			Command: lifecycle.Command{Actor: admin, At: w.house.now()}, ID: lifecycle.UnitID(newPrefixedID("unt")), Key: key,
		}.Decide)
		if err != nil {
			t.Fatal(err)
		}
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: outcome.Change.Unit.ID})
	}
	if _, err := w.house.store.SaveKit(ctx, kit); err != nil {
		t.Fatal(err)
	}
	return string(kit.ID)
}
