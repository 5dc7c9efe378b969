package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// late is a sale that a till reports long after it happened.
func (y *story) late(ago time.Duration) lifecycle.Sell {
	sell := y.sells(cleo())
	sell.SoldAt = sell.At.Add(-ago)
	return sell
}

func TestANightlyFileIsAccepted(t *testing.T) {
	t.Parallel()
	y := stocked(t).wait(24 * time.Hour)
	change := y.do(y.late(10 * time.Hour))
	if len(change.Flags) != 0 {
		t.Errorf("flags %+v, want none: it would not have been refused", change.Flags)
	}
	if got := y.s.Unit.SoldAt; !got.Equal(y.now.Add(-10 * time.Hour)) {
		t.Errorf("sold at %v, want when the till says", got)
	}
	if !change.Sale.RecordedAt.Equal(y.now) {
		t.Errorf("recorded at %v, want now", change.Sale.RecordedAt)
	}
}

// A sale of yesterday is judged by yesterday's probes.
func TestALateSaleIsJudgedByItsOwnDay(t *testing.T) {
	t.Parallel()
	y := certified(t).hand(tess(), cleo()).wait(72 * time.Hour)
	if change := y.do(y.late(71 * time.Hour)); len(change.Flags) != 0 {
		t.Errorf("flags %+v, want none: the probes were fresh then", change.Flags)
	}
}

func TestALateSaleThatWouldHaveBeenRefusedIsFlagged(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story func(*testing.T) *story
		ago   time.Duration
		want  string
	}{
		"stale probes": {func(t *testing.T) *story { return certified(t, oneCloud).hand(tess(), cleo()).wait(72 * time.Hour) },
			10 * time.Hour, "sell.not-probed"},
		"before it was certified": {func(t *testing.T) *story { return certified(t, oneCloud).hand(tess(), cleo()).wait(time.Hour) },
			2 * time.Hour, "sell.before-certified"},
		"on its way": {func(t *testing.T) *story {
			y := stocked(t)
			y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
			return y
		}, lifecycle.AfterTheFact, "sell.in-transit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			change := y.do(y.late(c.ago))
			if len(change.Flags) != 1 {
				t.Fatalf("flags %+v, want one", change.Flags)
			}
			flag := change.Flags[0]
			if flag.Kind != lifecycle.FlagSaleAfterTheFact || flag.Evidence["reasons"] != c.want || flag.Org != orgShop || flag.State != lifecycle.FlagOpen {
				t.Errorf("flag %+v, want sale-after-the-fact for %s, to the shop", flag, c.want)
			}
			y.state(lifecycle.StateSold)
		})
	}
}

// Nobody slips past the guard by a past date where the state or a hold says no.
func TestALateSaleIsRefusedForStateAndHold(t *testing.T) {
	t.Parallel()
	y := returned(t)
	if got := y.refused(y.late(time.Hour)); !slices.Equal(got, []string{"sell.returned"}) {
		t.Errorf("returned: %q", got)
	}
	y = certified(t, oneCloud).hand(tess(), cleo()).wait(72 * time.Hour)
	y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldStolen}}
	if got := y.refused(y.late(time.Hour)); !slices.Equal(got, []string{"hold.keep", "sell.not-probed"}) {
		t.Errorf("held: %q, want the hold and what else stands against it", got)
	}
}

func TestAlmostNowIsNotLate(t *testing.T) {
	t.Parallel()
	y := certified(t, oneCloud).hand(tess(), cleo()).wait(25 * time.Hour)
	if got := y.refused(y.late(lifecycle.AfterTheFact - time.Second)); !slices.Equal(got, []string{"sell.not-probed"}) {
		t.Errorf("refused with %q, want sell.not-probed", got)
	}
	if got := y.refused(y.late(-time.Second)); !slices.Contains(got, "sell.future") {
		t.Errorf("refused with %q, want sell.future", got)
	}
}

// A till that dates the sale before the return would hide the unit from the
// sweep: resold is what was sold after a return.
func TestALateSaleStaysWatched(t *testing.T) {
	t.Parallel()
	y := certified(t).hand(tess(), cleo())
	y.do(y.late(30 * 24 * time.Hour))
	if !y.s.Unit.Watched(y.now) {
		t.Error("not watched, although it was resold")
	}
	if got := y.s.Sale.SoldAt; !got.Equal(y.now.Add(-30 * 24 * time.Hour)) {
		t.Errorf("the sale says %v, want what the till said", got)
	}
}

// What was sold on its way has arrived; its recipient cannot receive it any
// more, now or when it comes back one day.
func TestALateSaleEndsTheShipment(t *testing.T) {
	t.Parallel()
	y := stocked(t)
	y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
	y.do(y.late(time.Hour))
	y.takeBack(cleo())
	y.fails(lifecycle.Receive{Command: y.by(tess()), Shipment: "shp_1"}, lifecycle.ErrNotFound)
}
