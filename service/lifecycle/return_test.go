package lifecycle_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func (y *story) takes(clerk lifecycle.Actor) lifecycle.TakeBack {
	return lifecycle.TakeBack{Command: y.by(clerk), Return: lifecycle.ReturnID(y.id("ret")), Order: y.order(),
		Condition: "used", Reason: "faulty"}
}

// Rule 1: in one change the epoch advances, everything of before ends, and the
// order opens.
func TestAReturnFencesFirst(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_1", To: ben().Person})
	before := y.s.Unit
	change := y.do(y.takes(carl()))
	if y.s.Unit.Epoch != before.Epoch+1 || y.s.Unit.EpochBy != lifecycle.EventReturn || y.s.Unit.Verifier != "" {
		t.Errorf("unit %+v, want the next epoch without a credential", y.s.Unit)
	}
	if y.s.Unit.Custody != orgOtherShop || !y.s.Unit.ReturnedAt.Equal(y.now) {
		t.Errorf("unit %+v, want it in the desk's custody", y.s.Unit)
	}
	for _, b := range y.s.Bindings {
		if b.State != lifecycle.BindingEnded || b.EndedBy != lifecycle.EventReturn {
			t.Errorf("binding %+v, want ended by the return", b)
		}
	}
	if got := y.s.Offers[0].State; got != lifecycle.OfferEnded {
		t.Errorf("offer %s, want ended", got)
	}
	order, ok := y.s.OpenOrder()
	if !ok || order.Kind != lifecycle.OrderReset || order.Return != change.Return.ID || !order.Before.Equal(y.now) {
		t.Fatalf("order %+v, want an open reset order of this return", order)
	}
	var tasks []string
	for _, task := range order.Tasks {
		tasks = append(tasks, task.ID)
	}
	want := []string{"unit.identify", "unit.factory-reset"}
	for _, cloud := range []string{"builtin", "acme"} {
		for _, verb := range []string{"inventory", "preflight", "revoke", "unbind", "detach", "rotate", "cut", "notify", "probe"} {
			want = append(want, cloud+"."+verb)
		}
	}
	if diff := cmp.Diff(want, tasks); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	if change.Return.FormerOwner != ana().Person || change.Return.From != lifecycle.StateBound || change.Return.Epoch != y.s.Unit.Epoch {
		t.Errorf("return %+v", change.Return)
	}
}

func TestAuthorityOfAReturn(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story   func(*testing.T) *story
		receipt bool
		want    lifecycle.Authority
	}{
		"receipt of the sale": {func(t *testing.T) *story { return bound(t) }, true, lifecycle.AuthoritySaleMatch},
		"no receipt":          {func(t *testing.T) *story { return bound(t) }, false, lifecycle.AuthorityNone},
		"never bound":         {func(t *testing.T) *story { return sold(t) }, false, lifecycle.AuthorityNone},
		"released": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			return y
		}, false, lifecycle.AuthorityOwnerRelease},
		// Who lets go often resets it as well, before or after.
		"released, then reset": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			y.do(y.hears(lifecycle.ResetHard, secret("x")))
			y.do(y.hears(lifecycle.ResetHard, secret("y")))
			return y
		}, false, lifecycle.AuthorityOwnerRelease},
		"reset, never released": {func(t *testing.T) *story {
			y := bound(t)
			y.do(y.hears(lifecycle.ResetHard, secret("x")))
			return y
		}, false, lifecycle.AuthorityNone},
		"released, then bound by another": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			return y.bind(ben(), "second")
		}, false, lifecycle.AuthorityNone},
		"released by the one before": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			y.bind(ben(), "second")
			y.do(y.hears(lifecycle.ResetHard, secret("x")))
			return y
		}, false, lifecycle.AuthorityNone},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			command := y.takes(carl())
			if c.receipt {
				command.ReceiptHash = y.s.Sale.ReceiptHash
			}
			if got := y.do(command).Return.Authority; got != c.want {
				t.Errorf("authority %s, want %s", got, c.want)
			}
		})
	}
}

