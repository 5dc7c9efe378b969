package reset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

// TestYesIsNoProof: a cloud that answers yes and changes nothing never gets a
// task proven, however often it is asked, and is told on.
func TestYesIsNoProof(t *testing.T) {
	t.Parallel()
	for _, verb := range []lifecycle.Verb{"revoke", "unbind", "detach", "rotate", "cut"} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			unit := b.takenBack()
			b.script.Always(cloudtest.Lie, verb)
			if verb == lifecycle.VerbRevoke {
				// An unbind ends partners too; here it does not reach them.
				b.script.Always(cloudtest.Lie, lifecycle.VerbUnbind)
			}
			b.reports(unit)
			b.during(24 * time.Hour)
			if got := b.task(unit, verb); got.State != lifecycle.TaskAsked || got.Proof != "" {
				t.Errorf("%s is %s by %q, want asked", verb, got.State, got.Proof)
			}
			if got := b.task(unit, lifecycle.VerbProbe); got.State != lifecycle.TaskOpen {
				t.Errorf("probe is %s", got.State)
			}
			if got := b.state(unit); got != lifecycle.StateReturned {
				t.Errorf("the unit is %s", got)
			}
			if n := b.script.Count(verb); n < 3 {
				t.Errorf("it was asked %d times in a day", n)
			}
			if !slices.Contains(b.flags(), lifecycle.FlagAnswerWithoutEffect) {
				t.Errorf("flags %v, want %s", b.flags(), lifecycle.FlagAnswerWithoutEffect)
			}
		})
	}
}

func TestLyingNoticeIsNoProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Lie, lifecycle.VerbNotify)
	b.during(time.Hour)
	if got := b.task(unit, lifecycle.VerbNotify); got.State != lifecycle.TaskAsked {
		t.Errorf("a notice without an id is %s", got.State)
	}
	if !slices.Contains(b.flags(), lifecycle.FlagAnswerWithoutEffect) {
		t.Error("nobody was told")
	}
}

// TestFlagComesAfterSomeAsks: an effect may take its time; three delays of it
// are a finding, and each further look says so again.
func TestFlagComesAfterSomeAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.takenBack()
	b.script.Always(cloudtest.Lie, lifecycle.VerbUnbind)
	b.during(3*delay - time.Second)
	if flags := b.flags(); len(flags) > 0 {
		t.Errorf("flags %v after less than three delays", flags)
	}
	b.during(2 * delay)
	if flags := b.flags(); len(flags) == 0 {
		t.Error("no flag after three delays")
	}
}

func TestLateTruthIsProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Once(lifecycle.VerbUnbind, cloudtest.Lie, cloudtest.Lie)
	b.during(10 * time.Minute)
	if got := b.task(unit, lifecycle.VerbUnbind); got.State != lifecycle.TaskProven {
		t.Errorf("unbind is %s, although the cloud did it when asked again", got.State)
	}
}

// TestFaultsHeal: whatever one call meets, the order ends well, and what was
// lost on the way was asked for again.
func TestFaultsHeal(t *testing.T) {
	t.Parallel()
	faults := map[string]cloudtest.Fault{
		"lose": cloudtest.Lose, "down": cloudtest.Down, "twice": cloudtest.Twice, "panic": cloudtest.Panic,
		"gone": cloudtest.Gone, "limit": cloudtest.Limit(time.Minute),
		"odd": func(context.Context, func() error) error { return errors.New("of no kind") },
	}
	for name, fault := range faults {
		for _, verb := range lifecycle.CloudVerbs() {
			t.Run(name+" "+string(verb), func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				unit := b.takenBack()
				b.script.Once(verb, fault)
				b.reports(unit)
				b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
				if links := b.inventory(unit); len(links) > 0 {
					t.Errorf("still bound: %v", links)
				}
			})
		}
	}
}

func TestDeadCloudIsAskedEverMoreSeldom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Down)
	b.during(24 * time.Hour)
	n := b.script.Count(lifecycle.VerbInventory)
	if n < 24 || n > 60 {
		t.Errorf("a dead cloud was asked %d times in a day", n)
	}
	if r := b.store.row(unit, acme); r.code != codeTemporary || r.done {
		t.Errorf("its row is %+v", r)
	}
	if b.script.Count(lifecycle.VerbUnbind) != 0 {
		t.Error("it was asked to end links before its inventory was known")
	}
	b.script.Always(nil)
	b.reports(unit)
	b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
}

