package reset

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

type taskStates = map[lifecycle.Verb]lifecycle.TaskState

func TestOrderIsWorkedOffVerbByVerb(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	const asked, proven, open = lifecycle.TaskAsked, lifecycle.TaskProven, lifecycle.TaskOpen
	steps := []struct {
		name string
		want taskStates
	}{
		{"what reads and what proves itself is proven, the rest is only asked", taskStates{
			"inventory": proven, "preflight": proven, "revoke": asked, "unbind": asked, "detach": asked,
			"rotate": asked, "cut": asked, "notify": proven, "probe": open,
		}},
		{"after the delay the effects show", taskStates{
			"inventory": proven, "preflight": proven, "revoke": proven, "unbind": proven, "detach": proven,
			"rotate": proven, "cut": proven, "notify": proven, "probe": open,
		}},
		{"and after another delay it is still dark", taskStates{
			"inventory": proven, "preflight": proven, "revoke": proven, "unbind": proven, "detach": proven,
			"rotate": proven, "cut": proven, "notify": proven, "probe": proven,
		}},
	}
	for _, step := range steps {
		before := b.script.Count(lifecycle.VerbInventory)
		b.until("a look", func() bool { return b.script.Count(lifecycle.VerbInventory) > before })
		if diff := cmp.Diff(step.want, b.states(unit)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if got := b.state(unit); got != lifecycle.StateReturned {
		t.Errorf("before the unit spoke it is %s", got)
	}
	b.reports(unit)
	b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
	if _, ok := b.store.nextDue(); ok {
		t.Error("the order is done, and work is left")
	}
	for _, verb := range []lifecycle.Verb{"revoke", "unbind", "detach", "rotate", "cut", "notify", "preflight"} {
		if n := b.script.Count(verb); n != 1 {
			t.Errorf("%s was asked for %d times", verb, n)
		}
	}
}

func TestInventoryIsOnRecordBeforeAnythingEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	known := -1
	b.script.Once(lifecycle.VerbRevoke, cloudtest.Then(func() { known = len(b.store.unit(unit).Sightings) }))
	b.until("the asks", func() bool { return b.script.Count(lifecycle.VerbRevoke) > 0 })
	if known != 2 {
		t.Errorf("%d sightings were on record when the first link was ended, want 2", known)
	}
	opened := b.store.unit(unit).Order.OpenedAt
	b.until("unbound", func() bool { return b.task(unit, lifecycle.VerbUnbind).Done() })
	for _, s := range b.store.unit(unit).Sightings {
		if !s.SeenAt.Equal(opened) || !s.GoneAt.After(opened) || s.Since.IsZero() || s.Cloud != acme {
			t.Errorf("sighting %+v: want seen at the return, and gone later", s)
		}
	}
}

func TestRequestsCarryTheOrderAndItsBound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.during(5 * time.Minute)
	order := b.store.unit(unit).Order
	want := cloud.Request{Unit: unit, Key: b.store.unit(unit).Unit.Key, Order: order.ID, Before: order.Before}
	for _, call := range b.script.Calls() {
		if diff := cmp.Diff(want, call.Request); diff != "" {
			t.Errorf("%s (-want +got):\n%s", call.Verb, diff)
		}
	}
}

// TestNobodyStaysBoundToAReturnedUnit: what was bound after the return, while
// its order is open, has to go too.
func TestNobodyStaysBoundToAReturnedUnit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.until("the asks", func() bool { return b.script.Count(lifecycle.VerbUnbind) == 1 })
	b.clock.set(b.clock.now().Add(10 * time.Second))
	b.cloud.Bind(unit, "thief", lifecycle.BindingOwner, b.clock.now())
	b.cloud.Session(unit, b.clock.now())
	b.cloud.Record(unit, b.clock.now())
	b.during(10 * time.Minute)
	if links := b.inventory(unit); len(links) != 0 {
		t.Errorf("still bound: %v", links)
	}
	if got := b.task(unit, lifecycle.VerbProbe); got.State != lifecycle.TaskProven {
		t.Errorf("probe is %s", got.State)
	}
}

// TestWhatComesBackOpensAgain: a proof is of its moment.
func TestWhatComesBackOpensAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.until("unbound", func() bool { return b.task(unit, lifecycle.VerbUnbind).Done() })
	b.cloud.Bind(unit, "thief", lifecycle.BindingOwner, b.clock.now())
	looked := b.script.Count(lifecycle.VerbProbe)
	b.until("the look", func() bool { return b.script.Count(lifecycle.VerbProbe) > looked })
	if got := b.task(unit, lifecycle.VerbUnbind); got.State != lifecycle.TaskAsked || got.Proof != "" || !got.DoneAt.IsZero() {
		t.Errorf("unbind is %+v, want asked again", got)
	}
	b.during(10 * time.Minute)
	if links := b.inventory(unit); len(links) != 0 || !b.task(unit, lifecycle.VerbProbe).Done() {
		t.Errorf("still bound: %v", links)
	}
}

