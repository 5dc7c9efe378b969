package lifecycle_test

import (
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestReopen(t *testing.T) {
	t.Parallel()
	for _, way := range []func(*testing.T) *story{
		func(t *testing.T) *story { return resetDone(t) },
		func(t *testing.T) *story { return certified(t) },
	} {
		for _, who := range []lifecycle.Actor{worker(), vala()} {
			y := way(t)
			epoch, ret := y.s.Unit.Epoch, y.s.Return.ID
			y.do(lifecycle.Reopen{Command: y.by(who), Order: "ord_again", Cause: "doubt"})
			y.state(lifecycle.StateReturned)
			order, ok := y.s.OpenOrder()
			if !ok || order.ID != "ord_again" || order.Epoch != epoch+1 || order.Return != ret || order.AllDone() {
				t.Errorf("order %+v, want a new one of the same return with everything to do", order)
			}
			if _, ok := y.s.CurrentCertificate(); ok {
				t.Error("the old certificate stands")
			}
			// What proved the last reset is history: the bench knows that credential.
			y.do(y.hears(lifecycle.ResetHard, secret("bench")))
			if y.task("unit.factory-reset").Done() {
				t.Error("the credential of the last reset proves the next one")
			}
		}
	}
	y := certified(t)
	y.fails(lifecycle.Reopen{Command: y.by(carl())}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Reopen{Command: y.by(ana())}, lifecycle.ErrNotFound)
	y = bound(t)
	if got := y.refused(lifecycle.Reopen{Command: y.by(worker())}); !slices.Equal(got, []string{"reopen.bound"}) {
		t.Errorf("bound: %q", got)
	}
}

func TestAUnitIsCertifiedAgainAfterReopen(t *testing.T) {
	t.Parallel()
	y := certified(t)
	y.do(lifecycle.Reopen{Command: y.by(worker()), Order: y.order(), Cause: "doubt"})
	y.reset("bench-2").certify().hand(tess(), cleo()).sell(cleo())
	y.state(lifecycle.StateSold)
}

func (y *story) retires(who lifecycle.Actor, second lifecycle.PersonID) lifecycle.Retire {
	return lifecycle.Retire{Command: y.by(who), Order: y.order(), Second: second, SecondScan: key()}
}

func TestRetire(t *testing.T) {
	t.Parallel()
	y := resetDone(t)
	other := y.retires(tess(), tess().Person)
	other.SecondScan.Serial = "DC-0002"
	if got := y.refused(other); !slices.Equal(got, []string{"retire.two-people", "retire.second-scan"}) {
		t.Errorf("one person, another unit: %q", got)
	}
	machine := till()
	machine.Org = orgWarehouse
	if got := y.refused(y.retires(machine, tim().Person)); !slices.Equal(got, []string{"retire.two-people"}) {
		t.Errorf("a machine: %q", got)
	}
	y.fails(y.retires(cleo(), carl().Person), lifecycle.ErrNotFound)
	y.fails(y.retires(ana(), ben().Person), lifecycle.ErrNotFound)
	folded := y.retires(tess(), tim().Person)
	folded.SecondScan.Serial = "dc-0001"
	y.do(folded)
	y.state(lifecycle.StateRetired)
	if !y.s.Unit.RetiredAt.Equal(y.now) || y.s.Unit.Verifier != "" {
		t.Errorf("unit %+v, want retired now, without a credential", y.s.Unit)
	}
	if y.s.Order.State != lifecycle.OrderDone {
		t.Errorf("order %s, want it as it was", y.s.Order.State)
	}
}

// The clouds of a unit that is destroyed in the middle of its reset are cut
// all the same.
func TestRetireGoesOnCutting(t *testing.T) {
	t.Parallel()
	y := benched(t)
	blind := y.retires(tess(), tim().Person)
	blind.Order = ""
	y.fails(blind, lifecycle.ErrInvalid)
	y.do(y.retires(tess(), tim().Person))
	order, ok := y.s.OpenOrder()
	if !ok || order.Kind != lifecycle.OrderCut {
		t.Fatalf("order %+v, want an open cut order", order)
	}
	y.work()
	if got := y.s.Order.State; got != lifecycle.OrderDone {
		t.Errorf("order %s, want done", got)
	}
}
