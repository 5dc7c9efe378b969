package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) sells(clerk lifecycle.Actor) lifecycle.Sell {
	return lifecycle.Sell{Command: y.by(clerk), ID: lifecycle.SaleID(y.id("sal"))}
}

func TestSell(t *testing.T) {
	t.Parallel()
	for _, story := range []func(*testing.T) *story{
		func(t *testing.T) *story { return stocked(t) },
		func(t *testing.T) *story { return certified(t).hand(tess(), cleo()) },
	} {
		y := story(t)
		before := y.s.Unit
		change := y.do(y.sells(cleo()))
		if y.s.Unit.State != lifecycle.StateSold || y.s.Unit.Custody != "" || y.s.Unit.Prior != before.State {
			t.Errorf("unit %+v, want it sold and the customer's", y.s.Unit)
		}
		if y.s.Unit.Epoch != before.Epoch+1 || change.Sale.Epoch != y.s.Unit.Epoch || y.s.Unit.Verifier != "" {
			t.Errorf("epoch %d after %d, verifier %q; want the next epoch and no credential", y.s.Unit.Epoch, before.Epoch, y.s.Unit.Verifier)
		}
		if change.Sale.Org != orgShop || change.Sale.Clerk != cleo().Person || !change.Sale.SoldAt.Equal(y.now) || len(change.Flags) != 0 {
			t.Errorf("sale %+v, flags %v", change.Sale, change.Flags)
		}
	}
}

func TestATillSells(t *testing.T) {
	t.Parallel()
	y := stocked(t)
	if got := y.do(y.sells(till())).Sale; got.Machine != "tok_till" || got.Clerk != cleo().Person {
		t.Errorf("sale %+v, want the till and for whom it acts", got)
	}
}

// Never-bound stock sells on our rows alone, whatever the clouds' probes are.
func TestStockSellsWithoutAnyCloud(t *testing.T) {
	t.Parallel()
	y := stocked(t).wait(365 * 24 * time.Hour)
	y.do(y.sells(cleo()))
}

