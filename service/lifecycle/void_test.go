package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) voids(clerk lifecycle.Actor) lifecycle.Void {
	return lifecycle.Void{Command: y.by(clerk), Sale: y.s.Sale.ID}
}

func (y *story) sealed(clerk lifecycle.Actor) lifecycle.ReturnSealed {
	return lifecycle.ReturnSealed{Command: y.by(clerk), SealAttested: true}
}

// resaleOf is a certified unit sold a minute ago.
func resaleOf(t *testing.T) *story { return certified(t).hand(tess(), cleo()).sell(cleo()) }

func TestVoidAndSealedGoBackToTheStateBefore(t *testing.T) {
	t.Parallel()
	commands := map[string]func(*story) decider{
		"void":          func(y *story) decider { return y.voids(cleo()) },
		"return-sealed": func(y *story) decider { return y.sealed(cleo()) },
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := sold(t)
			y.do(command(y))
			y.state(lifecycle.StateStock)

			y = resaleOf(t)
			epoch := y.s.Unit.Epoch
			change := y.do(command(y))
			y.state(lifecycle.StateCertified)
			if y.s.Unit.Epoch != epoch || y.s.Unit.Custody != orgShop || !y.s.Unit.SoldAt.IsZero() {
				t.Errorf("unit %+v, want the shop's, at the epoch of the sale", y.s.Unit)
			}
			if change.Sale.VoidedAt.IsZero() || change.Certificate.ContinuedTo != epoch {
				t.Errorf("sale %+v, certificate to %d; want voided, to %d", change.Sale, change.Certificate.ContinuedTo, epoch)
			}
			if _, ok := y.s.CurrentCertificate(); !ok {
				t.Error("the certificate does not stand any more")
			}
			// It can be sold again, as what it was.
			y.sell(cleo())
			if _, ok := y.s.CurrentCertificate(); ok {
				t.Error("the certificate stands at the epoch of the second sale")
			}
		})
	}
}

// A sealed box may come back to any desk; a sale is voided where it was made.
func TestSealedAtAnotherShop(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.fails(y.voids(carl()), lifecycle.ErrNotFound)
	y.do(y.sealed(carl()))
	if y.s.Unit.Custody != orgOtherShop || y.s.Unit.State != lifecycle.StateStock {
		t.Errorf("unit %+v, want stock of the other shop", y.s.Unit)
	}
	y.fails(y.sealed(cleo()), lifecycle.ErrNotFound)
	y.fails(y.sealed(ana()), lifecycle.ErrNotFound)
}

func TestVoidOfWhat(t *testing.T) {
	t.Parallel()
	y := sold(t)
	void := y.voids(cleo())
	void.Sale = "sal_other"
	y.fails(void, lifecycle.ErrNotFound)
	y.s.Sale = nil
	y.fails(void, lifecycle.ErrNotFound)
}

func TestWhatStandsAgainstAVoid(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		since func(y *story)
		void  []string
		seal  []string
	}{
		"the next day": {func(y *story) { y.wait(lifecycle.VoidFor) }, []string{"void.too-late"}, nil},
		"it spoke": {func(y *story) { y.do(y.hears(lifecycle.ResetNone, "")) },
			[]string{"void.had-contact"}, []string{"return-sealed.had-contact"}},
		// The reset advances the epoch at the instant of the contact: measured from
		// the epoch, the unit would be untouched.
		"its button was held": {func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("x"))) },
			[]string{"void.had-contact", "void.moved-on"}, []string{"return-sealed.had-contact", "return-sealed.moved-on"}},
		"a cloud saw somebody": {func(y *story) { y.do(y.seen("acme", "x", time.Time{})) },
			[]string{"void.was-bound"}, []string{"return-sealed.was-bound"}},
		"a cloud knows somebody since": {func(y *story) {
			y.s.Sightings = []lifecycle.Sighting{{Cloud: "acme", AccountHash: "h", SeenAt: y.s.Sale.SoldAt, Since: y.now.Add(time.Second)}}
		}, []string{"void.was-bound"}, []string{"return-sealed.was-bound"}},
		"bound and let go": {func(y *story) {
			y.bind(ana(), "x")
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
		}, []string{"void.was-bound", "void.had-contact", "void.moved-on"},
			[]string{"return-sealed.was-bound", "return-sealed.had-contact", "return-sealed.moved-on"}},
		"taken back, then cancelled": {func(y *story) {
			y.takeBack(cleo())
			y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
		}, []string{"void.moved-on"}, []string{"return-sealed.moved-on"}},
		"held": {func(y *story) { y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldDispute}} },
			[]string{"hold.dispute"}, []string{"hold.dispute"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := resaleOf(t)
			c.since(y)
			if got := y.refused(y.voids(cleo())); !slices.Equal(got, c.void) {
				t.Errorf("void: %q, want %q", got, c.void)
			}
			if c.seal == nil {
				y.do(y.sealed(cleo()))
				return
			}
			if got := y.refused(y.sealed(cleo())); !slices.Equal(got, c.seal) {
				t.Errorf("return-sealed: %q, want %q", got, c.seal)
			}
		})
	}
}

// A nightly file: the unit spoke at the customer's before the till told us.
func TestAContactBeforeTheSaleWasRecordedCounts(t *testing.T) {
	t.Parallel()
	y := stocked(t).wait(24 * time.Hour)
	y.do(y.hears(lifecycle.ResetNone, ""))
	y.do(y.late(10 * time.Hour))
	if got := y.refused(y.voids(cleo())); !slices.Equal(got, []string{"void.had-contact"}) {
		t.Errorf("refused with %q, want void.had-contact", got)
	}
}

func TestASealedReturnTakesTheClerksWord(t *testing.T) {
	t.Parallel()
	y := sold(t)
	command := y.sealed(cleo())
	command.SealAttested = false
	if got := y.refused(command); !slices.Equal(got, []string{"return-sealed.seal"}) {
		t.Errorf("refused with %q", got)
	}
}

// Whoever asked for the unit before it was voided does not get it from stock.
func TestVoidEndsWhatIsPending(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(lifecycle.Bind{Command: y.by(tom()), ID: "bnd_p", ProofHash: secret("guess")})
	y.do(y.voids(cleo()))
	if got := y.s.Bindings[0]; got.State != lifecycle.BindingEnded || got.EndedBy != lifecycle.EventVoid {
		t.Errorf("binding %+v, want ended by the void", got)
	}
}

// A unit that was bound out of stock has no sale to undo.
func TestABoundStockHasNoSaleToUndo(t *testing.T) {
	t.Parallel()
	y := stocked(t, func(m *lifecycle.Model) { m.SaleImplied = true }).bind(ana(), "x")
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	y.state(lifecycle.StateSold)
	want := []string{"return-sealed.was-bound", "return-sealed.had-contact", "return-sealed.moved-on"}
	if got := y.refused(y.sealed(cleo())); !slices.Equal(got, want) {
		t.Errorf("refused with %q, want %q", got, want)
	}
}

func TestAVoidedSaleIsNotVoidedTwice(t *testing.T) {
	t.Parallel()
	y := sold(t)
	y.do(y.voids(cleo()))
	if got := y.refused(y.voids(cleo())); !slices.Contains(got, "void.already") || !slices.Contains(got, "void.stock") {
		t.Errorf("refused with %q", got)
	}
}
