package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func advanceScenarios() []scenario {
	return []scenario{
		{"advance writes what was decided", advanceWrites},
		{"advance of an unknown unit is not found", advanceUnknown},
		{"a refused change leaves nothing", refusedLeavesNothing},
		{"of two returns at once one wins", twoReturns},
		{"a change of another unit is not written", changeOfAnother},
		{"instants are kept to the millisecond, in UTC", instantsTruncated},
		{"register puts a unit on record once", registerOnce},
		{"an admitted unit is returned from its first moment", admit},
		{"returns without authority are counted for staff", unprovenCounted},
		{"a receipt number is kept with the change", receiptKept},
	}
}

func advanceWrites(t *testing.T, w *World) {
	unit := w.Bound(t)
	before := w.snapshot(t, unit.ID)
	outcome := w.Must(t, unit.ID, w.TakeBack())
	after := w.snapshot(t, unit.ID)
	if diff := cmp.Diff(before.Apply(outcome.Change), after); diff != "" {
		t.Errorf("snapshot after the return is not the one before with the change applied (-applied +read):\n%s", diff)
	}
	if after.Unit.State != lifecycle.StateReturned || after.Unit.Version != unit.Version+1 {
		t.Errorf("unit is %s at version %d, want returned at %d", after.Unit.State, after.Unit.Version, unit.Version+1)
	}
	if diff := cmp.Diff(w.Model, after.Model); diff != "" {
		t.Errorf("model in the snapshot (-want +got):\n%s", diff)
	}
	want := []lifecycle.Accreditation{{Org: w.Warehouse.ID, Model: w.Model.ID}}
	if diff := cmp.Diff(want, after.Accreditations); diff != "" {
		t.Errorf("accreditations in the snapshot (-want +got):\n%s", diff)
	}
}

func advanceUnknown(t *testing.T, w *World) {
	called := false
	_, err := w.Advance(t.Context(), "unt_nobody", func(lifecycle.Snapshot) (lifecycle.Change, error) {
		called = true
		return lifecycle.Change{}, nil
	})
	if !errors.Is(err, lifecycle.ErrNotFound) || called {
		t.Errorf("advance of an unknown unit: %v, decided %v; want ErrNotFound and no decision", err, called)
	}
}

func refusedLeavesNothing(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	before := w.snapshot(t, unit.ID)
	w.settle(t)
	history, _, err := w.History(t.Context(), unit.ID, lifecycle.Page{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Advance(t.Context(), unit.ID, w.TakeBack())
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || !refusal.Has("return.returned") {
		t.Fatalf("second return: %v, want the refusal return.returned", err)
	}
	if diff := cmp.Diff(before, w.snapshot(t, unit.ID)); diff != "" {
		t.Errorf("a refused change left something (-before +after):\n%s", diff)
	}
	w.settle(t)
	again, _, err := w.History(t.Context(), unit.ID, lifecycle.Page{Limit: 200})
	if err != nil || len(again) != len(history) {
		t.Errorf("history has %d entries, error %v; want %d as before", len(again), err, len(history))
	}
}

func twoReturns(t *testing.T, w *World) {
	unit := w.Bound(t)
	const desks = 8
	errs := make([]error, desks)
	var wg sync.WaitGroup
	for i := range desks {
		wg.Go(func() { _, errs[i] = w.Advance(t.Context(), unit.ID, w.TakeBack()) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lifecycle.ErrRefused):
			t.Errorf("a desk that lost got %v, want a refusal", err)
		}
	}
	after := w.snapshot(t, unit.ID)
	if won != 1 || after.Unit.Epoch != unit.Epoch+1 || after.Unit.Version != unit.Version+1 {
		t.Errorf("%d desks won, epoch %d, version %d; want one, %d and %d", won, after.Unit.Epoch, after.Unit.Version, unit.Epoch+1, unit.Version+1)
	}
}

func changeOfAnother(t *testing.T, w *World) {
	unit, other := w.Sold(t), w.Sold(t)
	_, err := w.Advance(t.Context(), unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := w.TakeBack()(s)
		change.Unit.ID, change.Unit.Key = other.ID, other.Key
		return change, err
	})
	if !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("change of another unit: %v, want ErrInvalid", err)
	}
}

func instantsTruncated(t *testing.T, w *World) {
	unit := w.Sold(t)
	w.Clock.Add(123_456 * time.Nanosecond)
	elsewhere := w.Clock.Now().In(time.FixedZone("elsewhere", 3600))
	outcome := w.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		command := lifecycle.PlaceHold{ID: lifecycle.HoldID(NewID("hld")), Kind: lifecycle.HoldLegal}
		command.Actor, command.At = w.Officer, elsewhere
		return command.Decide(s)
	})
	want := w.Clock.Now().Truncate(time.Millisecond)
	if got := outcome.Change.Holds[0].PlacedAt; got != want {
		t.Errorf("outcome has %v, want %v", got, want)
	}
	if diff := cmp.Diff(outcome.Change.Holds, w.snapshot(t, unit.ID).Holds); diff != "" {
		t.Errorf("holds as answered and as stored differ (-answered +stored):\n%s", diff)
	}
}

