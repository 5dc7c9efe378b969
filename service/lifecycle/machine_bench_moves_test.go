package lifecycle_test

import (
	"time"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

// clouds is a worker that got somewhere: with some tasks of one cloud.
func (w *world) clouds(t *rapid.T) {
	order, ok := w.s.OpenOrder()
	if !ok {
		return
	}
	cloud := rapid.SampledFrom(append([]string{"surprise"}, w.s.Model.Clouds...)).Draw(t, "cloud")
	command := lifecycle.Progress{Command: w.by(worker()), Order: order.ID}
	for _, task := range order.Tasks {
		if task.Cloud == cloud && rapid.IntRange(0, 3).Draw(t, "done") > 0 {
			task.State, task.DoneAt = lifecycle.TaskProven, w.now
			command.Tasks = append(command.Tasks, task)
		}
	}
	if rapid.Bool().Draw(t, "probes") {
		command.Probe = &lifecycle.Probe{Cloud: cloud, At: w.now, Dark: rapid.IntRange(0, 3).Draw(t, "dark") > 0,
			CredentialRefused: rapid.IntRange(0, 3).Draw(t, "refused") == 0}
	}
	w.do(command)
}

// allClouds is a worker that is done.
func (w *world) allClouds() {
	order, ok := w.s.OpenOrder()
	if !ok {
		return
	}
	done := map[string][]lifecycle.Task{}
	for _, task := range order.Tasks {
		if task.Cloud != "" {
			task.State, task.DoneAt = lifecycle.TaskProven, w.now
			done[task.Cloud] = append(done[task.Cloud], task)
		}
	}
	for _, cloud := range append([]string{"surprise"}, w.s.Model.Clouds...) {
		if tasks := done[cloud]; len(tasks) > 0 {
			command := w.by(worker())
			w.do(lifecycle.Progress{Command: command, Order: order.ID, Tasks: tasks,
				Probe: &lifecycle.Probe{Cloud: cloud, At: command.At, Dark: true}})
		}
	}
}

func (w *world) askAgain(t *rapid.T) {
	for _, cloud := range w.s.Model.Clouds {
		command := w.by(worker())
		w.do(lifecycle.Progress{Command: command,
			Probe: &lifecycle.Probe{Cloud: cloud, At: command.At, Dark: rapid.IntRange(0, 9).Draw(t, "dark") > 0}})
	}
}

func (w *world) prove(*rapid.T) {
	if w.s.Order != nil {
		w.do(lifecycle.Prove{Command: w.by(worker()), Order: w.s.Order.ID})
	}
}

func (w *world) certify(validator lifecycle.Actor) bool {
	return w.do(lifecycle.Certify{Command: w.by(validator), Code: lifecycle.CertificateCode(w.id("CERT")), Sign: signed})
}

// wholeReset is a bench on a good day, by one of three kinds of proof.
func (w *world) wholeReset(t *rapid.T) {
	if w.s.Order == nil {
		return
	}
	w.allClouds()
	switch how := rapid.SampledFrom([]string{"signed", "probed", "words"}).Draw(t, "how"); how {
	case "signed":
		w.button(t)
	case "probed":
		w.do(lifecycle.Progress{Command: w.by(worker()), Order: w.s.Order.ID,
			Probe: &lifecycle.Probe{Cloud: "builtin", At: w.now, Dark: true, CredentialRefused: true}})
	default:
		for range 2 {
			w.do(lifecycle.Attest{Command: w.by(w.someStaff(t)), Order: w.s.Order.ID, Check: lifecycle.CheckFactoryReset, Pass: true})
		}
	}
	operator := w.here(t)
	for _, check := range append(lifecycle.RequiredChecks(w.s.Model), lifecycle.CheckFirmware) {
		w.works(operator, check)
	}
	w.prove(t)
	if rapid.Bool().Draw(t, "certifies") {
		w.certify(rapid.SampledFrom([]lifecycle.Actor{vala(), vala(), vala(), tess(), cleo()}).Draw(t, "validator"))
	}
}

// goodLife takes the unit one step on the way that it should go, so that long
// histories are more than refusals.
func (w *world) goodLife(t *rapid.T) {
	if w.s.Shipment != nil && w.s.Shipment.ReceivedAt.IsZero() {
		to := map[lifecycle.OrgID]lifecycle.Actor{orgVendor: vera(), orgShop: cleo(), orgOtherShop: carl(), orgWarehouse: tess()}
		w.do(lifecycle.Receive{Command: w.by(to[w.s.Shipment.To])})
		return
	}
	switch w.s.Unit.State {
	case lifecycle.StateStock:
		if w.s.Model.SaleImplied && rapid.Bool().Draw(t, "nobody records the sale") {
			w.speaks(t)
			w.bind(t)
			return
		}
		w.sell(t)
	case lifecycle.StateSold:
		switch rapid.IntRange(0, 3).Draw(t, "next") {
		case 0:
			w.asksFirst(t)
		case 1:
			w.undoSale(t)
		default:
			w.speaks(t)
			w.bind(t)
		}
	case lifecycle.StateBound:
		if rapid.Bool().Draw(t, "passes it on") {
			w.offer(t)
			w.speaks(t)
			w.accept(t)
			return
		}
		w.takeBack(t)
	case lifecycle.StateReturned:
		if w.s.Unit.Custody != orgWarehouse {
			w.do(lifecycle.Ship{Command: w.by(w.here(t)), ID: lifecycle.ShipmentID(w.id("shp")), To: orgWarehouse})
			return
		}
		w.wholeReset(t)
	case lifecycle.StateReset:
		if w.s.Unit.Unconfirmed {
			w.do(lifecycle.Confirm{Command: w.by(vera())})
		}
		w.vouch(t)
		if rapid.Bool().Draw(t, "waits") {
			w.now = w.now.Add(15 * 24 * time.Hour)
		}
		w.certify(vala())
	case lifecycle.StateCertified:
		if rapid.Bool().Draw(t, "goes to a shop") {
			w.ship(t)
			return
		}
		if rapid.IntRange(0, 4).Draw(t, "somebody objects") == 0 {
			w.contest(t)
			return
		}
		w.askAgain(t)
		w.sell(t)
	}
}

func (w *world) retire(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "really") > 0 {
		return
	}
	w.do(lifecycle.Retire{Command: w.by(w.here(t)), Order: w.order(), Second: w.someStaff(t).Person, SecondScan: key()})
}

