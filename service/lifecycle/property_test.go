package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// The store may run a rule again: so it answers the same, and leaves its
// snapshot as it was. Every event in every state, as in the table test; the
// machine asks the same of whole histories.
func TestDecideIsPure(t *testing.T) {
	t.Parallel()
	for event, try := range attempts() {
		for _, state := range lifecycle.States() {
			t.Run(string(event)+" in "+string(state), func(t *testing.T) {
				t.Parallel()
				y := in(t, state)
				try.ready(y)
				command := try.command(y)
				before := clone(t, y.s)
				first, errFirst := command.Decide(y.s)
				second, errSecond := command.Decide(y.s)
				if diff := cmp.Diff(first, second); diff != "" || fmt.Sprint(errFirst) != fmt.Sprint(errSecond) {
					t.Errorf("%v, then %v (-first +second):\n%s", errFirst, errSecond, diff)
				}
				if diff := cmp.Diff(before, y.s); diff != "" {
					t.Errorf("the snapshot changed (-before +after):\n%s", diff)
				}
				after := clone(t, y.s.Apply(first))
				if diff := cmp.Diff(before, y.s); diff != "" {
					t.Errorf("Apply changed its snapshot (-before +after):\n%s", diff)
				}
				if errFirst == nil && cmp.Equal(before, after) && event != lifecycle.EventProgress && event != lifecycle.EventLift {
					t.Errorf("%s went through and changed nothing", event)
				}
			})
		}
	}
}

// Apply writes a row over the one with the same key and adds any other; of
// what is one of a kind the newest stays.
func TestApply(t *testing.T) {
	t.Parallel()
	s := lifecycle.Snapshot{
		Bindings:     []lifecycle.Binding{{ID: "b1"}, {ID: "b2"}},
		Sightings:    []lifecycle.Sighting{{Cloud: "c", AccountHash: "a", Kind: lifecycle.BindingOwner}},
		Attestations: []lifecycle.Attestation{{Order: "o1", Check: "lens", By: "p1"}},
		Probes:       []lifecycle.Probe{{Cloud: "c"}},
		Return:       &lifecycle.Return{ID: "r1"},
		Order:        &lifecycle.Order{ID: "o1"},
	}
	got := s.Apply(lifecycle.Change{
		Unit:     lifecycle.Unit{Version: 7},
		Bindings: []lifecycle.Binding{{ID: "b2", State: lifecycle.BindingEnded}, {ID: "b3"}},
		Sightings: []lifecycle.Sighting{
			{Cloud: "c", AccountHash: "a", Kind: lifecycle.BindingPartner}, {Cloud: "c", AccountHash: "a", Kind: lifecycle.BindingOwner, SeenAt: day()},
		},
		Attestations: []lifecycle.Attestation{{Order: "o1", Check: "lens", By: "p1", Pass: true}, {Order: "o2", Check: "lens", By: "p1"}},
		Probes:       []lifecycle.Probe{{Cloud: "c", Dark: true}, {Cloud: "d"}},
		Orders:       []lifecycle.Order{{ID: "o1", State: lifecycle.OrderSuperseded}, {ID: "o2"}},
	})
	want := lifecycle.Snapshot{
		Unit:     lifecycle.Unit{Version: 7},
		Bindings: []lifecycle.Binding{{ID: "b1"}, {ID: "b2", State: lifecycle.BindingEnded}, {ID: "b3"}},
		Sightings: []lifecycle.Sighting{
			{Cloud: "c", AccountHash: "a", Kind: lifecycle.BindingOwner, SeenAt: day()}, {Cloud: "c", AccountHash: "a", Kind: lifecycle.BindingPartner},
		},
		Attestations: []lifecycle.Attestation{{Order: "o1", Check: "lens", By: "p1", Pass: true}, {Order: "o2", Check: "lens", By: "p1"}},
		Probes:       []lifecycle.Probe{{Cloud: "c", Dark: true}, {Cloud: "d"}},
		Return:       &lifecycle.Return{ID: "r1"},
		Order:        &lifecycle.Order{ID: "o2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// I28: the changes of a whole life, written and read again, rebuild it.
func TestReplayOfALife(t *testing.T) {
	t.Parallel()
	y := resold(t).bind(ben(), "second").holds(ben(), lifecycle.HoldStolen)
	replayed := blank(doorcam())
	for _, change := range clone(t, y.changes) {
		replayed = replayed.Apply(change)
	}
	if diff := cmp.Diff(y.s, replayed); diff != "" {
		t.Errorf("(-now +replayed):\n%s", diff)
	}
	if !slices.ContainsFunc(replayed.Holds, lifecycle.Hold.Stands) {
		t.Error("the hold got lost")
	}
}