func registerOnce(t *testing.T, w *World) {
	unit := w.Registered(t)
	shouted := lifecycle.UnitKey{Brand: unit.Key.Brand, Serial: strings.ToUpper(unit.Key.Serial)}
	_, err := w.Register(t.Context(), shouted, w.Model.ID, lifecycle.Register{
		Command: w.By(w.VendorAdmin), ID: lifecycle.UnitID(NewID("unt")), Key: shouted,
	}.Decide)
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || !refusal.Has("register.exists") {
		t.Errorf("the same serial again: %v, want the refusal register.exists", err)
	}
	const vendors = 6
	key := lifecycle.UnitKey{Brand: Brand, Serial: "raced"}
	errs := make([]error, vendors)
	var wg sync.WaitGroup
	for i := range vendors {
		wg.Go(func() {
			_, errs[i] = w.Register(t.Context(), key, w.Model.ID, lifecycle.Register{
				Command: w.By(w.VendorAdmin), ID: lifecycle.UnitID(NewID("unt")), Key: key,
			}.Decide)
		})
	}
	wg.Wait()
	lost := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(lost) != vendors-1 {
		t.Errorf("%d of %d registrations lost, want all but one: %v", len(lost), vendors, lost)
	}
}

func admit(t *testing.T, w *World) {
	key := lifecycle.UnitKey{Brand: Brand, Serial: "nobody-knows"}
	outcome, err := w.Register(t.Context(), key, w.Model.ID, lifecycle.Admit{
		Command: w.By(w.Clerk), ID: lifecycle.UnitID(NewID("unt")), Key: key,
		Return: lifecycle.ReturnID(NewID("ret")), Order: lifecycle.OrderID(NewID("ord")),
		Condition: "used", Reason: "other",
	}.Decide)
	if err != nil {
		t.Fatalf("admit: %v", err)
	}
	s := w.snapshot(t, outcome.Change.Unit.ID)
	if s.Unit.State != lifecycle.StateReturned || !s.Unit.Unconfirmed || s.Return == nil || s.Order == nil {
		t.Errorf("admitted unit: %+v, return %v, order %v; want returned, unconfirmed, with both", s.Unit, s.Return, s.Order)
	}
	if diff := cmp.Diff(outcome.Change.Return, s.Return); diff != "" {
		t.Errorf("return (-decided +read):\n%s", diff)
	}
}

func unprovenCounted(t *testing.T, w *World) {
	clerk := access.With(t.Context(), access.Principal{
		Kind: access.KindPerson, Person: w.Clerk.Person, Org: w.Retailer.ID, OrgKind: w.Retailer.Kind, Roles: w.Clerk.Roles,
	})
	for range 3 {
		unit := w.Bound(t)
		w.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			change, err := w.TakeBack()(s)
			if change.Return != nil {
				change.Return.Authority = lifecycle.AuthorityNone
			}
			return change, err
		})
	}
	next := w.Bound(t)
	counted := func() lifecycle.UnprovenReturns {
		t.Helper()
		s, err := w.Snapshot(clerk, next.ID)
		if err != nil {
			t.Fatal(err)
		}
		return s.Unproven
	}
	if got, want := counted(), (lifecycle.UnprovenReturns{ByClerk: 3, ByOrg: 3}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	if got := w.snapshot(t, next.ID).Unproven; got != (lifecycle.UnprovenReturns{}) {
		t.Errorf("counted %+v for nobody, want nothing", got)
	}
	w.Clock.Add(time.Hour)
	if got := counted(); got != (lifecycle.UnprovenReturns{}) {
		t.Errorf("counted %+v an hour later, want nothing", got)
	}
}

func receiptKept(t *testing.T, w *World) {
	unit := w.Registered(t)
	hash := w.ReceiptHash(w.Retailer.ID, " 4711 ")
	if hash != w.ReceiptHash(w.Retailer.ID, "4711") || hash == w.ReceiptHash(w.Vendor.ID, "4711") {
		t.Error("hash of a receipt number depends on blanks, or not on the organisation")
	}
	for _, receipt := range []string{"4711", "4711"} { // kept twice is kept once
		sell := lifecycle.Sell{Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal")), ReceiptHash: hash}
		outcome, err := w.AdvanceWithReceipt(t.Context(), unit.ID, w.Retailer.ID, receipt, sell.Decide)
		if err != nil {
			t.Fatal(err)
		}
		void := lifecycle.Void{Command: w.By(w.Clerk), Sale: outcome.Change.Sale.ID}
		w.Must(t, unit.ID, void.Decide)
	}
	key := lifecycle.UnitKey{Brand: Brand, Serial: "nobody-knows"}
	if _, err := w.RegisterWithReceipt(t.Context(), key, w.Model.ID, w.Retailer.ID, "4711", lifecycle.Admit{
		Command: w.By(w.Clerk), ID: lifecycle.UnitID(NewID("unt")), Key: key, Return: lifecycle.ReturnID(NewID("ret")),
		Order: lifecycle.OrderID(NewID("ord")), Condition: "used", Reason: "other", ReceiptHash: hash,
	}.Decide); err != nil {
		t.Errorf("admit with a receipt: %v", err)
	}
	_, err := w.AdvanceWithReceipt(t.Context(), unit.ID, w.Retailer.ID, "4712",
		func(lifecycle.Snapshot) (lifecycle.Change, error) {
			return lifecycle.Change{}, fmt.Errorf("no: %w", lifecycle.ErrRefused)
		})
	if !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("refused with a receipt: %v, want ErrRefused", err)
	}
}