// The receipt of an earlier sale is no receipt of this one.
func TestAnOldReceiptIsNone(t *testing.T) {
	t.Parallel()
	y := sold(t)
	old := y.s.Sale.ReceiptHash
	y.takeBack(cleo()).hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo())
	command := y.takes(carl())
	command.ReceiptHash = old
	if got := y.do(command).Return.Authority; got != lifecycle.AuthorityNone {
		t.Errorf("authority %s, want none", got)
	}
}

func TestTheCapOnReturnsWithoutAuthority(t *testing.T) {
	t.Parallel()
	y := bound(t)
	command := y.takes(cleo())
	for _, n := range []lifecycle.UnprovenReturns{{ByClerk: 4, ByOrg: 19}, {}} {
		y.s.Unproven = n
		if _, err := command.Decide(y.s); err != nil {
			t.Errorf("%+v: %v, want it to go through", n, err)
		}
	}
	for _, n := range []lifecycle.UnprovenReturns{{ByClerk: 5, ByOrg: 5}, {ByClerk: 1, ByOrg: 20}} {
		y.s.Unproven = n
		if got := y.refused(command); !slices.Equal(got, []string{"return.cap"}) {
			t.Errorf("%+v: %q, want return.cap", n, got)
		}
		withSecond := command
		withSecond.Second = carl().Person
		if got, err := withSecond.Decide(y.s); err != nil || got.Return.Second != carl().Person {
			t.Errorf("%+v with a second person: %v", n, err)
		}
		withSecond.Second = cleo().Person
		if got := y.refused(withSecond); !slices.Equal(got, []string{"return.same-person"}) {
			t.Errorf("%+v with oneself: %q, want return.same-person", n, got)
		}
		machine := y.takes(till())
		machine.Second = carl().Person
		if got := y.refused(machine); !slices.Equal(got, []string{"return.cap"}) {
			t.Errorf("%+v by a machine: %q, want return.cap: it is nobody", n, got)
		}
		command.ReceiptHash = y.s.Sale.ReceiptHash
		if _, err := command.Decide(y.s); err != nil {
			t.Errorf("%+v with a receipt: %v, want it to go through", n, err)
		}
		command.ReceiptHash = ""
	}
	free := sold(t)
	free.s.Unproven = lifecycle.UnprovenReturns{ByClerk: 5, ByOrg: 20}
	free.do(free.takes(cleo()))
}

func TestWhoTakesBackWhat(t *testing.T) {
	t.Parallel()
	y := stocked(t)
	if got := y.refused(y.takes(cleo())); !slices.Equal(got, []string{"return.not-sold"}) {
		t.Errorf("clerk, own stock: %q", got)
	}
	y.do(y.takes(rita()))
	if y.s.Return.From != lifecycle.StateStock || y.s.Return.FormerOwner != "" {
		t.Errorf("return %+v, want from stock, nobody's", y.s.Return)
	}
	y = bound(t)
	nobody := cleo()
	nobody.Person = ""
	y.fails(y.takes(nobody), lifecycle.ErrForbidden)
	y.fails(y.takes(ana()), lifecycle.ErrForbidden)
	if got := y.refused(lifecycle.TakeBack{Command: y.by(cleo()), Condition: "lost", Reason: "theft"}); !slices.Equal(got, []string{"return.condition", "return.reason"}) {
		t.Errorf("no such words: %q", got)
	}
}

// Rule 13: of a unit in another organisation's custody a desk learns that, and
// not how far it is there.
func TestOtherStockTellsNothingElse(t *testing.T) {
	t.Parallel()
	for _, state := range []lifecycle.State{lifecycle.StateStock, lifecycle.StateReturned, lifecycle.StateReset, lifecycle.StateCertified, lifecycle.StateRetired} {
		y := in(t, state)
		y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldStolen}}
		_, err := lifecycle.TakeBack{Command: y.by(carl())}.Decide(y.s)
		var refusal *lifecycle.Refusal
		if !errors.As(err, &refusal) || !slices.Equal(codes(refusal.Reasons), []string{"return.other-stock"}) || refusal.State != lifecycle.StateNone {
			t.Errorf("in %s: %+v, want return.other-stock alone, and no state", state, err)
		}
	}
}

