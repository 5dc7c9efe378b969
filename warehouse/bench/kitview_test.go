package bench_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// The bench sees which box a unit came in and what is missing of it, and of a
// part in other hands no more than that.
func TestTheBenchSeesTheBox(t *testing.T) {
	t.Parallel()
	k := setup(t)
	hub, here, lost, elsewhere := k.Registered(t), k.Registered(t), k.Registered(t), k.Registered(t)
	kit := lifecycle.Kit{
		ID: lifecycle.KitID(storetest.NewID("kit")), Vendor: k.Vendor.ID, Name: "Hub and three", By: k.VendorAdmin.Person, At: k.Clock.Now(),
		Parts: []lifecycle.KitPart{{Unit: hub.ID}, {Unit: here.ID}, {Unit: lost.ID}, {Unit: elsewhere.ID}},
	}
	if _, err := k.SaveKit(t.Context(), kit); err != nil {
		t.Fatal(err)
	}
	for _, unit := range []lifecycle.Unit{hub, here, lost, elsewhere} {
		k.Must(t, unit.ID, lifecycle.Sell{
			Command: k.By(k.Clerk), ID: lifecycle.SaleID(storetest.NewID("sal")), ReceiptHash: k.ReceiptHash(k.Retailer.ID, storetest.Receipt),
		}.Decide)
	}
	for _, unit := range []lifecycle.Unit{hub, here} {
		k.Move(t, k.Must(t, unit.ID, k.TakeBack()).Change.Unit, k.Clerk, k.Technician)
	}
	if err := k.MissKit(t.Context(), kit.ID, []lifecycle.UnitID{lost.ID}, k.Clerk.Person); err != nil {
		t.Fatal(err)
	}
	page := k.as(k.Technician).Get("/bench/units/" + hub.Key.Brand + "/" + hub.Key.Serial)
	_, box, found := strings.Cut(page.Body, `<section id="kit">`)
	box, _, _ = strings.Cut(box, "</section>")
	if page.Status != http.StatusOK || !found {
		t.Fatalf("page %d has no box: %s", page.Status, page.Body)
	}
	rows := strings.Split(box, "<tr>")[2:]
	if len(rows) != 4 {
		t.Fatalf("%d rows in %s", len(rows), box)
	}
	for i, want := range [][2]string{
		{hub.Key.Serial, "this one"}, {here.Key.Serial, `href="/bench/units/`}, {lost.Key.Serial, "Missing"}, {elsewhere.Key.Serial, "In other hands"},
	} {
		if !strings.Contains(rows[i], want[0]) || !strings.Contains(rows[i], want[1]) {
			t.Errorf("row %d wants %q: %s", i, want, rows[i])
		}
	}
	if strings.Contains(rows[3], "Sold") || strings.Contains(rows[3], "href") {
		t.Errorf("of what others have more is said than that: %s", rows[3])
	}
	alone := k.TakenBack(t)
	k.Move(t, alone, k.Clerk, k.Technician)
	if page := k.as(k.Technician).Get("/bench/units/" + alone.Key.Brand + "/" + alone.Key.Serial); strings.Contains(page.Body, `id="kit"`) {
		t.Error("a unit of no kit has a box")
	}
}
