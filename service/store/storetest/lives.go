package storetest

import (
	"fmt"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Lives are units in every situation that the store tells apart, by its name,
// with the world that they live in. As JSON it lies beside the database of an
// old release, so that a later one can go on where that one stopped.
type Lives struct {
	Vendor, Retailer, Warehouse access.Organisation
	Model                       lifecycle.Model

	VendorAdmin, Clerk, Technician, Validator, Officer lifecycle.Actor
	Owner, Neighbour                                   lifecycle.Actor

	Now   time.Time
	Units map[string]lifecycle.UnitID
}

// Live walks units into every situation, through the store's own doors, and
// leaves a row in each of its tables.
func (w *World) Live(t testing.TB) Lives {
	t.Helper()
	units := map[string]lifecycle.UnitID{}
	for _, life := range lives() {
		w.Clock.Add(time.Minute)
		units[life.name] = life.live(t, w).ID
	}
	w.books(t, units)
	w.people(t)
	return Lives{
		Vendor: w.Vendor, Retailer: w.Retailer, Warehouse: w.Warehouse, Model: w.Model,
		VendorAdmin: w.VendorAdmin, Clerk: w.Clerk, Technician: w.Technician, Validator: w.Validator, Officer: w.Officer,
		Owner: w.Owner, Neighbour: w.Neighbour, Now: w.Clock.Now(), Units: units,
	}
}

// Resume is the world of these lives, in a store that has its rows.
func (l Lives) Resume(opened Opened) *World {
	w := &World{
		Opened: opened, Vendor: l.Vendor, Retailer: l.Retailer, Warehouse: l.Warehouse, Model: l.Model,
		VendorAdmin: l.VendorAdmin, Clerk: l.Clerk, Technician: l.Technician, Validator: l.Validator, Officer: l.Officer,
		Owner: l.Owner, Neighbour: l.Neighbour,
	}
	w.serial.Store(100_000) // far from the serials that are on record
	return w
}

// life is one unit's way into a situation.
type life struct {
	name string
	live func(testing.TB, *World) lifecycle.Unit
}

func lives() []life {
	own := func(step func(*World, testing.TB) lifecycle.Unit) func(testing.TB, *World) lifecycle.Unit {
		return func(t testing.TB, w *World) lifecycle.Unit { return step(w, t) }
	}
	return []life{
		{"stock", own((*World).Registered)}, {"sold", own((*World).Sold)}, {"bound", own((*World).Bound)},
		{"returned", own((*World).TakenBack)}, {"reset", own((*World).Reset)}, {"certified", own((*World).Certified)},
		{"voided", livesVoided}, {"pending", livesPending}, {"released", livesReleased}, {"offered", livesOffered},
		{"transferred", livesTransferred}, {"stolen", livesStolen}, {"contested", livesContested}, {"held", livesHeld},
		{"admitted", livesAdmitted}, {"cancelled", livesCancelled}, {"reopened", livesReopened}, {"resold", livesResold},
		{"resold-bound", livesResoldBound}, {"under-way", livesUnderWay}, {"retired", livesRetired},
		{"seen-elsewhere", livesSeenElsewhere}, {"returned-once", own((*World).Bound)},
	}
}

func livesVoided(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Registered(t)
	sale := lifecycle.SaleID(NewID("sal"))
	w.Must(t, unit.ID, lifecycle.Sell{Command: w.By(w.Clerk), ID: sale}.Decide)
	return w.Must(t, unit.ID, lifecycle.Void{Command: w.By(w.Clerk), Sale: sale}.Decide).Change.Unit
}

// livesPending is bound by an owner whose credential the unit has not made.
func livesPending(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Sold(t)
	return w.Must(t, unit.ID, lifecycle.Bind{
		Command: w.By(w.Owner), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex(string(w.Owner.Person)), ProofHash: Hex("early"),
	}.Decide).Change.Unit
}

func livesReleased(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Bound(t)
	return w.Must(t, unit.ID, lifecycle.Release{Command: w.By(w.Owner), Order: lifecycle.OrderID(NewID("ord"))}.Decide).Change.Unit
}

func livesOffered(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Bound(t)
	return w.Must(t, unit.ID, lifecycle.MakeOffer{
		Command: w.By(w.Owner), ID: lifecycle.OfferID(NewID("ofr")), To: w.Neighbour.Person, CodeHash: Hex(NewID("code")),
	}.Decide).Change.Unit
}

func livesTransferred(t testing.TB, w *World) lifecycle.Unit {
	return w.accept(t, livesOffered(t, w))
}

// accept lets the neighbour take the unit that is on offer.
func (w *World) accept(t testing.TB, unit lifecycle.Unit) lifecycle.Unit {
	t.Helper()
	w.Clock.Add(time.Second)
	credential := Hex(NewID("key"))
	w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, credential))
	s, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil || len(s.Offers) != 1 {
		t.Fatalf("offers of %s: %+v, %v; want one", unit.ID, s.Offers, err)
	}
	return w.Must(t, unit.ID, lifecycle.Transfer{
		Command: w.By(w.Neighbour), Offer: s.Offers[0].ID, Binding: lifecycle.BindingID(NewID("bnd")),
		Order: lifecycle.OrderID(NewID("ord")), AccountHash: Hex(string(w.Neighbour.Person)), ProofHash: credential,
	}.Decide).Change.Unit
}