func TestQueuedReturns(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story func(*testing.T) *story
		since func(*story)
		wait  time.Duration
		want  []string
	}{
		"as it was": {func(t *testing.T) *story { return bound(t) }, nil, lifecycle.QueuedFor - 3*time.Minute, nil},
		"too long":  {func(t *testing.T) *story { return bound(t) }, nil, lifecycle.QueuedFor + time.Minute, []string{"return.queued-too-long"}},
		"bound since": {func(t *testing.T) *story { return sold(t) }, func(y *story) { y.bind(ana(), "x") },
			time.Hour, []string{"return.overtaken"}},
		// Not the first bind since the sale, and no advance since the scan.
		"bound again since": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			return y
		}, func(y *story) { y.bind(ben(), "x") }, time.Hour, []string{"return.overtaken"}},
		"released since": {func(t *testing.T) *story { return bound(t) },
			func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) }, time.Hour, []string{"return.overtaken"}},
		"returned and sold since": {func(t *testing.T) *story { return bound(t) }, func(y *story) {
			y.takeBack(cleo()).hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo())
		}, time.Hour, []string{"return.overtaken"}},
		"it spoke since": {func(t *testing.T) *story { return bound(t) }, func(y *story) { y.do(y.hears(lifecycle.ResetNone, "")) }, time.Hour, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			scanned := y.now.Add(time.Second)
			y.wait(time.Minute)
			if c.since != nil {
				c.since(y)
			}
			y.wait(c.wait)
			command := y.takes(carl())
			command.ScannedAt = scanned
			if c.want == nil {
				y.do(command)
				return
			}
			if got := y.refused(command); !slices.Equal(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

// A clock that is ahead would make every queued return look newest.
func TestAQueuedReturnFromTheFuture(t *testing.T) {
	t.Parallel()
	y := bound(t)
	command := y.takes(carl())
	command.ScannedAt = command.At.Add(time.Hour)
	if got := y.refused(command); !slices.Equal(got, []string{"return.queued-clock"}) {
		t.Errorf("refused with %q", got)
	}
}

// Who keeps a claim is told of a return, and may object, like an owner.
func TestTheClaimantOfALockedUnitIsItsFormerOwner(t *testing.T) {
	t.Parallel()
	y := bound(t, func(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks })
	y.do(y.hears(lifecycle.ResetHard, secret("thief")))
	y.takeBack(carl(), withoutReceipt)
	if got := y.s.Return.FormerOwner; got != ana().Person {
		t.Errorf("former owner %q, want the claimant", got)
	}
	y.wait(20 * 24 * time.Hour)
	y.do(lifecycle.Contest{Command: y.by(ana()), ID: "hld_1"})
}

func TestVouch(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo(), withoutReceipt)
	vouch := func(actor lifecycle.Actor, receipt string) lifecycle.Vouch {
		return lifecycle.Vouch{Command: y.by(actor), ReceiptHash: receipt}
	}
	y.fails(vouch(carl(), y.s.Sale.ReceiptHash), lifecycle.ErrNotFound)
	y.fails(vouch(ana(), y.s.Sale.ReceiptHash), lifecycle.ErrNotFound)
	for _, receipt := range []string{"", "other"} {
		if got := y.refused(vouch(cleo(), receipt)); !slices.Equal(got, []string{"vouch.no-match"}) {
			t.Errorf("receipt %q: %q", receipt, got)
		}
	}
	y.do(vouch(cleo(), y.s.Sale.ReceiptHash))
	if got := y.s.Return.Authority; got != lifecycle.AuthoritySaleMatch {
		t.Errorf("authority %s, want sale-match", got)
	}
	if got := y.refused(vouch(cleo(), y.s.Sale.ReceiptHash)); !slices.Equal(got, []string{"vouch.already"}) {
		t.Errorf("again: %q", got)
	}
	y.s.Return = nil
	y.fails(vouch(cleo(), "x"), lifecycle.ErrNotFound)
}
