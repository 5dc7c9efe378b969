package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func readScenarios() []scenario {
	return []scenario{
		{"codes and ids lead to their unit", codesResolve},
		{"codes that nobody knows are not found", codesUnknown},
		{"records are read by their ids", recordsRead},
		{"units are listed by every filter, page by page", unitsListed},
		{"a serial without a brand finds units of any brand", bySerial},
		{"a person has a present and a past of their own", mineAndPast},
		{"what is on its way is listed for who waits for it", arriving},
		{"an organisation's contact with a unit is what it did with it", contacts},
	}
}

func codesResolve(t *testing.T, w *World) {
	unit := w.Certified(t)
	s := w.snapshot(t, unit.ID)
	codes := map[string]string{
		"unit": unit.Key.String(), "return": string(s.Return.ID), "order": string(s.Order.ID), "sale": string(s.Sale.ID),
		"certificate": string(s.Certificate.Code), "binding": string(s.Bindings[0].ID),
	}
	for kind, code := range codes {
		got, err := w.UnitByCode(t.Context(), kind, code)
		if err != nil || got.ID != unit.ID {
			t.Errorf("%s %s leads to %q, %v; want %s", kind, code, got.ID, err, unit.ID)
		}
	}
	shouted := lifecycle.UnitKey{Brand: unit.Key.Brand, Serial: "sn-000001"}
	if got, err := w.UnitByKey(t.Context(), shouted); err != nil || got.Key != unit.Key {
		t.Errorf("key in another letter case: %v, %v; want the unit with its serial as written", got.Key, err)
	}
	byKey, err := w.SnapshotByKey(t.Context(), unit.Key)
	if diff := cmp.Diff(s, byKey); err != nil || diff != "" {
		t.Errorf("snapshot by key: %v, (-by id +by key):\n%s", err, diff)
	}
}

func codesUnknown(t *testing.T, w *World) {
	_, errUnit := w.Unit(t.Context(), "unt_x")
	_, errKey := w.SnapshotByKey(t.Context(), lifecycle.UnitKey{Brand: Brand, Serial: "x"})
	_, _, errReturn := w.Return(t.Context(), "ret_x")
	_, _, errOrder := w.Order(t.Context(), "ord_x")
	_, _, errSale := w.Sale(t.Context(), "sal_x")
	_, _, errCertificate := w.Certificate(t.Context(), "X")
	_, _, errOffer := w.OfferByCode(t.Context(), Hex("x"))
	_, errModel := w.Store.Model(t.Context(), "mdl_x")
	_, errGTIN := w.ModelByGTIN(t.Context(), "00000000000000")
	for i, err := range []error{errUnit, errKey, errReturn, errOrder, errSale, errCertificate, errOffer, errModel, errGTIN} {
		if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("look-up %d: %v, want ErrNotFound", i, err)
		}
	}
}

func recordsRead(t *testing.T, w *World) {
	unit := w.Certified(t)
	s := w.snapshot(t, unit.ID)
	gotUnit, ret, errReturn := w.Return(t.Context(), s.Return.ID)
	_, order, errOrder := w.Order(t.Context(), s.Order.ID)
	_, sale, errSale := w.Sale(t.Context(), s.Sale.ID)
	_, certificate, errCertificate := w.Certificate(t.Context(), s.Certificate.Code)
	if err := errors.Join(errReturn, errOrder, errSale, errCertificate); err != nil {
		t.Fatal(err)
	}
	got := lifecycle.Snapshot{Unit: gotUnit, Return: &ret, Order: &order, Sale: &sale, Certificate: &certificate}
	want := lifecycle.Snapshot{Unit: s.Unit, Return: s.Return, Order: s.Order, Sale: s.Sale, Certificate: s.Certificate}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records by id (-in the snapshot +read):\n%s", diff)
	}
	if model, err := w.ModelByGTIN(t.Context(), w.Model.GTIN); err != nil || model.ID != w.Model.ID {
		t.Errorf("model by GTIN: %s, %v; want %s", model.ID, err, w.Model.ID)
	}
}