// TestCutOrderLeavesTheNewOwnerAlone: after a transfer, the recipient binds in
// the cloud before the worker gets to ask.
func TestCutOrderLeavesTheNewOwnerAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.bound()
	b.must(unit, lifecycle.Release{Command: b.by(ada), Order: lifecycle.OrderID(b.id("ord"))}.Decide)
	order := b.store.unit(unit).Order.ID
	b.clock.set(b.clock.now().Add(time.Second))
	b.cloud.Bind(unit, "grace", lifecycle.BindingOwner, b.clock.now())
	b.cloud.Session(unit, b.clock.now())
	b.until("the cut", func() bool { return b.store.unit(unit).Order.State == lifecycle.OrderDone })
	want := []cloud.Link{{AccountHash: cloudtest.Hash("grace"), Kind: lifecycle.BindingOwner, Since: b.inventory(unit)[0].Since}}
	if diff := cmp.Diff(want, b.inventory(unit)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	got := b.store.unit(unit)
	if got.Order.ID != order || got.Unit.State != lifecycle.StateSold || b.task(unit, lifecycle.VerbUnbind).Proof != proofNoneOlder {
		t.Errorf("order %s, state %s, proof %q", got.Order.ID, got.Unit.State, b.task(unit, lifecycle.VerbUnbind).Proof)
	}
	if probe := got.Probes[0]; probe.Dark {
		t.Error("somebody is bound, and the probe on record says dark")
	}
	if _, ok := b.store.nextDue(); ok {
		t.Error("work is left")
	}
}

func TestStaleOrderEndsQuietly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	first := b.store.unit(unit).Order.ID
	works, err := b.store.ClaimWork(t.Context(), b.clock.now(), time.Minute, 10)
	if err != nil || len(works) != 2 {
		t.Fatalf("claimed %v, %v", works, err)
	}
	b.must(unit, lifecycle.Cancel{Command: b.by(clerk), Return: b.store.unit(unit).Return.ID, Order: "ord_cancel", UnitPresent: true}.Decide)
	for _, work := range works {
		if got := b.worker.do(t.Context(), work); got.Failed != 0 || got.Closed != 0 {
			t.Errorf("work of a cancelled return: %+v", got)
		}
	}
	if calls := b.script.Calls(); len(calls) != 0 {
		t.Errorf("a cancelled return still asked: %v", calls)
	}
	if diff := cmp.Diff([]lifecycle.OrderID{first, first}, b.store.ended); diff != "" {
		t.Errorf("work that ended (-want +got):\n%s", diff)
	}
}

func TestNudgeClosesWhatTheUnitCompleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.until("the probe", func() bool { return b.task(unit, lifecycle.VerbProbe).Done() })
	b.reports(unit)
	b.worker.Nudge("")
	b.worker.Nudge("unt_nobody")
	b.worker.Nudge(unit)
	b.worker.Nudge(unit) // twice is once
	b.worker.settleNudged(t.Context())
	if got := b.state(unit); got != lifecycle.StateReset {
		t.Errorf("after the nudge the unit is %s", got)
	}
}

func TestNudgesNeverWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 3 * nudgesHeld {
		b.worker.Nudge("unt_1")
	}
}

// TestLastTaskClosesTheOrder at once, without waiting for the order's own row.
func TestLastTaskClosesTheOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.reports(unit)
	var last Result
	for !b.task(unit, lifecycle.VerbProbe).Done() {
		last = b.once()
	}
	if b.state(unit) != lifecycle.StateReset || last.Closed != 1 {
		t.Errorf("the unit is %s after %+v", b.state(unit), last)
	}
	if len(b.store.ended) != 1 {
		t.Errorf("work that ended: %v, want the cloud's", b.store.ended)
	}
}

func TestResultCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.takenBack()
	if diff := cmp.Diff(Result{Claimed: 2, Proven: 3}, b.once()); diff != "" {
		t.Errorf("first round (-want +got):\n%s", diff)
	}
}

func TestNewWantsWhatItNeeds(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("a worker without a store was made")
	}
}

func TestProofsAreCodes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.during(10 * time.Minute)
	var proofs []string
	for _, task := range tasksOf(*b.store.unit(unit).Order, acme) {
		proofs = append(proofs, task.Proof)
	}
	want := []string{
		"inventory-stored", "preflight-eligible", "no-partner-left", "inventory-empty", "recordings-out-of-reach",
		"credential-newer", "no-session-left", "notice-accepted", "dark-after-delay",
	}
	if diff := cmp.Diff(want, proofs); diff != "" {
		t.Errorf("proofs (-want +got):\n%s", diff)
	}
	if !slices.Contains(want, proofDark) {
		t.Error("the list above is not of the constants")
	}
}
