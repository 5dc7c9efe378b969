package sale_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// boxed is a kit of three in the shop's stock.
func (b bundle) boxed(t *testing.T) lifecycle.Kit {
	t.Helper()
	kit := lifecycle.Kit{ID: lifecycle.KitID(storetest.NewID("kit")), Vendor: b.Vendor.ID, Name: "Home", By: b.VendorAdmin.Person, At: b.Clock.Now()}
	for range 3 {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: b.Registered(t).ID})
	}
	kit, err := b.SaveKit(t.Context(), kit)
	if err != nil {
		t.Fatal(err)
	}
	return kit
}

func orderOf(key lifecycle.UnitKey) map[string]any {
	return map[string]any{"brand": key.Brand, "serial": key.Serial, "receipt": "R-1"}
}

type soldKit struct {
	ID    string
	Parts []struct {
		Serial, Sale string
		Reasons      []struct{ Code string }
	}
}

func TestTheHubSellsTheBox(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kit, clerk := b.boxed(t), b.as(b.Clerk)
	if got := clerk.PostJSON("/v1/sales", orderOf(kit.Parts[1].Key)); got.Status != http.StatusConflict || !strings.Contains(got.Body, "sell.part-of-kit") {
		t.Errorf("a part alone: %d %s", got.Status, got.Body)
	}
	same := clerk.WithKey("one-box-one-sale")
	var first soldKit
	for try := range 2 { // a till that repeats itself
		got := same.PostJSON("/v1/sales", orderOf(kit.Hub().Key))
		if got.Status != http.StatusCreated {
			t.Fatalf("sell the hub: %d %s", got.Status, got.Body)
		}
		var sold soldKit
		got.Decode(&sold)
		if try == 0 {
			first = sold
		}
		if len(sold.Parts) != 2 || sold.ID != first.ID || sold.Parts[1].Sale == "" || sold.Parts[1].Sale != first.Parts[1].Sale {
			t.Errorf("try %d: %+v, first %+v", try, sold, first)
		}
	}
	now, err := b.Kit(t.Context(), kit.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range now.Parts {
		if part.State != lifecycle.StateSold {
			t.Errorf("part %d is %s", i, part.State)
		}
	}
	if page := clerk.Get("/till/sales/" + first.ID); strings.Count(page.Body, "</b> sold") != 3 {
		t.Errorf("the sale's page: %s", page.Body)
	}
}

func TestABoxThatIsNotWholeIsNotSold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kit, clerk := b.boxed(t), b.as(b.Clerk)
	if err := b.MissKit(t.Context(), kit.ID, []lifecycle.UnitID{kit.Parts[2].Unit}, b.Clerk.Person); err != nil {
		t.Fatal(err)
	}
	b.ship(t, kit.Parts[1].Unit, b.Clerk, b.Technician)
	got := clerk.PostJSON("/v1/sales", orderOf(kit.Hub().Key))
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "sell.kit-missing") || !strings.Contains(got.Body, "sell.kit-elsewhere") {
		t.Errorf("an incomplete box: %d %s, want every reason", got.Status, got.Body)
	}
	check := clerk.Get("/v1/sales/check?brand=" + kit.Hub().Key.Brand + "&serial=" + kit.Hub().Key.Serial)
	if check.Status != 200 || !strings.Contains(check.Body, "sell.kit-missing") {
		t.Errorf("the question before: %d %s", check.Status, check.Body)
	}
}
