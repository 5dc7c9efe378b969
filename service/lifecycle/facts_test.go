package lifecycle_test

import (
	"testing"

	"quitclaim/service/lifecycle"
)

func lockedModel(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks }

// A hard reset of a bound unit ends the association, whatever the policy; under
// lock its owner keeps a claim.
func TestHardResetOfABoundUnit(t *testing.T) {
	t.Parallel()
	policies := map[lifecycle.ResetPolicy]lifecycle.PersonID{lifecycle.ResetReleases: "", lifecycle.ResetLocks: ana().Person}
	for policy, claim := range policies {
		y := bound(t, func(m *lifecycle.Model) { m.ResetPolicy = policy })
		epoch := y.s.Unit.Epoch
		y.do(y.hears(lifecycle.ResetHard, secret("reset")))
		y.state(lifecycle.StateSold)
		if len(y.s.LiveBindings()) != 0 || y.s.Unit.Epoch != epoch+1 {
			t.Errorf("%s: live %v at epoch %d, want nobody at %d", policy, y.s.LiveBindings(), y.s.Unit.Epoch, epoch+1)
		}
		if y.s.Unit.Claim != claim {
			t.Errorf("%s: claim %q, want %q", policy, y.s.Unit.Claim, claim)
		}
		if y.s.Unit.Verifier != "" {
			t.Errorf("%s: the credential made before the advance counts", policy)
		}
		if order, ok := y.s.OpenOrder(); !ok || order.Kind != lifecycle.OrderCut {
			t.Errorf("%s: order %+v, want an open cut order", policy, order)
		}
	}
}

// In every other state, by policy: where it leads, and whether the epoch moves.
func TestHardResetElsewhere(t *testing.T) {
	t.Parallel()
	cases := map[lifecycle.State]struct {
		to      lifecycle.State
		advance bool
		order   lifecycle.OrderKind // that a hard reset opens
	}{
		lifecycle.StateStock:     {lifecycle.StateStock, true, ""},
		lifecycle.StateSold:      {lifecycle.StateSold, true, ""},
		lifecycle.StateReturned:  {lifecycle.StateReturned, false, ""},
		lifecycle.StateReset:     {lifecycle.StateReturned, true, lifecycle.OrderReset},
		lifecycle.StateCertified: {lifecycle.StateReturned, true, lifecycle.OrderReset},
		lifecycle.StateRetired:   {lifecycle.StateRetired, false, ""},
	}
	for state, c := range cases {
		for _, policy := range []lifecycle.ResetPolicy{lifecycle.ResetReleases, lifecycle.ResetLocks} {
			y := in(t, state)
			y.s.Model.ResetPolicy = policy
			epoch := y.s.Unit.Epoch
			report := y.hears(lifecycle.ResetHard, secret("reset"))
			change := y.do(report)
			if y.s.Unit.State != c.to || (y.s.Unit.Epoch != epoch) != c.advance {
				t.Errorf("%s: to %s, epoch %d after %d", state, y.s.Unit.State, y.s.Unit.Epoch, epoch)
			}
			if y.s.Unit.Claim != "" {
				t.Errorf("%s: claim %q of nobody", state, y.s.Unit.Claim)
			}
			opened := lifecycle.OrderKind("")
			for _, order := range change.Orders {
				if order.ID == report.Order {
					opened = order.Kind
				}
			}
			if opened != c.order {
				t.Errorf("%s: opened %q, want %q", state, opened, c.order)
			}
			if fresh := y.s.Unit.Verifier != ""; fresh != (state == lifecycle.StateReturned || state == lifecycle.StateRetired) {
				t.Errorf("%s: credential counts: %v", state, fresh)
			}
			alarm := len(change.Flags) == 1 && change.Flags[0].Kind == lifecycle.FlagRetiredAlive && change.Flags[0].Severity == lifecycle.SeverityCritical
			if alarm != (state == lifecycle.StateRetired) {
				t.Errorf("%s: flags %+v", state, change.Flags)
			}
		}
	}
}

// A claim that stands outlives every further reset.
func TestAClaimOutlivesAnotherReset(t *testing.T) {
	t.Parallel()
	y := bound(t, lockedModel)
	y.do(y.hears(lifecycle.ResetHard, secret("one")))
	y.do(y.hears(lifecycle.ResetHard, secret("two")))
	if got := y.s.Unit.Claim; got != ana().Person {
		t.Errorf("claim %q, want the owner's still", got)
	}
}