func (w *World) hold(t testing.TB, unit lifecycle.Unit, by lifecycle.Actor, kind lifecycle.HoldKind) lifecycle.Unit {
	t.Helper()
	return w.Must(t, unit.ID, lifecycle.PlaceHold{Command: w.By(by), ID: lifecycle.HoldID(NewID("hld")), Kind: kind}.Decide).Change.Unit
}

func livesStolen(t testing.TB, w *World) lifecycle.Unit {
	return w.hold(t, w.Bound(t), w.Owner, lifecycle.HoldStolen)
}

func livesHeld(t testing.TB, w *World) lifecycle.Unit {
	return w.hold(t, w.Sold(t), w.Officer, lifecycle.HoldLegal)
}

func livesContested(t testing.TB, w *World) lifecycle.Unit {
	unit := w.TakenBack(t)
	return w.Must(t, unit.ID, lifecycle.Contest{Command: w.By(w.Owner), ID: lifecycle.HoldID(NewID("hld"))}.Decide).Change.Unit
}

func livesAdmitted(t testing.TB, w *World) lifecycle.Unit {
	key := lifecycle.UnitKey{Brand: Brand, Serial: fmt.Sprintf("UNKNOWN-%d", w.serial.Add(1))}
	outcome, err := w.RegisterWithReceipt(t.Context(), key, w.Model.ID, w.Retailer.ID, Receipt, lifecycle.Admit{
		Command: w.By(w.Clerk), ID: lifecycle.UnitID(NewID("unt")), Key: key, Return: lifecycle.ReturnID(NewID("ret")),
		Order: lifecycle.OrderID(NewID("ord")), Condition: "used", Reason: "other", ReceiptHash: w.ReceiptHash(w.Retailer.ID, Receipt),
	}.Decide)
	if err != nil {
		t.Fatalf("admit: %v", err)
	}
	return outcome.Change.Unit
}

func livesCancelled(t testing.TB, w *World) lifecycle.Unit {
	unit := w.TakenBack(t)
	return w.Must(t, unit.ID, lifecycle.Cancel{
		Command: w.By(w.Clerk), Return: lifecycle.ReturnID(w.rows(t, unit.ID).Return.ID), Order: lifecycle.OrderID(NewID("ord")), UnitPresent: true,
	}.Decide).Change.Unit
}

func (w *World) rows(t testing.TB, unit lifecycle.UnitID) lifecycle.Snapshot {
	t.Helper()
	s, err := w.Rows(t.Context(), unit)
	if err != nil {
		t.Fatalf("rows of %s: %v", unit, err)
	}
	return s
}

func livesReopened(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Certified(t)
	return w.Must(t, unit.ID, lifecycle.Reopen{
		Command: w.By(w.Validator), Order: lifecycle.OrderID(NewID("ord")), Cause: "sample",
	}.Decide).Change.Unit
}

func livesResold(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Certified(t)
	return w.Must(t, unit.ID, lifecycle.Sell{Command: w.By(w.Technician), ID: lifecycle.SaleID(NewID("sal"))}.Decide).Change.Unit
}

func livesResoldBound(t testing.TB, w *World) lifecycle.Unit {
	return w.Bind(t, livesResold(t, w), w.Neighbour)
}

func livesUnderWay(t testing.TB, w *World) lifecycle.Unit {
	unit := w.TakenBack(t)
	return w.Must(t, unit.ID, lifecycle.Ship{
		Command: w.By(w.Clerk), ID: lifecycle.ShipmentID(NewID("shp")), To: w.Warehouse.ID,
	}.Decide).Change.Unit
}

func livesRetired(t testing.TB, w *World) lifecycle.Unit {
	unit := w.TakenBack(t)
	return w.Must(t, unit.ID, lifecycle.Retire{
		Command: w.By(w.Clerk), Order: lifecycle.OrderID(NewID("ord")), Second: w.Technician.Person, SecondScan: unit.Key,
	}.Decide).Change.Unit
}

func livesSeenElsewhere(t testing.TB, w *World) lifecycle.Unit {
	unit := w.Bound(t)
	return w.Must(t, unit.ID, lifecycle.BindingSeen{
		Command: w.By(ServiceActor()), Order: lifecycle.OrderID(NewID("ord")), Sighting: lifecycle.Sighting{
			Cloud: Cloud, AccountHash: Hex("a stranger"), Kind: lifecycle.BindingOwner, SeenAt: w.Clock.Now(),
		},
	}.Decide).Change.Unit
}
