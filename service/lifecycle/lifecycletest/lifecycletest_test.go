package lifecycletest_test

import (
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/lifecycle/lifecycletest"
)

// The ways are written down a second time so that a slip in the table shows;
// where both were written in good order they say the same.
func TestWaysAreTheTables(t *testing.T) {
	t.Parallel()
	const before = lifecycle.StateCertified
	events := map[lifecycle.Event]bool{}
	for _, row := range lifecycle.Table() {
		events[row.Event] = true
		want := row.To
		if want == lifecycle.StatePrior {
			want = before
		}
		to, era, ok := lifecycletest.Step(row.From, before, row.Event)
		if row.Event == lifecycle.EventRetire && row.From.InCustomerHands() {
			// The table has the row, and no custodian to use it.
			if ok {
				t.Errorf("retire out of a customer's hands leads to %q", to)
			}
			continue
		}
		first := row.From == lifecycle.StateNone // the first era begins with the record
		if !ok || to != want || era != (row.Epoch || first) {
			t.Errorf("%s out of %q: %q, era %v, %v; want %q, %v", row.Event, row.From, to, era, ok, want, row.Epoch)
		}
	}
	for event := range events {
		for _, from := range lifecycle.States() {
			if _, inTable := lifecycle.Lookup(from, event); inTable {
				continue
			}
			if to, _, ok := lifecycletest.Step(from, before, event); ok {
				t.Errorf("%s out of %s leads to %s, and the table has no such row", event, from, to)
			}
		}
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	owner := lifecycle.Binding{ID: "bnd_1", Kind: lifecycle.BindingOwner, State: lifecycle.BindingLive, Epoch: 3}
	with := func(b lifecycle.Binding, change func(*lifecycle.Binding)) lifecycle.Binding {
		change(&b)
		return b
	}
	second := with(owner, func(b *lifecycle.Binding) { b.ID = "bnd_2" })
	old := with(owner, func(b *lifecycle.Binding) { b.Epoch = 2 })
	waiting := with(old, func(b *lifecycle.Binding) { b.State = lifecycle.BindingPending })
	cases := []struct {
		name  string
		state lifecycle.State
		add   func(*lifecycle.Snapshot)
		want  string
	}{
		{"bound by one", lifecycle.StateBound, func(s *lifecycle.Snapshot) { s.Bindings = []lifecycle.Binding{owner} }, ""},
		{"sold", lifecycle.StateSold, func(*lifecycle.Snapshot) {}, ""},
		{"bound by two", lifecycle.StateBound, func(s *lifecycle.Snapshot) { s.Bindings = []lifecycle.Binding{owner, second} }, "I1"},
		{"bound by nobody", lifecycle.StateBound, func(*lifecycle.Snapshot) {}, "I1"},
		{"seen in a shop", lifecycle.StateReturned, func(s *lifecycle.Snapshot) { s.Bindings = []lifecycle.Binding{owner} }, "I5"},
		{"an old owner", lifecycle.StateBound, func(s *lifecycle.Snapshot) { s.Bindings = []lifecycle.Binding{old} }, "I2"},
		{"an old wait", lifecycle.StateSold, func(s *lifecycle.Snapshot) { s.Bindings = []lifecycle.Binding{waiting} }, "I2"},
		{"an old offer", lifecycle.StateSold, func(s *lifecycle.Snapshot) {
			s.Offers = []lifecycle.Offer{{ID: "ofr_1", State: lifecycle.OfferPending, Epoch: 2}}
		}, "I2"},
		{"an old order", lifecycle.StateSold, func(s *lifecycle.Snapshot) {
			s.Order = &lifecycle.Order{ID: "ord_1", State: lifecycle.OrderOpen, Epoch: 2, OpenedAt: time.Now()}
		}, "I2"},
		{"a certificate on its way", lifecycle.StateReturned, func(s *lifecycle.Snapshot) {
			s.Certificate = &lifecycle.Certificate{Epoch: 3, ContinuedTo: 3}
		}, "I6"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := lifecycle.Snapshot{Unit: lifecycle.Unit{State: c.state, Epoch: 3}}
			c.add(&s)
			got := lifecycletest.Standing(s)
			if (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