// The first reset's order cuts the clouds; a second reset supersedes it, so
// another must go on.
func TestASecondResetLeavesNoCloudUncut(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(y.hears(lifecycle.ResetHard, secret("one")))
	report := y.hears(lifecycle.ResetHard, secret("two"))
	y.do(report)
	order, ok := y.s.OpenOrder()
	if !ok || order.ID != report.Order || order.Kind != lifecycle.OrderCut {
		t.Errorf("order %+v, want a new open cut order", order)
	}
	y.work()
	if change := y.do(y.hears(lifecycle.ResetHard, secret("three"))); len(change.Orders) != 0 {
		t.Errorf("orders %+v, want none: nothing was left to cut", change.Orders)
	}
}

// A hard reset is heard even with a credential that is no news.
func TestAHardResetWithAnOldCredentialStillEndsTheBinding(t *testing.T) {
	t.Parallel()
	y := sold(t).bind(ana(), "first")
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	y.bind(ben(), "second")
	y.s.Report.Verifier = secret("known") // from before the release
	y.do(y.hears(lifecycle.ResetHard, secret("known")))
	y.state(lifecycle.StateSold)
	if len(y.s.LiveBindings()) != 0 {
		t.Error("somebody is live")
	}
}

func TestContactOfARetiredUnitIsAnAlarm(t *testing.T) {
	t.Parallel()
	y := retired(t)
	change := y.do(y.hears(lifecycle.ResetNone, secret("x")))
	if len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagRetiredAlive {
		t.Errorf("flags %+v, want retired-alive", change.Flags)
	}
}

// What a contact tells is noted; what it does not tell is left alone.
func TestContact(t *testing.T) {
	t.Parallel()
	y := bound(t)
	made := y.s.Unit.VerifierAt
	report := y.hears(lifecycle.ResetNone, "")
	report.Report.Firmware, report.Report.Network = "", "net-2"
	y.do(report)
	if u := y.s.Unit; u.Firmware != "2.3" || u.Network != "net-2" || u.Verifier != secret("first") || !u.ContactAt.Equal(y.now) {
		t.Errorf("unit %+v", u)
	}
	if got := y.s.Report.Verifier; got != secret("first") {
		t.Errorf("newest credential known %q, want the first still", got)
	}
	y.do(y.hears(lifecycle.ResetNone, secret("first")))
	if !y.s.Unit.VerifierAt.Equal(made) {
		t.Error("the same credential, told again, became newer")
	}
	y.do(y.hears(lifecycle.ResetNone, secret("second")))
	if !y.s.Unit.VerifierAt.Equal(y.now) {
		t.Error("a new credential has the time of the old one")
	}
}

// A pending binding waits out a hold.
func TestAHoldKeepsABindingPending(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.binds(ana(), "x"))
	y.holds(vera(), lifecycle.HoldRecall)
	y.do(y.hears(lifecycle.ResetNone, secret("x")))
	y.state(lifecycle.StateSold)
	y.do(y.lifts(vera()))
	y.do(y.lifts(vito()))
	y.do(y.hears(lifecycle.ResetNone, secret("x")))
	y.state(lifecycle.StateBound)
}

// The unit signs the code on the screen: then it was there.
func TestPresence(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo(), withoutReceipt)
	for _, code := range []string{"", "other"} {
		report := y.hears(lifecycle.ResetNone, "")
		report.Report.Presence = code
		y.do(report)
		if got := y.s.Return.Authority; got != lifecycle.AuthorityNone {
			t.Errorf("with %q: authority %s, want none", code, got)
		}
	}
	report := y.hears(lifecycle.ResetNone, "")
	report.Report.Presence = "presence"
	y.do(report)
	if got := y.s.Return.Authority; got != lifecycle.AuthorityDevicePresent {
		t.Errorf("authority %s, want device-present", got)
	}
	y.do(lifecycle.Vouch{Command: y.by(cleo()), ReceiptHash: y.s.Sale.ReceiptHash}) // better still
	report = y.hears(lifecycle.ResetNone, "")
	report.Report.Presence = "presence"
	y.do(report)
	if got := y.s.Return.Authority; got != lifecycle.AuthoritySaleMatch {
		t.Errorf("authority %s, want it no worse", got)
	}
}