func TestSellRefusesWithEveryReason(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story func(*testing.T) *story
		want  []string
	}{
		"three at once: held, stale, claimed": {func(t *testing.T) *story {
			y := certified(t, oneCloud).hand(tess(), cleo()).wait(25 * time.Hour)
			y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldRecall}}
			y.s.Unit.Claim = ana().Person
			return y
		}, []string{"hold.recall", "sell.not-probed", "sell.claimed"}},
		"two holds, wrong state": {func(t *testing.T) *story {
			y := returned(t)
			y.s.Holds = []lifecycle.Hold{{ID: "h1", Kind: lifecycle.HoldStolen}, {ID: "h2", Kind: lifecycle.HoldContest}}
			return y
		}, []string{"sell.returned", "hold.keep", "hold.contest"}},
		"both clouds never asked": {func(t *testing.T) *story {
			y := certified(t).hand(tess(), cleo())
			y.s.Probes = nil
			return y
		}, []string{"sell.not-probed", "sell.not-probed"}},
		"asked before the return only": {func(t *testing.T) *story {
			y := certified(t, oneCloud).hand(tess(), cleo())
			y.s.Probes[0].At = y.s.Unit.ReturnedAt.Add(-time.Minute)
			return y
		}, []string{"sell.not-probed"}},
		"a cloud still has somebody": {func(t *testing.T) *story {
			y := certified(t, oneCloud).hand(tess(), cleo())
			command := y.by(worker())
			y.do(lifecycle.Progress{Command: command, Probe: &lifecycle.Probe{Cloud: "builtin", At: command.At}})
			return y
		}, []string{"sell.still-bound"}},
		"no certificate of this epoch": {func(t *testing.T) *story {
			y := certified(t).hand(tess(), cleo())
			y.s.Certificate.Epoch, y.s.Certificate.ContinuedTo = 1, 1
			return y
		}, []string{"sell.no-certificate"}},
		"no certificate at all": {func(t *testing.T) *story {
			y := certified(t).hand(tess(), cleo())
			y.s.Certificate = nil
			return y
		}, []string{"sell.no-certificate"}},
		"a live binding": {func(t *testing.T) *story {
			y := stocked(t)
			y.s.Bindings = []lifecycle.Binding{{ID: "b", Kind: lifecycle.BindingPartner, State: lifecycle.BindingLive, Epoch: y.s.Unit.Epoch}}
			return y
		}, []string{"sell.bound"}},
		"unconfirmed serial": {func(t *testing.T) *story {
			y := certified(t).hand(tess(), cleo())
			y.s.Unit.Unconfirmed = true
			return y
		}, []string{"sell.unconfirmed"}},
		"on its way": {func(t *testing.T) *story {
			y := stocked(t)
			y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
			return y
		}, []string{"sell.in-transit"}},
		"stock that a cloud knows": {func(t *testing.T) *story {
			y := stocked(t)
			y.do(y.seen("acme", "x", time.Time{}))
			return y
		}, []string{"sell.still-bound"}},
		"sold already": {func(t *testing.T) *story { return sold(t) }, []string{"sell.sold"}},
		"bound":        {func(t *testing.T) *story { return bound(t) }, []string{"sell.bound"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			if got := y.refused(y.sells(cleo())); !slices.Equal(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

// A sighting that a later inventory no longer had does not stop a till.
func TestStockSellsAgainOnceTheCloudForgot(t *testing.T) {
	t.Parallel()
	y := stocked(t)
	y.do(y.seen("acme", "x", time.Time{}))
	gone := y.s.Sightings[0]
	gone.GoneAt = y.now
	y.do(lifecycle.Progress{Command: y.by(worker()), Sightings: []lifecycle.Sighting{gone}})
	y.do(y.sells(cleo()))
}

func TestAnotherOrganisationsUnitIsNotFoundAtATill(t *testing.T) {
	t.Parallel()
	for _, state := range lifecycle.States() {
		y := in(t, state)
		if y.s.Unit.Custody != "" {
			y.fails(y.sells(carl()), lifecycle.ErrNotFound)
		}
		y.fails(y.sells(ana()), lifecycle.ErrNotFound)
	}
}

func TestProbeFreshIsConfigurable(t *testing.T) {
	t.Parallel()
	y := certified(t, oneCloud).hand(tess(), cleo())
	sell := y.sells(cleo())
	sell.ProbeFresh = time.Minute
	if got := y.refused(sell); !slices.Equal(got, []string{"sell.not-probed"}) {
		t.Errorf("refused with %q, want sell.not-probed", got)
	}
	sell.ProbeFresh = time.Hour
	y.do(sell)
}

// A cloud that two people gave up is never probed again; the certificate says
// so, and the till asks the others.
func TestAWaivedCloudDoesNotStopASale(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(lifecycle.Waive{Command: y.by(tess()), Order: y.s.Order.ID, Cloud: "acme", Second: tim().Person})
	y.do(y.proven("builtin"))
	y.do(y.hears(lifecycle.ResetHard, secret("bench")))
	y.checks(tess()).prove().certify().hand(tess(), cleo())
	if got := y.s.AsOf(); !got.Equal(y.s.Probes[0].At) {
		t.Errorf("as of %v, want the probe of the other cloud", got)
	}
	y.wait(25 * time.Hour)
	if got := y.refused(y.sells(cleo())); !slices.Equal(got, []string{"sell.not-probed"}) {
		t.Errorf("refused with %q, want the other cloud's sell.not-probed", got)
	}
	command := y.by(worker())
	y.do(lifecycle.Progress{Command: command, Probe: &lifecycle.Probe{Cloud: "builtin", At: command.At, Dark: true}})
	y.do(y.sells(cleo()))
}
