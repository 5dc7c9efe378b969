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
		{"a unit has one label for ever", labels},
		{"an organisation's returns of the day are listed", returnsListed},
		{"offers are listed for whom they are made to", offersListed},
		{"every row of a unit can be read", rowsRead},
		{"every row of many units, page by page", rowsPaged},
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
	if err != nil || len(past) != 1 || past[0].Unit != goes.ID || !past[0].Binding.EndedAt.Equal(w.Clock.Now()) ||
		past[0].Return != w.snapshot(t, goes.ID).Return.ID {
		t.Errorf("past: %v, %v; want the unit that went, until it went, by its return", past, err)
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
	gone, _, err := w.Departing(t.Context(), w.Retailer.ID, lifecycle.Page{})
	if err != nil || len(gone) != 1 || gone[0].ID != unit.ID {
		t.Errorf("departing: %v, %v; want the unit", gone, err)
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

func labels(t *testing.T, w *World) {
	unit, other := w.Registered(t), w.Registered(t)
	code, err := w.LabelOf(t.Context(), unit.ID)
	if err != nil || code == "" {
		t.Fatalf("label %q, %v; want a code", code, err)
	}
	if again, err := w.LabelOf(t.Context(), unit.ID); err != nil || again != code {
		t.Errorf("label %q, then %q, %v; want the same", code, again, err)
	}
	if theirs, err := w.LabelOf(t.Context(), other.ID); err != nil || theirs == code {
		t.Errorf("another unit's label %q, %v; want another", theirs, err)
	}
	if found, err := w.UnitByCode(t.Context(), "label", code); err != nil || found.ID != unit.ID {
		t.Errorf("label leads to %s, %v; want %s", found.ID, err, unit.ID)
	}
	if _, err := w.LabelOf(t.Context(), "unt_x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("label of an unknown unit: %v, want ErrNotFound", err)
	}
}

func returnsListed(t *testing.T, w *World) {
	w.TakenBack(t)
	w.Clock.Add(24 * time.Hour)
	morning := w.Clock.Now()
	var want []lifecycle.UnitID
	for range 3 {
		w.Clock.Add(time.Minute)
		want = append([]lifecycle.UnitID{w.TakenBack(t).ID}, want...)
	}
	list, err := w.ReturnsSince(t.Context(), w.Retailer.ID, morning, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []lifecycle.UnitID
	for _, back := range list {
		got = append(got, back.Unit.ID)
		if s := w.snapshot(t, back.Unit.ID); cmp.Diff(*s.Return, back.Return) != "" {
			t.Errorf("return of %s (-stored +listed):\n%s", back.Unit.ID, cmp.Diff(*s.Return, back.Return))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("returns since the morning, newest first (-want +got):\n%s", diff)
	}
	if others, err := w.ReturnsSince(t.Context(), w.Warehouse.ID, morning, 10); err != nil || len(others) != 0 {
		t.Errorf("returns of the warehouse: %v, %v; want none", others, err)
	}
}

func offersListed(t *testing.T, w *World) {
	unit := w.Bound(t)
	offer := lifecycle.MakeOffer{Command: w.By(w.Owner), ID: lifecycle.OfferID(NewID("ofr")), To: w.Neighbour.Person, CodeHash: Hex("code")}
	w.Must(t, unit.ID, offer.Decide)
	offers, err := w.OffersTo(t.Context(), w.Neighbour.Person)
	if err != nil || len(offers) != 1 || offers[0].Unit != unit.ID || offers[0].Key != unit.Key || offers[0].Offer.ID != offer.ID {
		t.Errorf("offers %+v, %v; want the one", offers, err)
	}
	if _, byCode, err := w.OfferByCode(t.Context(), Hex("code")); err != nil || byCode.ID != offer.ID {
		t.Errorf("by its code %s, %v; want %s", byCode.ID, err, offer.ID)
	}
	w.Must(t, unit.ID, lifecycle.Release{Command: w.By(w.Owner), Order: lifecycle.OrderID(NewID("ord"))}.Decide)
	if offers, err := w.OffersTo(t.Context(), w.Neighbour.Person); err != nil || len(offers) != 0 {
		t.Errorf("offers after the release: %+v, %v; want none", offers, err)
	}
}

func rowsRead(t *testing.T, w *World) {
	unit := w.Certified(t)
	w.Clock.Add(2 * lifecycle.ContestFor)
	s, err := w.Rows(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if present := w.snapshot(t, unit.ID); len(present.Bindings) != 0 || len(s.Bindings) != 1 {
		t.Errorf("%d bindings of the present, %d rows; want none and the ended one", len(present.Bindings), len(s.Bindings))
	}
	if len(s.Attestations) == 0 || s.Certificate == nil || s.Order == nil || s.Return == nil {
		t.Errorf("rows of a certified unit lack some: %+v", s)
	}
}

// rowsPaged: the rows of many units read at once are those of each, and what
// the ledger's entries make of them.
func rowsPaged(t *testing.T, w *World) {
	want := map[lifecycle.UnitID]lifecycle.Snapshot{}
	for _, unit := range []lifecycle.Unit{w.Registered(t), w.Certified(t), livesResoldBound(t, w), livesUnderWay(t, w), livesReopened(t, w)} {
		want[unit.ID] = w.rows(t, unit.ID)
	}
	onBench, order := w.onBench(t)
	if _, err := w.AdvanceWithPhotograph(t.Context(), onBench.ID, order, []byte("lens"), w.photographs(order, []byte("lens"))); err != nil {
		t.Fatal(err)
	}
	want[onBench.ID] = w.rows(t, onBench.ID)
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, after, pictures := map[lifecycle.UnitID]lifecycle.Snapshot{}, lifecycle.UnitID(""), 0
	for {
		page, at, err := w.RowsAfter(t.Context(), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if at.Size == 0 || len(at.Waiting) > 0 || at.More {
			t.Errorf("the ledger is at %+v, want every entry in its place", at)
		}
		for _, rows := range page {
			got[rows.Unit.ID], after = rows.Snapshot(), rows.Unit.ID
			pictures += len(rows.Pictures)
			if len(rows.Unseen) > 0 {
				t.Errorf("unit %s hides its %v", rows.Unit.ID, rows.Unseen)
			}
		}
		if len(page) < 4 {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || pictures != 1 {
		t.Errorf("%d pictures, want one; rows (-one by one +page by page):\n%s", pictures, diff)
	}
	if _, found, err := w.PlaceOf(t.Context(), "ent_none"); err != nil || found {
		t.Errorf("the place of no entry: found %t, %v", found, err)
	}
}
