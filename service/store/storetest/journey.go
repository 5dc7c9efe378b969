package storetest

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// ServiceActor is the worker and the sweeps; UnitActor a unit that speaks for
// itself.
func ServiceActor() lifecycle.Actor { return lifecycle.Actor{Kind: lifecycle.ActorService} }

// UnitActor is a unit that speaks for itself.
func UnitActor() lifecycle.Actor { return lifecycle.Actor{Kind: lifecycle.ActorUnit} }

// Hears is a report of the unit at its present epoch.
func (w *World) Hears(unit lifecycle.Unit, kind lifecycle.ResetKind, verifier string) lifecycle.Decide {
	return lifecycle.Heard{
		Command: w.By(UnitActor()), Order: lifecycle.OrderID(NewID("ord")),
		Report: lifecycle.Report{
			At: w.Clock.Now(), Epoch: unit.Epoch, Kind: kind, Firmware: "1.2.0", Verifier: verifier,
			Network: Hex("home"), Digest: Hex(NewID("dig")),
		},
	}.Decide
}

// Bind lets the unit make a credential and its owner show it.
func (w *World) Bind(t testing.TB, unit lifecycle.Unit, owner lifecycle.Actor) lifecycle.Unit {
	t.Helper()
	w.Clock.Add(time.Second)
	credential := Hex(NewID("key"))
	w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, credential))
	return w.Must(t, unit.ID, lifecycle.Bind{
		Command: w.By(owner), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex(string(owner.Person)), ProofHash: credential,
	}.Decide).Change.Unit
}

// TakeBack is the return of a unit by w.Clerk, with new ids.
func (w *World) TakeBack() lifecycle.Decide {
	return lifecycle.TakeBack{
		Command: w.By(w.Clerk), Return: lifecycle.ReturnID(NewID("ret")), Order: lifecycle.OrderID(NewID("ord")),
		Condition: "used", Reason: "changed-mind", ReceiptHash: w.ReceiptHash(w.Retailer.ID, Receipt),
	}.Decide
}

// Move ships a unit from one custodian to the next, where it arrives at once.
func (w *World) Move(t testing.TB, unit lifecycle.Unit, from, to lifecycle.Actor) lifecycle.Unit {
	t.Helper()
	id := lifecycle.ShipmentID(NewID("shp"))
	w.Must(t, unit.ID, lifecycle.Ship{Command: w.By(from), ID: id, To: to.Org}.Decide)
	return w.Must(t, unit.ID, lifecycle.Receive{Command: w.By(to), Shipment: id}.Decide).Change.Unit
}

// CloudsProven is what the worker reports when every cloud did what it was
// asked for the order.
func (w *World) CloudsProven(order lifecycle.Order) lifecycle.Decide {
	progress := lifecycle.Progress{
		Command: w.By(ServiceActor()), Order: order.ID,
		Probe: &lifecycle.Probe{Cloud: Cloud, At: w.Clock.Now(), Dark: true},
	}
	for _, task := range order.Tasks {
		if task.Cloud != "" {
			task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", w.Clock.Now()
			progress.Tasks = append(progress.Tasks, task)
		}
	}
	return progress.Decide
}

// Reset is a unit that was taken back, moved to the warehouse and reset.
func (w *World) Reset(t testing.TB) lifecycle.Unit {
	t.Helper()
	return w.WorkThrough(t, w.Move(t, w.TakenBack(t), w.Clerk, w.Technician))
}

// WorkThrough proves every task of a unit that is at the warehouse.
func (w *World) WorkThrough(t testing.TB, unit lifecycle.Unit) lifecycle.Unit {
	t.Helper()
	order, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Must(t, unit.ID, w.CloudsProven(*order.Order))
	w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetHard, Hex(NewID("key"))))
	w.Must(t, unit.ID, lifecycle.Attest{
		Command: w.By(w.Technician), Order: order.Order.ID, Check: lifecycle.CheckCodesAgree, Pass: true,
	}.Decide)
	return w.Must(t, unit.ID, lifecycle.Prove{Command: w.By(ServiceActor()), Order: order.Order.ID}.Decide).Change.Unit
}

// Certified is a unit that a validator certified. Its certificate's bytes are
// no certificate's.
func (w *World) Certified(t testing.TB) lifecycle.Unit {
	t.Helper()
	return w.Certify(t, w.Reset(t))
}

// Certify lets the validator certify a unit that is reset.
func (w *World) Certify(t testing.TB, unit lifecycle.Unit) lifecycle.Unit {
	t.Helper()
	return w.Must(t, unit.ID, lifecycle.Certify{
		Command: w.By(w.Validator), Code: lifecycle.CertificateCode(NewID("C")[2:]),
		Sign: func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil },
	}.Decide).Change.Unit
}