// TestOneDeadVerbDoesNotKeepTheOthers: every way to make the unit darker is
// taken.
func TestOneDeadVerbDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Down, lifecycle.VerbRevoke)
	b.during(10 * time.Minute)
	for _, verb := range []lifecycle.Verb{"unbind", "detach", "rotate", "cut", "notify"} {
		if got := b.task(unit, verb); !got.Done() {
			t.Errorf("%s is %s", verb, got.State)
		}
	}
	if got := b.task(unit, lifecycle.VerbRevoke); got.State != lifecycle.TaskOpen {
		t.Errorf("revoke is %s, and was never answered", got.State)
	}
}

func TestCloudGoneForGoodWaitsForItsWaiver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Gone)
	b.during(12 * time.Hour)
	if n := b.script.Count(lifecycle.VerbInventory); n > 13 {
		t.Errorf("it was asked %d times in 12 hours", n)
	}
	if r := b.store.row(unit, acme); r.code != codeGone {
		t.Errorf("its row is %+v", r)
	}
	b.reports(unit)
	order := b.store.unit(unit).Order.ID
	b.must(unit, lifecycle.Waive{Command: b.by(clerk), Order: order, Cloud: acme, Second: "psn_second"}.Decide)
	b.until("reset", func() bool { return b.state(unit) == lifecycle.StateReset })
}

func TestUnknownCloudIsNeverProven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	registry, err := cloud.NewRegistry(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.worker = b.newWorker(func(c *Config) { c.Clouds = registry })
	unit := b.takenBack()
	b.during(3 * time.Hour)
	if r := b.store.row(unit, acme); r.code != codeUnknownCloud || b.task(unit, lifecycle.VerbInventory).Done() {
		t.Errorf("row %+v, inventory %s", r, b.task(unit, lifecycle.VerbInventory).State)
	}
}

// TestCloudThatAsksForPatienceGetsIt, for all units alike.
func TestCloudThatAsksForPatienceGetsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.takenBack()
	b.script.Once(lifecycle.VerbInventory, cloudtest.Limit(10*time.Minute))
	b.once()
	second := b.takenBack()
	b.during(9 * time.Minute)
	if calls := b.script.Calls(); len(calls) != 1 {
		t.Errorf("it was asked %d times while it rested", len(calls))
	}
	for _, unit := range []lifecycle.UnitID{first, second} {
		if r := b.store.row(unit, acme); r.code != codeRateLimited {
			t.Errorf("row %+v", r)
		}
	}
	b.during(10 * time.Minute)
	if !b.task(first, lifecycle.VerbUnbind).Done() || !b.task(second, lifecycle.VerbUnbind).Done() {
		t.Error("after its rest nobody asked")
	}
}

func TestPanicCostsOneAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.takenBack(), b.takenBack()
	b.script.Once(lifecycle.VerbPreflight, cloudtest.Panic)
	result := b.once()
	if result.Failed != 1 {
		t.Errorf("round with a panic: %+v", result)
	}
	rows := []string{b.store.row(unit, acme).code, b.store.row(other, acme).code}
	slices.Sort(rows)
	if !slices.Equal(rows, []string{"", codePanic}) {
		t.Errorf("codes %v", rows)
	}
	if !strings.Contains(b.logged.String(), "adapter fell over") || strings.Contains(b.logged.String(), "cloudtest: an adapter") {
		t.Error("the log should tell that it fell over, and not what it said")
	}
}

func TestHangingCallIsGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.worker = b.newWorker(func(c *Config) { c.Call = time.Millisecond })
	unit := b.takenBack()
	b.script.Once(lifecycle.VerbInventory, cloudtest.Hang)
	b.once()
	if r := b.store.row(unit, acme); r.code != codeTimeout || !r.leaseUntil.IsZero() {
		t.Errorf("row %+v", r)
	}
}

func TestCancelGivesTheLeaseBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	ctx, cancel := context.WithCancel(t.Context())
	b.script.Always(func(ctx context.Context, call func() error) error {
		cancel()
		return cloudtest.Hang(ctx, call)
	})
	if _, err := b.worker.RunOnce(ctx); err != nil {
		t.Fatal(err)
	}
	r := b.store.row(unit, acme)
	if r.code != codeCancelled || !r.leaseUntil.IsZero() || !r.nextAt.Equal(b.clock.now()) {
		t.Errorf("row %+v: want free, and due now", r)
	}
}

// TestSlowWorkerCannotReport: its lease ran out, its successor was faster, and
// then its own answer arrives.
func TestSlowWorkerCannotReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Once(lifecycle.VerbInventory, cloudtest.Then(func() {
		b.clock.set(b.clock.now().Add(b.worker.config.Lease))
		b.once() // the successor asks
	}))
	b.once()
	asked := b.task(unit, lifecycle.VerbUnbind).AskedAt
	if n := b.script.Count(lifecycle.VerbUnbind); n != 1 || asked.IsZero() {
		t.Errorf("unbind was asked for %d times, at %s", n, asked)
	}
	if r := b.store.row(unit, acme); r.Attempt != 2 || r.code != "" {
		t.Errorf("the successor's row was touched: %+v", r)
	}
}

// TestSightingOverrulesAnOlderLook: a sweep saw the link after the worker had
// read an inventory without it.
func TestSightingOverrulesAnOlderLook(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.until("the asks", func() bool { return b.script.Count(lifecycle.VerbUnbind) == 1 })
	b.script.Once(lifecycle.VerbProbe, cloudtest.Then(func() {
		b.cloud.Bind(unit, "thief", lifecycle.BindingOwner, b.clock.now())
		b.sweepSees(unit, "thief")
	}))
	b.until("the look", func() bool { return b.script.Count(lifecycle.VerbProbe) == 1 })
	if got := b.task(unit, lifecycle.VerbUnbind); got.Done() {
		t.Errorf("unbind is %s by %q, and a thief is bound", got.State, got.Proof)
	}
	b.during(10 * time.Minute)
	if links := b.inventory(unit); len(links) != 0 || !b.task(unit, lifecycle.VerbProbe).Done() {
		t.Errorf("still bound: %v", links)
	}
}

// TestErrorsLeaveNoTrace: what a cloud says in an error is nobody's business.
func TestErrorsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	const secret = "ada@example.test s3cret"
	b.script.Always(func(context.Context, func() error) error { return fmt.Errorf("for %s: %w", secret, cloud.ErrTemporary) })
	b.during(time.Minute)
	if r := b.store.row(unit, acme); r.code != codeTemporary {
		t.Errorf("the row keeps %q", r.code)
	}
	if strings.Contains(b.logged.String(), secret) {
		t.Errorf("the log tells: %s", b.logged)
	}
}

func TestStoreThatFailsIsNoCloudsFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.store.fault = func(call string) error {
		if call == "advance" {
			return lifecycle.ErrBusy
		}
		return nil
	}
	b.once()
	if r := b.store.row(unit, acme); r.code != codeStore {
		t.Errorf("row %+v", r)
	}
	b.store.fault = func(call string) error {
		if call == "claim" {
			return lifecycle.ErrBusy
		}
		return nil
	}
	if _, err := b.worker.RunOnce(t.Context()); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("RunOnce: %v, want the store's error", err)
	}
}

// TestCancelledReturnLeavesTheOwnerAlone: the return is cancelled and the owner
// binds again while the worker reads; what it reads is newer than its bound,
// and none of its business any more.
func TestCancelledReturnLeavesTheOwnerAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	cancelled := b.store.unit(unit).Return.ID
	b.script.Once(lifecycle.VerbInventory, func(_ context.Context, call func() error) error {
		b.clock.set(b.clock.now().Add(time.Second))
		b.must(unit, lifecycle.Cancel{Command: b.by(clerk), Return: cancelled, Order: "ord_cancel", UnitPresent: true}.Decide)
		b.cloud.Bind(unit, "ada again", lifecycle.BindingOwner, b.clock.now())
		return call()
	})
	b.until("the cut", func() bool { return b.store.unit(unit).Order.State == lifecycle.OrderDone })
	for _, call := range b.script.Calls() {
		if call.Verb == lifecycle.VerbUnbind && call.Request.Order != "ord_cancel" {
			t.Errorf("the cancelled return asked for an unbind before %s", call.Request.Before)
		}
	}
	if links := b.inventory(unit); len(links) != 1 || links[0].AccountHash != cloudtest.Hash("ada again") {
		t.Errorf("links %v, want the new one alone", links)
	}
}

