package lifecycle_test

import (
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

func (y *story) binds(who lifecycle.Actor, credential string) lifecycle.Bind {
	return lifecycle.Bind{Command: y.by(who), ID: lifecycle.BindingID(y.id("bnd")),
		AccountHash: "hash-" + string(who.Person), ProofHash: secret(credential)}
}

func implied(m *lifecycle.Model) { m.SaleImplied = true }

func TestBindWithAFreshCredential(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.hears(lifecycle.ResetNone, secret("fresh")))
	change := y.do(y.binds(ana(), "fresh"))
	y.state(lifecycle.StateBound)
	if change.Event != lifecycle.EventBind {
		t.Errorf("event %s, want bind", change.Event)
	}
	got, _ := y.s.Owner()
	if got.Account != ana().Person || got.Epoch != y.s.Unit.Epoch || !got.LiveAt.Equal(y.now) || got.ProofHash != "" {
		t.Errorf("owner %+v, want ana at this epoch and no proof kept", got)
	}
	if !y.s.Unit.BoundAt.Equal(y.now) || y.s.Unit.HomeNetwork != "net-1" {
		t.Errorf("unit %+v, want bound now, at home where it called from", y.s.Unit)
	}
}

// Until the unit has said a credential, a binding waits and shows nothing; it
// goes live when the unit says the one that it named.
func TestBindBeforeTheUnitHasSpoken(t *testing.T) {
	t.Parallel()
	y := sold(t)
	if got := y.do(y.binds(tom(), "guess")).Event; got != lifecycle.EventBindPending {
		t.Errorf("event %s, want bind-pending", got)
	}
	y.do(y.binds(ana(), "right"))
	y.state(lifecycle.StateSold)
	if got := y.s.LiveBindings(); len(got) != 0 {
		t.Errorf("live %+v, want nobody", got)
	}
	if got := y.do(y.hears(lifecycle.ResetNone, secret("right"))).Event; got != lifecycle.EventBindConfirmed {
		t.Errorf("event %s, want bind-confirmed", got)
	}
	y.state(lifecycle.StateBound)
	if got, _ := y.s.Owner(); got.Account != ana().Person {
		t.Errorf("owner %s, want ana", got.Account)
	}
	for _, b := range y.s.Bindings {
		if b.State == lifecycle.BindingPending {
			t.Errorf("%+v still waits", b)
		}
	}
}

// A report of another credential ends what waits for one that will never come.
func TestAReportEndsPendingBindingsOfAnother(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.binds(tom(), "guess"))
	y.do(y.hears(lifecycle.ResetNone, ""))
	if got := y.s.Bindings[0].State; got != lifecycle.BindingPending {
		t.Errorf("after a report without a credential: %s, want it to wait", got)
	}
	y.do(y.hears(lifecycle.ResetNone, secret("right")))
	if got := y.s.Bindings[0]; got.State != lifecycle.BindingEnded || got.EndedBy != lifecycle.EventContactSeen {
		t.Errorf("after a report of another: %+v, want it ended", got)
	}
}

func TestAskingAgainReplacesOnesOwnPendingBinding(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.binds(ana(), "typo"))
	y.do(y.binds(ben(), "other"))
	y.do(y.binds(ana(), "right"))
	var states []lifecycle.BindingState
	for _, b := range y.s.Bindings {
		states = append(states, b.State)
	}
	if want := []lifecycle.BindingState{lifecycle.BindingEnded, lifecycle.BindingPending, lifecycle.BindingPending}; !slices.Equal(states, want) {
		t.Errorf("states %q, want %q", states, want)
	}
}

// Rule 5: whoever knew an older credential gets nowhere, even where the unit
// itself tells it again, by a bind before or after.
func TestAnOldCredentialIsWorthNothing(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*story){
		"released": func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) },
		"resold": func(y *story) {
			y.takeBack(cleo()).hand(cleo(), tess()).work()
			y.do(y.hears(lifecycle.ResetHard, secret("bench")))
			y.checks(tess()).prove().certify().hand(tess(), cleo()).sell(cleo())
		},
	}
	for name, end := range ends {
		for _, when := range []string{"before", "after"} {
			t.Run(name+", asked "+when, func(t *testing.T) {
				t.Parallel()
				y := sold(t).bind(ana(), "first")
				end(y)
				known := y.s.Report.Verifier // whoever was at the bench or at home knows it
				bind := y.binds(tom(), "x")
				bind.ProofHash = known
				if when == "before" {
					y.do(bind)
				}
				// Contacts without a credential do not wash the old one clean.
				for _, verifier := range []string{known, "", known} {
					if got := y.do(y.hears(lifecycle.ResetNone, verifier)).Event; got != lifecycle.EventContactSeen {
						t.Fatalf("event %s, want a contact and no more", got)
					}
				}
				if y.s.Unit.Verifier != "" {
					t.Fatal("the unit's old credential counts as new")
				}
				if when == "after" {
					y.do(bind)
					y.do(y.hears(lifecycle.ResetNone, known))
				}
				y.state(lifecycle.StateSold)
				y.do(y.hears(lifecycle.ResetNone, secret("new")))
				y.do(y.binds(ben(), "new"))
				if got, _ := y.s.Owner(); got.Account != ben().Person {
					t.Errorf("owner %s, want who has the new one", got.Account)
				}
			})
		}
	}
}

