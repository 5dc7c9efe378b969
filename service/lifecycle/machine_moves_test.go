package lifecycle_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

// moves is everything that anybody in the world can try. Most of it is refused
// most of the time, as it should be.
func (w *world) moves() map[string]func(*rapid.T) {
	moves := map[string]func(*rapid.T){
		"time passes": w.timePasses, "ship": w.ship, "receive": w.receive, "sell": w.sell, "undo the sale": w.undoSale,
		"camera speaks": w.speaks, "camera repeats": w.repeats, "camera tells an older one": w.older, "button": w.button, "replay": w.replayOld,
		"bind": w.bind, "ask first": w.asksFirst, "unbind": w.unbind, "offer": w.offer, "accept": w.accept,
		"return": w.takeBack, "vouch": w.vouch, "cancel": w.cancel, "clouds": w.clouds, "bench": w.bench, "prove": w.prove,
		"whole reset": w.wholeReset, "a good life": w.goodLife, "life goes on": w.goodLife, "and on": w.goodLife, "retire": w.retire, "hold": w.hold, "lift": w.lift,
		"contest": w.contest, "share": w.share, "join": w.join, "run out": w.runOut, "rule": w.rule, "a household": w.household, "an objection": w.objection, "a finder": w.finder, "cloud tells": w.cloudTells, "waive": w.waive, "ask again": w.askAgain, "delete": w.deletes,
	}
	moves["confirm"] = func(*rapid.T) { w.do(lifecycle.Confirm{Command: w.by(vera())}) }
	moves["steal"] = func(*rapid.T) { w.camera.holder = tom().Person }
	moves["certify"] = func(t *rapid.T) { w.certify(w.someStaff(t)) }
	moves["release"] = func(t *rapid.T) { w.do(lifecycle.Release{Command: w.by(w.theOwner(t)), Order: w.order()}) }
	moves["reopen"] = func(t *rapid.T) {
		w.do(lifecycle.Reopen{Command: w.by(w.here(t)), Order: w.order(), Cause: "doubt"})
	}
	return moves
}

func (w *world) someOwner(t *rapid.T) lifecycle.Actor {
	return rapid.SampledFrom([]lifecycle.Actor{ana(), ben(), tom()}).Draw(t, "owner")
}

// theOwner is who owns it, mostly.
func (w *world) theOwner(t *rapid.T) lifecycle.Actor {
	if is, ok := w.s.Owner(); ok && rapid.IntRange(0, 4).Draw(t, "somebody else") > 0 {
		return owner(is.Account)
	}
	return w.someOwner(t)
}

func (w *world) someStaff(t *rapid.T) lifecycle.Actor {
	return rapid.SampledFrom([]lifecycle.Actor{cleo(), carl(), tess(), tim(), vala(), vera()}).Draw(t, "staff")
}

// here is somebody of the organisation that has the unit: mostly who can do it.
func (w *world) here(t *rapid.T) lifecycle.Actor {
	if rapid.IntRange(0, 9).Draw(t, "wrong person") == 0 {
		return w.someStaff(t)
	}
	switch w.s.Unit.Custody {
	case orgVendor:
		return vera()
	case orgOtherShop:
		return carl()
	case orgWarehouse:
		return tess()
	}
	return cleo()
}

func (w *world) timePasses(t *rapid.T) {
	w.now = w.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 25 * time.Hour, 15 * 24 * time.Hour}).Draw(t, "for"))
}

func (w *world) ship(t *rapid.T) {
	to := rapid.SampledFrom([]lifecycle.OrgID{orgVendor, orgShop, orgOtherShop, orgWarehouse}).Draw(t, "to")
	w.do(lifecycle.Ship{Command: w.by(w.here(t)), ID: lifecycle.ShipmentID(w.id("shp")), To: to})
}

func (w *world) receive(t *rapid.T) { w.do(lifecycle.Receive{Command: w.by(w.someStaff(t))}) }

func (w *world) sell(t *rapid.T) {
	sale := lifecycle.Sell{Command: w.by(w.here(t)), ID: lifecycle.SaleID(w.id("sal")), ReceiptHash: w.id("receipt")}
	if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
		sale.SoldAt = w.now.Add(-time.Duration(rapid.IntRange(1, 100).Draw(t, "hours ago")) * time.Hour)
	}
	if w.do(sale) {
		w.camera.holder = w.someOwner(t).Person
	}
}

func (w *world) undoSale(t *rapid.T) {
	if w.s.Sale != nil && rapid.Bool().Draw(t, "void") {
		clerk := cleo()
		clerk.Org = w.s.Sale.Org
		w.do(lifecycle.Void{Command: w.by(clerk), Sale: w.s.Sale.ID})
		return
	}
	w.do(lifecycle.ReturnSealed{Command: w.by(w.someStaff(t)), SealAttested: true})
}

