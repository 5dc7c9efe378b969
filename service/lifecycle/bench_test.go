package lifecycle_test

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// Every command looks its row up; the first and the last row of the table.
func BenchmarkLookup(b *testing.B) {
	for name, at := range map[string]struct {
		state lifecycle.State
		event lifecycle.Event
	}{
		"first": {lifecycle.StateStock, lifecycle.EventSell},
		"last":  {lifecycle.StateRetired, lifecycle.EventContactSeen},
		"none":  {lifecycle.StateRetired, lifecycle.EventSell},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				lifecycle.Lookup(at.state, at.event)
			}
		})
	}
}

// The guard of a sale runs inside the sale's transaction.
func BenchmarkSell(b *testing.B) {
	y := certifiedFor(b)
	sell := lifecycle.Sell{Command: y.by(cleo()), ID: "sal_x"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sell.Decide(y.s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTakeBack(b *testing.B) {
	y := certifiedFor(b)
	y.s = y.s.Apply(must(b, lifecycle.Sell{Command: y.by(cleo()), ID: "sal_x"}, y.s))
	command := lifecycle.TakeBack{Command: y.by(carl()), Return: "ret_x", Order: "ord_x", Condition: "used", Reason: "other"}
	b.ReportAllocs()
	for b.Loop() {
		must(b, command, y.s)
	}
}

func must(b *testing.B, c decider, s lifecycle.Snapshot) lifecycle.Change {
	change, err := c.Decide(s)
	if err != nil {
		b.Fatal(err)
	}
	return change
}

// certifiedFor is a certified unit in the shop, with the bindings, probes and
// attestations of the life before.
func certifiedFor(b *testing.B) *story { return certified(b).hand(tess(), cleo()) }
