package lifecycle_test

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// The clock is put back by an hour while ana has a unit. Whatever ends her
// binding then, clouds are told to end what is older than an instant after it
// began; a next owner's is never older.
func TestAClockThatIsPutBackSparesNobody(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*story){
		"release": func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) },
		"return":  func(y *story) { y.takeBack(cleo()) },
		"button":  func(y *story) { y.do(y.hears(lifecycle.ResetHard, secret("pressed"))) },
		"at the same instant": func(y *story) {
			y.wait(59 * time.Minute) // and the one that a command takes
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t)
			was, _ := y.s.Owner()
			end(y.wait(-time.Hour))
			order, open := y.s.OpenOrder()
			if !open || !order.Before.After(was.LiveAt) || y.s.Unit.EpochAt.Before(order.Before) {
				t.Errorf("bound since %s, order of before %s, epoch since %s", was.LiveAt, order.Before, y.s.Unit.EpochAt)
			}
			link := lifecycle.Sighting{Cloud: "acme", AccountHash: "hash", Kind: lifecycle.BindingOwner, Since: was.LiveAt}
			if y.s.Unit.State == lifecycle.StateReturned {
				if age := lifecycle.Sort(y.s, link); age != lifecycle.AgeOld {
					t.Errorf("a link of before the return is sorted as %s", age)
				}
				return
			}
			y.bind(ben(), "second")
			if now, _ := y.s.Owner(); now.LiveAt.Before(order.Before) {
				t.Errorf("the next owner is bound since %s, and clouds end what is of before %s", now.LiveAt, order.Before)
			}
		})
	}
}

func TestATransferAfterTheClockWasPutBack(t *testing.T) {
	t.Parallel()
	y := bound(t)
	was, _ := y.s.Owner()
	y.wait(-time.Hour)
	y.do(lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_1"})
	y.do(y.hears(lifecycle.ResetNone, secret("fresh")))
	y.do(lifecycle.Transfer{
		Command: y.by(ben()), Offer: "ofr_1", Binding: "bnd_ben", Order: y.order(), ProofHash: secret("fresh"),
	})
	now, _ := y.s.Owner()
	order, _ := y.s.OpenOrder()
	if !was.LiveAt.Before(order.Before) || now.LiveAt.Before(order.Before) {
		t.Errorf("ana since %s, ben since %s, order of before %s", was.LiveAt, now.LiveAt, order.Before)
	}
}

// Their return was a mistake: the clock that was put back does not hide from
// its owner that they may bind again.
func TestACancelAfterTheClockWasPutBack(t *testing.T) {
	t.Parallel()
	y := returned(t)
	y.wait(-time.Hour)
	y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
	next := lifecycle.NextActions(y.s, ana(), y.now)
	if len(next) == 0 || next[0] != lifecycle.NextBind {
		t.Errorf("next for its owner: %v, want to bind again", next)
	}
}