func unitsListed(t *testing.T, w *World) {
	stock, sold, bound, back := w.Registered(t), w.Sold(t), w.Bound(t), w.TakenBack(t)
	cases := []struct {
		name   string
		filter lifecycle.UnitFilter
		want   []lifecycle.Unit
	}{
		{"all", lifecycle.UnitFilter{}, []lifecycle.Unit{stock, sold, bound, back}},
		{"vendor", lifecycle.UnitFilter{Vendor: w.Vendor.ID}, []lifecycle.Unit{stock, sold, bound, back}},
		{"custody", lifecycle.UnitFilter{Custody: w.Retailer.ID}, []lifecycle.Unit{stock, back}},
		{"custody of nobody", lifecycle.UnitFilter{Custody: w.Warehouse.ID}, nil},
		{"owner", lifecycle.UnitFilter{Owner: w.Owner.Person}, []lifecycle.Unit{bound}},
		{"owner of another vendor's", lifecycle.UnitFilter{Owner: w.Owner.Person, Vendor: w.Retailer.ID}, nil},
		{"returned to", lifecycle.UnitFilter{ReturnedTo: w.Retailer.ID}, []lifecycle.Unit{back}},
		{"state", lifecycle.UnitFilter{State: lifecycle.StateSold}, []lifecycle.Unit{sold}},
		{"custody and state", lifecycle.UnitFilter{Custody: w.Retailer.ID, State: lifecycle.StateStock}, []lifecycle.Unit{stock}},
		{"vendor and returned to", lifecycle.UnitFilter{Vendor: w.Vendor.ID, ReturnedTo: w.Retailer.ID}, []lifecycle.Unit{back}},
	}
	for _, c := range cases {
		var want []lifecycle.UnitID
		for _, unit := range c.want {
			want = append(want, unit.ID)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, w.listed(t, c.filter, 1)); diff != "" {
			t.Errorf("%s, one by one (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(want, w.listed(t, c.filter, 3)); diff != "" {
			t.Errorf("%s, three a page (-want +got):\n%s", c.name, diff)
		}
	}
}

// listed walks through the pages of a list.
func (w *World) listed(t *testing.T, filter lifecycle.UnitFilter, limit int) []lifecycle.UnitID {
	t.Helper()
	var ids []lifecycle.UnitID
	page := lifecycle.Page{Limit: limit}
	for {
		units, next, err := w.Units(t.Context(), filter, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range units {
			ids = append(ids, unit.ID)
		}
		if next == "" {
			return ids
		}
		page.After = next
	}
}

func bySerial(t *testing.T, w *World) {
	unit := w.Sold(t)
	found, err := w.UnitsBySerial(t.Context(), unit.Key.FoldedSerial(), 10)
	if err != nil || len(found) != 1 || found[0].ID != unit.ID {
		t.Errorf("found %v, %v; want the one unit", found, err)
	}
	if found, err := w.UnitsBySerial(t.Context(), "nothing", 10); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v; want nothing", found, err)
	}
}

func mineAndPast(t *testing.T, w *World) {
	stays, goes := w.Bound(t), w.Bound(t)
	w.Clock.Add(time.Minute)
	w.Must(t, goes.ID, w.TakeBack())
	mine, err := w.MineOf(t.Context(), w.Owner.Person)
	if err != nil || len(mine) != 1 || mine[0].Unit != stays.ID || mine[0].Key != stays.Key {
		t.Errorf("mine: %v, %v; want the unit that stayed", mine, err)
	}
	past, err := w.PastOf(t.Context(), w.Owner.Person)
	if err != nil || len(past) != 1 || past[0].Unit != goes.ID || !past[0].Binding.EndedAt.Equal(w.Clock.Now()) {
		t.Errorf("past: %v, %v; want the unit that went, until it went", past, err)
	}
	if others, err := w.PastOf(t.Context(), w.Neighbour.Person); err != nil || len(others) != 0 {
		t.Errorf("the neighbour's past: %v, %v; want nothing", others, err)
	}
	all, err := w.Bindings(t.Context(), goes.ID)
	if err != nil || len(all) != 1 || all[0].State != lifecycle.BindingEnded {
		t.Errorf("all bindings: %v, %v; want the ended one", all, err)
	}
}

func arriving(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	id := lifecycle.ShipmentID(NewID("shp"))
	w.Must(t, unit.ID, lifecycle.Ship{Command: w.By(w.Clerk), ID: id, To: w.Warehouse.ID}.Decide)
	coming, _, err := w.Arriving(t.Context(), w.Warehouse.ID, lifecycle.Page{})
	if err != nil || len(coming) != 1 || coming[0].ID != unit.ID {
		t.Errorf("arriving: %v, %v; want the unit", coming, err)
	}
	together, err := w.UnitsOfShipment(t.Context(), id)
	if err != nil || len(together) != 1 || together[0].ID != unit.ID {
		t.Errorf("units of the shipment: %v, %v; want the unit", together, err)
	}
	late, _, err := w.LateShipments(t.Context(), w.Clock.Now().Add(time.Second), lifecycle.Page{})
	if err != nil || len(late) != 1 || late[0] != unit.ID {
		t.Errorf("late: %v, %v; want the unit", late, err)
	}
	w.Must(t, unit.ID, lifecycle.Receive{Command: w.By(w.Technician), Shipment: id}.Decide)
	if coming, _, err := w.Arriving(t.Context(), w.Warehouse.ID, lifecycle.Page{}); err != nil || len(coming) != 0 {
		t.Errorf("arriving after it arrived: %v, %v; want nothing", coming, err)
	}
	if late, _, err := w.LateShipments(t.Context(), w.Clock.Now().Add(time.Second), lifecycle.Page{}); err != nil || len(late) != 0 {
		t.Errorf("late after it arrived: %v, %v; want nothing", late, err)
	}
}
