package storetest

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// contacts follows one unit from hand to hand, and asks at each stop what each
// organisation has to do with it.
func contacts(t *testing.T, w *World) {
	views := func(unit lifecycle.Unit) map[lifecycle.OrgID]lifecycle.View {
		seen := map[lifecycle.OrgID]lifecycle.View{}
		for _, org := range []lifecycle.OrgID{w.Vendor.ID, w.Retailer.ID, w.Warehouse.ID, ""} {
			c, err := w.ContactOf(t.Context(), unit.Key, org)
			if err != nil {
				t.Fatalf("contact of %q: %v", org, err)
			}
			seen[org] = c.View(org)
		}
		return seen
	}
	want := func(when string, unit lifecycle.Unit, vendor, retailer, warehouse lifecycle.View) {
		t.Helper()
		seen := views(unit)
		if seen[w.Vendor.ID] != vendor || seen[w.Retailer.ID] != retailer || seen[w.Warehouse.ID] != warehouse || seen[""] != "" {
			t.Errorf("%s: vendor %q, retailer %q, warehouse %q, nobody %q; want %q, %q, %q, none", when,
				seen[w.Vendor.ID], seen[w.Retailer.ID], seen[w.Warehouse.ID], seen[""], vendor, retailer, warehouse)
		}
	}
	const none, has, made, had = lifecycle.ViewNone, lifecycle.ViewCustodian, lifecycle.ViewVendor, lifecycle.ViewFormer
	unit := w.Registered(t)
	want("in stock", unit, made, has, none)
	w.Must(t, unit.ID, lifecycle.Sell{Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal"))}.Decide)
	want("sold", unit, made, had, none)
	w.Must(t, unit.ID, w.TakeBack())
	want("taken back", unit, made, has, none)
	shipment := lifecycle.ShipmentID(NewID("shp"))
	w.Must(t, unit.ID, lifecycle.Ship{Command: w.By(w.Clerk), ID: shipment, To: w.Warehouse.ID}.Decide)
	want("on its way", unit, made, has, has)
	w.Must(t, unit.ID, lifecycle.Receive{Command: w.By(w.Technician), Shipment: shipment}.Decide)
	want("at the warehouse", unit, made, had, has)

	c, err := w.ContactOf(t.Context(), lifecycle.UnitKey{Brand: Brand, Serial: "never-made"}, w.Vendor.ID)
	if err != nil || c.Unit.ID != "" || c.Arriving || c.Had {
		t.Errorf("contact with a unit that is not on record: %+v, %v; want the zero one", c, err)
	}
}
