package lifecycle_test

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// secret is the hash of a credential.
func secret(name string) string { return "sha256-of-" + name }

func (y *story) register() *story {
	y.do(lifecycle.Register{Command: y.by(vera()), ID: "unt_1", Key: key(), DeviceKey: []byte("ed25519 public key, 32 bytes ...")})
	return y
}

// hand moves the unit from one organisation to the next.
func (y *story) hand(from, to lifecycle.Actor) *story {
	id := lifecycle.ShipmentID(y.id("shp"))
	y.do(lifecycle.Ship{Command: y.by(from), ID: id, To: to.Org})
	y.do(lifecycle.Receive{Command: y.by(to), Shipment: id})
	return y
}

// stocked is a unit that lies in the shop, never sold.
func stocked(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return begin(t, change...).register().hand(vera(), cleo())
}

func (y *story) sell(clerk lifecycle.Actor) *story {
	y.do(lifecycle.Sell{Command: y.by(clerk), ID: lifecycle.SaleID(y.id("sal")), ReceiptHash: "receipt-" + y.id("r")})
	return y
}

// hears is a report of the unit at its present epoch.
func (y *story) hears(kind lifecycle.ResetKind, verifier string) lifecycle.Heard {
	command := y.by(camera())
	return lifecycle.Heard{Command: command, Order: y.order(), Report: lifecycle.Report{
		At: command.At, Epoch: y.s.Unit.Epoch, Kind: kind, Firmware: "2.3", Verifier: verifier,
		Network: "net-1", Digest: "digest",
	}}
}

// bind makes an owner by the credential that the unit has just reported.
func (y *story) bind(who lifecycle.Actor, credential string) *story {
	y.do(y.hears(lifecycle.ResetNone, secret(credential)))
	y.do(lifecycle.Bind{Command: y.by(who), ID: lifecycle.BindingID(y.id("bnd")),
		AccountHash: "hash-" + string(who.Person), ProofHash: secret(credential)})
	return y
}

func (y *story) takeBack(clerk lifecycle.Actor, change ...func(*lifecycle.TakeBack)) *story {
	command := lifecycle.TakeBack{Command: y.by(clerk), Return: lifecycle.ReturnID(y.id("ret")), Order: y.order(),
		Condition: "as-new", Reason: "changed-mind", PresenceHash: "presence"}
	if y.s.Sale != nil {
		command.ReceiptHash = y.s.Sale.ReceiptHash
	}
	for _, c := range change {
		c(&command)
	}
	y.do(command)
	return y
}

// withoutReceipt is a return by who merely holds the unit.
func withoutReceipt(c *lifecycle.TakeBack) { c.ReceiptHash = "" }

// work proves every task of the clouds.
func (y *story) work() *story {
	for _, cloud := range y.s.Model.Clouds {
		y.do(y.proven(cloud))
	}
	return y
}

// proven is what a worker reports of a cloud that did all that it was asked.
func (y *story) proven(cloud string) lifecycle.Progress {
	command := y.by(worker())
	progress := lifecycle.Progress{Command: command, Order: y.s.Order.ID,
		Probe: &lifecycle.Probe{Cloud: cloud, At: command.At, Dark: true}}
	for _, task := range y.s.Order.Tasks {
		if task.Cloud == cloud {
			task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", command.At
			progress.Tasks = append(progress.Tasks, task)
		}
	}
	return progress
}

// asked is a sweep's fresh look at every cloud of the model.
func (y *story) asked() *story {
	for _, cloud := range y.s.Model.Clouds {
		command := y.by(worker())
		y.do(lifecycle.Progress{Command: command, Probe: &lifecycle.Probe{Cloud: cloud, At: command.At, Dark: true}})
	}
	return y
}

func (y *story) attests(who lifecycle.Actor, check string, pass bool) lifecycle.Attest {
	return lifecycle.Attest{Command: y.by(who), Order: y.s.Order.ID, Check: check, Pass: pass}
}

// checks is the bench's hand work.
func (y *story) checks(technician lifecycle.Actor) *story {
	for _, check := range lifecycle.RequiredChecks(y.s.Model) {
		y.do(y.attests(technician, check, true))
	}
	return y
}

func (y *story) prove() *story {
	y.do(lifecycle.Prove{Command: y.by(worker()), Order: y.s.Order.ID})
	return y
}

// reset proves everything that a returned unit needs.
func (y *story) reset(credential string) *story {
	y.work()
	y.do(y.hears(lifecycle.ResetHard, secret(credential)))
	return y.checks(tess()).prove()
}

func signed(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil }

func (y *story) certifies(validator lifecycle.Actor) lifecycle.Certify {
	return lifecycle.Certify{Command: y.by(validator), Code: lifecycle.CertificateCode(y.id("CERT")), Sign: signed}
}

func (y *story) certify() *story {
	y.do(y.certifies(vala()))
	return y
}

// The ways to every state, each the shortest that can be.

func sold(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return stocked(t, change...).sell(cleo())
}

func bound(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return sold(t, change...).bind(ana(), "first")
}

func returned(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return bound(t, change...).takeBack(cleo())
}

// benched is a returned unit that has come to the warehouse.
func benched(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return returned(t, change...).hand(cleo(), tess())
}

func resetDone(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return benched(t, change...).reset("bench")
}

func certified(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return resetDone(t, change...).certify()
}

// resold is a certified unit that the shop has sold again.
func resold(t testing.TB, change ...func(*lifecycle.Model)) *story {
	return certified(t, change...).hand(tess(), cleo()).sell(cleo())
}

func retired(t *testing.T) *story {
	y := resetDone(t)
	y.do(lifecycle.Retire{Command: y.by(tess()), Second: tim().Person, SecondScan: key()})
	return y
}

// in gives the story of a unit in the state.
func in(t *testing.T, state lifecycle.State) *story {
	t.Helper()
	ways := map[lifecycle.State]func(*testing.T) *story{
		lifecycle.StateStock:     func(t *testing.T) *story { return stocked(t) },
		lifecycle.StateSold:      func(t *testing.T) *story { return sold(t) },
		lifecycle.StateBound:     func(t *testing.T) *story { return bound(t) },
		lifecycle.StateReturned:  func(t *testing.T) *story { return benched(t) },
		lifecycle.StateReset:     func(t *testing.T) *story { return resetDone(t) },
		lifecycle.StateCertified: func(t *testing.T) *story { return certified(t) },
		lifecycle.StateRetired:   retired,
	}
	way, ok := ways[state]
	if !ok {
		t.Fatalf("no way to state %q", state)
	}
	y := way(t)
	y.state(state)
	return y
}

func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	y := resold(t).bind(ben(), "second")
	y.state(lifecycle.StateBound)
	if got, ok := y.s.Owner(); !ok || got.Account != ben().Person {
		t.Errorf("owner %+v, want %s", got, ben().Person)
	}
	if got, want := y.s.Unit.Epoch, lifecycle.Epoch(4); got != want {
		t.Errorf("epoch %d, want %d: sale, return, sale", got, want)
	}
	if y.s.Unit.Custody != "" {
		t.Errorf("custody %q, want the customer", y.s.Unit.Custody)
	}
	if got := y.s.Unit.Watched(y.now.Add(time.Hour)); !got {
		t.Error("a resold unit is not watched")
	}
}
