package lifecycle_test

import (
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

func (y *story) cancels(who lifecycle.Actor) lifecycle.Cancel {
	return lifecycle.Cancel{Command: y.by(who), Return: y.s.Return.ID, Order: y.order()}
}

func TestADeskCancelsWithTheUnitPresent(t *testing.T) {
	t.Parallel()
	y := returned(t)
	cancel := y.cancels(cleo())
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.unit-absent"}) {
		t.Errorf("absent: %q", got)
	}
	cancel.UnitPresent = true
	epoch := y.s.Unit.Epoch
	y.do(cancel)
	y.state(lifecycle.StateSold)
	if y.s.Unit.Epoch != epoch+1 || y.s.Unit.Custody != "" || !y.s.Return.CancelledAt.Equal(y.now) {
		t.Errorf("unit %+v, return %+v; want the next epoch, the customer's", y.s.Unit, y.s.Return)
	}
	if got := y.s.LiveBindings(); len(got) != 0 {
		t.Errorf("live again: %+v; a cancel revives nothing", got)
	}
	y.fails(lifecycle.Progress{Command: y.by(worker()), Order: "ord_reset"}, lifecycle.ErrStale)
	y.bind(ana(), "after") // by one tap, with a fresh credential
}

// The reset order would have cut the clouds; it is superseded, so another must.
func TestACancelLeavesNoCloudUncut(t *testing.T) {
	t.Parallel()
	y := returned(t)
	old := y.s.Order.ID
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	change := y.do(cancel)
	order, ok := y.s.OpenOrder()
	if !ok || order.Kind != lifecycle.OrderCut || !order.Before.Equal(y.now) || len(order.Tasks) == 0 {
		t.Errorf("order %+v, want an open cut order", order)
	}
	if change.Orders[0].ID != old || change.Orders[0].State != lifecycle.OrderSuperseded {
		t.Errorf("orders %+v, want the reset order superseded first", change.Orders)
	}
	y = returned(t)
	cancel = y.cancels(cleo())
	cancel.Order = ""
	y.fails(cancel, lifecycle.ErrInvalid)
}

func TestTheFencedOwnerCancelsFromHome(t *testing.T) {
	t.Parallel()
	y := returned(t)
	cancel := y.cancels(ana())
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.proof"}) {
		t.Errorf("without proof: %q", got)
	}
	cancel.ProofHash = secret("first")
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.proof"}) {
		t.Errorf("with the credential of before: %q", got)
	}
	// The unit calls, and says its old credential again: that proves nothing.
	y.do(y.hears(lifecycle.ResetNone, secret("first")))
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.proof"}) {
		t.Errorf("with the old credential told again: %q", got)
	}
	y.do(y.hears(lifecycle.ResetNone, secret("home")))
	cancel = y.cancels(ana())
	cancel.ProofHash = secret("home")
	y.do(cancel)
	y.state(lifecycle.StateSold)
	if y.s.Unit.Verifier != "" {
		t.Error("the credential outlived the advance")
	}
}

func TestWhoCannotCancel(t *testing.T) {
	t.Parallel()
	y := returned(t)
	for _, who := range []lifecycle.Actor{carl(), ben(), {}, worker()} {
		y.fails(y.cancels(who), lifecycle.ErrNotFound)
	}
	other := y.cancels(cleo())
	other.Return = "ret_other"
	y.fails(other, lifecycle.ErrNotFound)
	y.s.Return = nil
	y.fails(other, lifecycle.ErrNotFound)
}

func TestWhatCannotBeCancelled(t *testing.T) {
	t.Parallel()
	y := stocked(t)
	y.do(y.takes(rita()))
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.was-stock"}) {
		t.Errorf("from stock: %q", got)
	}
	y = resetDone(t)
	cancel = y.cancels(tess())
	cancel.UnitPresent = true
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.reset"}) {
		t.Errorf("reset: %q", got)
	}
	y = returned(t)
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_1"})
	cancel = y.cancels(cleo())
	cancel.UnitPresent = true
	if got := y.refused(cancel); !slices.Equal(got, []string{"hold.contest"}) {
		t.Errorf("contested: %q", got)
	}
}
