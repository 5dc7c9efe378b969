package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// TestStandingOf: what one certificate is worth, whatever became of its unit.
func TestStandingOf(t *testing.T) {
	t.Parallel()
	onShelf := func(t *testing.T) *story { return certified(t).hand(tess(), cleo()) }
	withBuyer := func(t *testing.T) *story { return resold(t).wait(time.Hour) }
	held := func(y *story) { y.s.Holds = []lifecycle.Hold{{ID: "hld_x", Kind: lifecycle.HoldLegal}} }
	lets := func(y *story) { y.wait(time.Hour).do(lifecycle.Release{Command: y.by(ben()), Order: y.order()}) }
	cases := map[string]struct {
		story func(*testing.T) *story
		then  func(*story)
		want  lifecycle.Standing
	}{
		"on the shelf":        {onShelf, func(*story) {}, lifecycle.StandsForSale},
		"held on the shelf":   {onShelf, held, lifecycle.StandsHeld},
		"a cloud not asked":   {onShelf, func(y *story) { y.s.Probes = nil }, lifecycle.StandsUnproven},
		"a cloud not dark":    {onShelf, func(y *story) { y.s.Probes[0].Dark = false }, lifecycle.StandsUnproven},
		"asked before return": {onShelf, func(y *story) { y.s.Probes[0].At = y.s.Unit.ReturnedAt.Add(-time.Second) }, lifecycle.StandsUnproven},
		"a cloud given up": {onShelf, func(y *story) {
			y.s.Certificate.Waived = []string{lifecycle.TaskID(y.s.Probes[0].Cloud, lifecycle.VerbProbe)}
			y.s.Probes = y.s.Probes[1:]
		}, lifecycle.StandsForSale},
		"certified at another epoch": {onShelf, func(y *story) { y.s.Unit.Epoch++ }, lifecycle.StandsPast},
		"reopened":                   {onShelf, func(y *story) { y.do(lifecycle.Reopen{Command: y.by(cleo()), Order: y.order()}) }, lifecycle.StandsWithdrawn},
		"retired": {onShelf, func(y *story) {
			y.do(lifecycle.Retire{Command: y.by(cleo()), Second: cora().Person, SecondScan: key()})
		}, lifecycle.StandsRetired},

		"sold": {withBuyer, func(*story) {}, lifecycle.StandsSold},
		"sold, and reset by its buyer": {withBuyer, func(y *story) {
			y.do(y.hears(lifecycle.ResetHard, secret("buyer")))
		}, lifecycle.StandsSold},
		"sold, and held": {withBuyer, held, lifecycle.StandsHeld},
		"sold, and a cloud knows somebody of before": {withBuyer, func(y *story) {
			y.do(y.seen("builtin", "old", y.s.Unit.ReturnedAt.Add(-time.Hour)))
		}, lifecycle.StandsSeen},
		"sold, and bound in another cloud": {withBuyer, func(y *story) {
			y.do(y.seen("acme", "new", y.now))
		}, lifecycle.StandsBound},
		"sold again, and the sale was void": {withBuyer, func(y *story) { y.s.Sale.VoidedAt = y.now }, lifecycle.StandsPast},
		"sold as new":                       {withBuyer, func(y *story) { y.s.Sale.From = lifecycle.StateStock }, lifecycle.StandsPast},

		"bound by its buyer": {withBuyer, func(y *story) { y.bind(ben(), "buyer") }, lifecycle.StandsBound},
		"bound, and held":    {withBuyer, func(y *story) { held(y.bind(ben(), "buyer")) }, lifecycle.StandsHeld},
		"reset and bound by its buyer": {withBuyer, func(y *story) {
			y.do(y.hears(lifecycle.ResetHard, secret("reset")))
			y.bind(ben(), "buyer")
		}, lifecycle.StandsBound},
		"reset after its buyer had bound it": {withBuyer, func(y *story) {
			y.bind(ben(), "buyer").wait(time.Hour).do(y.hears(lifecycle.ResetHard, secret("again")))
		}, lifecycle.StandsPast},
		"released by its buyer": {withBuyer, func(y *story) { lets(y.bind(ben(), "buyer")) }, lifecycle.StandsPast},
		"released, and bound by the next": {withBuyer, func(y *story) {
			lets(y.bind(ben(), "buyer"))
			y.wait(time.Hour).bind(ana(), "next")
		}, lifecycle.StandsPast},
		"handed over": {withBuyer, func(y *story) { y.s.Unit.EpochBy, y.s.Unit.Epoch = lifecycle.EventTransfer, y.s.Unit.Epoch+1 }, lifecycle.StandsPast},
		"taken back again": {withBuyer, func(y *story) {
			y.bind(ben(), "buyer").wait(time.Hour).takeBack(cleo())
		}, lifecycle.StandsPast},
		"a newer certificate": {onShelf, func(y *story) {
			newer := *y.s.Certificate
			newer.Code = "NEWER"
			y.s.Certificate = &newer
		}, lifecycle.StandsPast},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			issued := *y.s.Certificate
			c.then(y)
			if y.s.Certificate.Code == issued.Code {
				issued = *y.s.Certificate
			}
			if got := lifecycle.StandingOf(y.s, issued); got != c.want {
				t.Errorf("%s, want %s; the unit is %s at epoch %d by %s", got, c.want, y.s.Unit.State, y.s.Unit.Epoch, y.s.Unit.EpochBy)
			}
		})
	}
}

// TestClearIsWhatMayBeBought: no other standing reads as clear.
func TestClearIsWhatMayBeBought(t *testing.T) {
	t.Parallel()
	clear := []lifecycle.Standing{lifecycle.StandsForSale, lifecycle.StandsSold}
	for _, standing := range append(lifecycle.Standings(), "something new") {
		if got := standing.Verdict(); (got == lifecycle.VerdictClear) != slices.Contains(clear, standing) {
			t.Errorf("%s reads as %s", standing, got)
		}
	}
}