// cloudTells is a sweep that found somebody.
func (w *world) cloudTells(t *rapid.T) {
	command := w.by(worker())
	sighting := lifecycle.Sighting{
		Cloud:       rapid.SampledFrom([]string{"builtin", "acme", "surprise"}).Draw(t, "cloud"),
		AccountHash: "hash-" + string(w.someOwner(t).Person), Kind: lifecycle.BindingOwner, SeenAt: command.At,
	}
	if rapid.Bool().Draw(t, "says since when") {
		sighting.Since = command.At.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(t, "hours")) * time.Hour)
	}
	w.do(lifecycle.BindingSeen{Command: command, Order: w.order(), Sighting: sighting})
}

func (w *world) waive(t *rapid.T) {
	switch {
	case w.s.Order == nil:
	case w.s.Unit.Custody == "":
		w.vendorWaives(t)
	case rapid.IntRange(0, 3).Draw(t, "really") == 0:
		w.do(lifecycle.Waive{Command: w.by(w.here(t)), Order: w.s.Order.ID, Second: w.someStaff(t).Person,
			Cloud: rapid.SampledFrom(w.s.Model.Clouds).Draw(t, "cloud")})
	}
}

// vendorWaives is two of the vendor's people, late enough or too soon, who say
// all that is asked or less.
func (w *world) vendorWaives(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "hours")) * time.Hour)
	order, open := w.s.OpenOrder()
	if !open && rapid.Bool().Draw(t, "of before") && w.s.Order != nil {
		order = *w.s.Order
	}
	w.do(lifecycle.Waive{Command: w.by(vito()), Order: order.ID, Second: w.someStaff(t).Person,
		Cloud:   rapid.SampledFrom(w.s.Model.Clouds).Draw(t, "cloud"),
		Reason:  rapid.SampledFrom(append(lifecycle.WaiveReasons(), "because")).Draw(t, "why"),
		Answers: rapid.IntRange(0, 3).Draw(t, "it answers") == 0})
}