// speaks is an honest contact: a camera that finds itself in a new epoch makes
// a new credential first.
func (w *world) speaks(t *rapid.T) {
	present, ok := w.camera.secretNow()
	if !ok || present.epoch != w.s.Unit.Epoch || rapid.IntRange(0, 3).Draw(t, "renews") == 0 {
		w.makeSecret()
	}
	w.hears(lifecycle.ResetNone, rapid.SampledFrom([]string{"", "presence"}).Draw(t, "presence"))
	if rapid.IntRange(0, 3).Draw(t, "looks over the shoulder") == 0 {
		present, _ := w.camera.secretNow()
		present.known[tom().Person] = true
	}
}

// repeats is a camera that does not renew its credential, whatever happened.
// One that never told us of it we cannot catch, so that is no move.
func (w *world) repeats(t *rapid.T) {
	present, ok := w.camera.secretNow()
	if !ok || present.told.IsZero() {
		return
	}
	w.hears(rapid.SampledFrom([]lifecycle.ResetKind{lifecycle.ResetNone, lifecycle.ResetHard}).Draw(t, "kind"), "")
	for _, who := range []lifecycle.Actor{ana(), ben(), tom()} { // whoever knows it tries it
		if present.known[who.Person] && present.epoch != w.s.Unit.Epoch {
			w.do(lifecycle.Bind{Command: w.by(who), ID: lifecycle.BindingID(w.id("bnd")), ProofHash: present.hash})
		}
	}
}

// older is a camera, or a copy of it, that tells a credential of before the
// present one; and whoever has known it since then tries it.
func (w *world) older(t *rapid.T) {
	var told []int
	for i := range w.camera.secrets {
		if !w.camera.secrets[i].told.IsZero() {
			told = append(told, i)
		}
	}
	if len(told) < 2 {
		return
	}
	made := &w.camera.secrets[rapid.SampledFrom(told[:len(told)-1]).Draw(t, "which")]
	if is, owned := w.s.Owner(); owned && rapid.Bool().Draw(t, "after an offer") {
		w.do(lifecycle.MakeOffer{Command: w.by(owner(is.Account)), ID: lifecycle.OfferID(w.id("ofr"))})
	}
	w.tells(made, rapid.SampledFrom([]lifecycle.ResetKind{lifecycle.ResetNone, lifecycle.ResetNone, lifecycle.ResetHard}).Draw(t, "kind"), "")
	for _, who := range []lifecycle.Actor{ana(), ben(), tom()} {
		if !made.known[who.Person] {
			continue
		}
		w.do(lifecycle.Bind{Command: w.by(who), ID: lifecycle.BindingID(w.id("bnd")), ProofHash: made.hash})
		if n := len(w.s.Offers); n > 0 {
			w.do(lifecycle.Transfer{Command: w.by(who), Offer: w.s.Offers[n-1].ID, Binding: lifecycle.BindingID(w.id("bnd")),
				Order: w.order(), ProofHash: made.hash})
		}
	}
}

func (w *world) button(t *rapid.T) {
	w.makeSecret()
	w.hears(lifecycle.ResetHard, rapid.SampledFrom([]string{"", "presence"}).Draw(t, "presence"))
}

// replayOld sends what was right once: reports and results of before.
func (w *world) replayOld(t *rapid.T) {
	w.do(lifecycle.Heard{Command: w.by(camera()), Order: w.order(), Report: lifecycle.Report{At: w.now, Kind: lifecycle.ResetHard,
		Epoch: w.s.Unit.Epoch - lifecycle.Epoch(rapid.IntRange(1, 3).Draw(t, "epochs ago")), Verifier: secret("replayed"), Presence: "presence"}})
	w.do(lifecycle.Progress{Command: w.by(worker()), Order: "ord_1"})
}

// bind tries with what they know best, with what they know from before, or
// with a guess.
func (w *world) bind(t *rapid.T) {
	who := w.someOwner(t)
	known := []string{secret("guess"), secret("printed")}
	for _, made := range w.camera.secrets {
		if made.known[who.Person] {
			known = append(known, made.hash)
		}
	}
	hash := known[len(known)-1]
	if rapid.IntRange(0, 2).Draw(t, "tries another") == 0 {
		hash = rapid.SampledFrom(known).Draw(t, "secret")
	}
	w.do(lifecycle.Bind{Command: w.by(who), ID: lifecycle.BindingID(w.id("bnd")), AccountHash: "hash-" + string(who.Person), ProofHash: hash})
}

// asksFirst binds by a secret that the camera has made and not told yet.
func (w *world) asksFirst(t *rapid.T) {
	w.makeSecret()
	present, _ := w.camera.secretNow()
	who := w.someOwner(t)
	present.known[who.Person] = true
	w.do(lifecycle.Bind{Command: w.by(who), ID: lifecycle.BindingID(w.id("bnd")), ProofHash: present.hash})
	if rapid.IntRange(0, 2).Draw(t, "then it speaks") > 0 {
		w.hears(lifecycle.ResetNone, "")
	}
}

func (w *world) unbind(t *rapid.T) {
	if n := len(w.s.Bindings); n > 0 {
		w.do(lifecycle.Unbind{Command: w.by(w.someOwner(t)), Binding: w.s.Bindings[n-1].ID})
	}
}