// TestCancelledReturnLeavesSessionsAlone: the same, where nothing but a session
// is new. Moving the bound behind it would cut the owner's own.
func TestCancelledReturnLeavesSessionsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	cancelled := b.store.unit(unit).Return.ID
	b.script.Always(cloudtest.Lie, lifecycle.VerbUnbind, lifecycle.VerbRevoke, lifecycle.VerbDetach, lifecycle.VerbRotate, lifecycle.VerbCut)
	b.script.Once(lifecycle.VerbProbe, func(_ context.Context, call func() error) error {
		b.must(unit, lifecycle.Cancel{Command: b.by(clerk), Return: cancelled, Order: "ord_cancel", UnitPresent: true}.Decide)
		b.cloud.Session(unit, b.clock.now())
		return call()
	})
	b.until("the look", func() bool { return b.script.Count(lifecycle.VerbProbe) == 1 })
	if n := b.script.Count(lifecycle.VerbCut); n != 1 {
		t.Errorf("a cancelled return asked for %d cuts, want the one of before", n)
	}
}

func TestNothingEndsWithoutAPreflight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Always(cloudtest.Down, lifecycle.VerbPreflight)
	b.during(time.Hour)
	if got := b.task(unit, lifecycle.VerbInventory); !got.Done() {
		t.Errorf("inventory is %s, and was answered", got.State)
	}
	for _, verb := range []lifecycle.Verb{"revoke", "unbind", "detach", "rotate", "cut", "notify"} {
		if n := b.script.Count(verb); n > 0 {
			t.Errorf("%s was asked for %d times", verb, n)
		}
	}
	b.script.Always(cloudtest.Lie, lifecycle.VerbPreflight)
	b.during(time.Hour)
	if got := b.task(unit, lifecycle.VerbPreflight); got.Done() {
		t.Errorf("an empty answer proved a preflight by %q", got.Proof)
	}
}

func TestPatienceIsGivenAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.takenBack()
	b.script.Once(lifecycle.VerbRevoke, cloudtest.Limit(time.Minute))
	b.once()
	if n := b.script.Count(lifecycle.VerbUnbind); n != 0 {
		t.Error("it asked for patience, and was asked the next thing")
	}
}

// TestEvidenceIsOfTheTasksItWasSoughtFor: while the worker reads, a sweep opens
// the tasks again because of a link that had never gone.
func TestEvidenceIsOfTheTasksItWasSoughtFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Once(lifecycle.VerbProbe, cloudtest.Then(func() { b.sweepSees(unit, "ada") }))
	b.until("the look", func() bool { return b.script.Count(lifecycle.VerbProbe) == 1 })
	if got := b.task(unit, lifecycle.VerbUnbind); got.State != lifecycle.TaskOpen {
		t.Errorf("unbind is %s by %q, although it was opened again", got.State, got.Proof)
	}
}

func TestLookThatMissedALinkIsDropped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.takenBack()
	b.script.Once(lifecycle.VerbInventory, cloudtest.Then(func() { b.sweepSees(unit, "thief") }))
	b.once()
	if r := b.store.row(unit, acme); r.code != codeOvertaken || b.task(unit, lifecycle.VerbInventory).Done() {
		t.Errorf("row %+v", r)
	}
}

// sweepSees records what a sweep's own inventory said.
func (b *bundle) sweepSees(unit lifecycle.UnitID, account string) {
	b.Helper()
	b.must(unit, lifecycle.BindingSeen{
		Command: b.by(lifecycle.Actor{Kind: lifecycle.ActorService}),
		Sighting: lifecycle.Sighting{
			Cloud: acme, AccountHash: cloudtest.Hash(account), Kind: lifecycle.BindingOwner,
			Since: b.clock.now().Add(-48 * time.Hour), SeenAt: b.clock.now(),
		},
	}.Decide)
}