func TestWhatStandsAgainstABind(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story func(*testing.T) *story
		who   lifecycle.Actor
		want  []string
	}{
		"not sold": {func(t *testing.T) *story { return stocked(t) }, ana(), []string{"bind.not-sold"}},
		"owned":    {func(t *testing.T) *story { return bound(t) }, ben(), []string{"bind.bound", "bind.owned", "bind.proof"}},
		"returned": {func(t *testing.T) *story { return returned(t) }, ana(), []string{"bind-pending.returned"}},
		"claimed and held": {func(t *testing.T) *story {
			y := sold(t)
			y.s.Unit.Claim = ben().Person
			y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldStolen}}
			return y
		}, ana(), []string{"hold.stolen", "bind.claimed"}},
		"another credential": {func(t *testing.T) *story {
			y := sold(t)
			y.do(y.hears(lifecycle.ResetNone, secret("right")))
			return y
		}, ana(), []string{"bind.proof"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			if got := y.refused(y.binds(c.who, "wrong")); !slices.Equal(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
	y := sold(t)
	none := y.binds(ana(), "")
	none.ProofHash = ""
	if got := y.refused(none); !slices.Equal(got, []string{"bind.proof"}) {
		t.Errorf("without proof: %q", got)
	}
	y.fails(y.binds(cleo(), "x"), lifecycle.ErrForbidden)
	y.fails(y.binds(worker(), "x"), lifecycle.ErrForbidden)
}

func TestTheClaimantBindsAgain(t *testing.T) {
	t.Parallel()
	y := bound(t, func(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks })
	y.do(y.hears(lifecycle.ResetHard, secret("thief")))
	y.do(y.hears(lifecycle.ResetNone, secret("home")))
	if got := y.refused(y.binds(tom(), "home")); !slices.Equal(got, []string{"bind.claimed"}) {
		t.Errorf("another: %q, want bind.claimed", got)
	}
	y.do(y.binds(ana(), "home"))
	if y.s.Unit.Claim != "" {
		t.Errorf("claim %q, want none: the owner is back", y.s.Unit.Claim)
	}
}

func TestASaleImplied(t *testing.T) {
	t.Parallel()
	y := stocked(t, implied)
	y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
	y.do(y.hears(lifecycle.ResetNone, secret("x")))
	change := y.do(y.binds(ana(), "x"))
	y.state(lifecycle.StateBound)
	if len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagSaleMissing || change.Flags[0].Org != orgShop {
		t.Errorf("flags %+v, want sale-missing to the shop", change.Flags)
	}
	if y.s.Unit.Custody != "" || y.s.Unit.Prior != lifecycle.StateStock {
		t.Errorf("unit %+v, want the customer's, from stock", y.s.Unit)
	}
	y.fails(lifecycle.Receive{Command: y.by(tess()), Shipment: "shp_1"}, lifecycle.ErrNotFound)

	y = stocked(t, implied)
	y.do(y.binds(ana(), "x"))
	y.do(y.hears(lifecycle.ResetNone, secret("x")))
	y.state(lifecycle.StateBound)
}

func TestUnbind(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.binds(tom(), "guess"))
	pending := y.s.Bindings[0].ID
	unbind := func(who lifecycle.Actor, id lifecycle.BindingID) lifecycle.Unbind {
		return lifecycle.Unbind{Command: y.by(who), Binding: id}
	}
	y.fails(unbind(ana(), pending), lifecycle.ErrNotFound)
	y.fails(unbind(worker(), pending), lifecycle.ErrNotFound)
	y.do(unbind(tom(), pending))
	y.fails(unbind(tom(), pending), lifecycle.ErrNotFound)

	y = bound(t)
	mine := y.s.Bindings[0].ID
	y.s.Bindings = append(y.s.Bindings, lifecycle.Binding{ID: "bnd_share", Kind: lifecycle.BindingMember,
		State: lifecycle.BindingLive, Account: ben().Person, Epoch: y.s.Unit.Epoch})
	if got := y.refused(unbind(ana(), mine)); !slices.Equal(got, []string{"unbind.owner"}) {
		t.Errorf("own binding: %q", got)
	}
	y.fails(unbind(ben(), mine), lifecycle.ErrNotFound)
	y.do(unbind(ana(), "bnd_share"))
	if got := y.s.LiveBindings(); len(got) != 1 || got[0].ID != mine {
		t.Errorf("live %+v, want the owner alone", got)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.s.Unit.Claim = ana().Person
	y.fails(lifecycle.Release{Command: y.by(ben()), Order: "ord_x"}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Release{Command: y.by(cleo()), Order: "ord_x"}, lifecycle.ErrNotFound)
	y.do(lifecycle.Release{Command: y.by(ana()), Order: "ord_x"})
	y.state(lifecycle.StateSold)
	if y.s.Unit.Claim != "" || len(y.s.LiveBindings()) != 0 {
		t.Errorf("claim %q, live %v; want nothing left", y.s.Unit.Claim, y.s.LiveBindings())
	}
	order, ok := y.s.OpenOrder()
	if !ok || order.Kind != lifecycle.OrderCut {
		t.Fatalf("order %+v, want an open cut order", order)
	}
	if _, ok := order.Task("builtin.unbind"); !ok {
		t.Error("nothing asks the built-in cloud to unbind")
	}
	if _, ok := order.Task("unit.factory-reset"); ok {
		t.Error("a release wants a factory reset of the unit")
	}
	y.fails(lifecycle.Release{Command: y.by(ana()), Order: "ord_y"}, lifecycle.ErrNotFound)
}

// A model without a cloud has nothing to cut.
func TestReleaseWithoutAnyCloud(t *testing.T) {
	t.Parallel()
	y := bound(t, func(m *lifecycle.Model) { m.Clouds = nil })
	change := y.do(lifecycle.Release{Command: y.by(ana()), Order: "ord_x"})
	if len(change.Orders) != 0 {
		t.Errorf("orders %+v, want none", change.Orders)
	}
}