func (w *world) offer(t *rapid.T) {
	to := rapid.SampledFrom([]lifecycle.PersonID{"", ana().Person, ben().Person, tom().Person}).Draw(t, "to")
	w.do(lifecycle.MakeOffer{Command: w.by(w.theOwner(t)), ID: lifecycle.OfferID(w.id("ofr")), To: to})
}

func (w *world) accept(t *rapid.T) {
	if len(w.s.Offers) == 0 {
		return
	}
	last := w.s.Offers[len(w.s.Offers)-1]
	who, offer := w.someOwner(t), last.ID
	if last.To != "" && rapid.Bool().Draw(t, "whom it was offered") {
		who = owner(last.To)
	}
	if rapid.IntRange(0, 4).Draw(t, "declines") == 0 {
		w.do(lifecycle.Decline{Command: w.by(who), Offer: offer})
		return
	}
	present, ok := w.camera.secretNow()
	if !ok {
		return
	}
	if rapid.IntRange(0, 2).Draw(t, "has it in hand") > 0 {
		present.known[who.Person] = true
	}
	hash := secret("guess")
	if present.known[who.Person] {
		hash = present.hash
	}
	if w.do(lifecycle.Transfer{Command: w.by(who), Offer: offer, Binding: lifecycle.BindingID(w.id("bnd")), Order: w.order(), ProofHash: hash}) {
		w.camera.holder = who.Person
	}
}

func (w *world) takeBack(t *rapid.T) {
	clerk := rapid.SampledFrom([]lifecycle.Actor{cleo(), carl(), tess(), rita()}).Draw(t, "clerk")
	if rapid.IntRange(0, 2).Draw(t, "out of stock") == 0 && w.s.Unit.Custody != "" {
		clerk = w.here(t)
		clerk.Roles = append(slices.Clone(clerk.Roles), lifecycle.RoleTechnician)
	}
	command := lifecycle.TakeBack{Command: w.by(clerk), Return: lifecycle.ReturnID(w.id("ret")), Order: w.order(),
		Condition: rapid.SampledFrom(lifecycle.Conditions()).Draw(t, "condition"), Reason: "other", PresenceHash: "presence"}
	if w.s.Sale != nil && rapid.Bool().Draw(t, "receipt") {
		command.ReceiptHash = w.s.Sale.ReceiptHash
	}
	if rapid.IntRange(0, 4).Draw(t, "queued") == 0 {
		command.ScannedAt = w.now.Add(-time.Duration(rapid.IntRange(0, 80).Draw(t, "hours")) * time.Hour)
	}
	w.do(command)
}

func (w *world) vouch(t *rapid.T) {
	if w.s.Sale != nil {
		w.do(lifecycle.Vouch{Command: w.by(w.here(t)), ReceiptHash: w.s.Sale.ReceiptHash})
	}
}

func (w *world) cancel(t *rapid.T) {
	if w.s.Return == nil {
		return
	}
	who := w.here(t)
	command := lifecycle.Cancel{Return: w.s.Return.ID, Order: w.order(), UnitPresent: true}
	if present, ok := w.camera.secretNow(); ok && rapid.Bool().Draw(t, "by its owner") {
		who, command.ProofHash = w.someOwner(t), present.hash
	}
	command.Command = w.by(who)
	w.do(command)
}

func (w *world) contest(t *rapid.T) {
	who := w.someOwner(t)
	if w.s.Return != nil && w.s.Return.FormerOwner != "" && rapid.Bool().Draw(t, "who lost it") {
		who = owner(w.s.Return.FormerOwner)
	}
	if w.do(lifecycle.Contest{Command: w.by(who), ID: lifecycle.HoldID(w.id("hld"))}) && rapid.Bool().Draw(t, "in vain") {
		w.lift(t)
	}
}

func (w *world) hold(t *rapid.T) {
	who := w.someStaff(t)
	if rapid.Bool().Draw(t, "by an owner") {
		who = w.someOwner(t)
	}
	kind := rapid.SampledFrom(lifecycle.HoldKinds()).Draw(t, "kind")
	switch rapid.IntRange(0, 3).Draw(t, "who can") {
	case 0:
		if who = w.here(t); w.s.Unit.Custody == "" {
			who = vera()
		}
	case 1:
		who, kind = w.theOwner(t), lifecycle.HoldStolen
	}
	held := w.do(lifecycle.PlaceHold{Command: w.by(who), ID: lifecycle.HoldID(w.id("hld")), Kind: kind})
	if held && rapid.Bool().Draw(t, "thinks better of it") {
		w.lift(t)
	}
}

func (w *world) lift(t *rapid.T) {
	for _, hold := range w.s.StandingHolds() {
		for _, who := range slices.Concat([]lifecycle.Actor{w.someOwner(t)}, []lifecycle.Actor{cleo(), cora(), carl(), cody(), tess(), tim(), vera(), vito()}) {
			w.do(lifecycle.LiftHold{Command: w.by(who), Hold: hold.ID})
		}
	}
}
