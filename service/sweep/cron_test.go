package sweep

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// counted is a room with one job of every ten minutes, which counts its runs.
type counted struct {
	*kit
	mu   sync.Mutex
	runs int                                     // by mu
	work func(context.Context, *tally) error     // what a run does; nil: nothing
	rows func(t *testing.T) []lifecycle.SweepRun // on record
}

func newCounted(t *testing.T) *counted {
	t.Helper()
	c := &counted{kit: newKit(t)}
	c.only(c.sweep)
	c.rows = func(t *testing.T) []lifecycle.SweepRun {
		t.Helper()
		runs, err := c.Runs(t.Context(), StuckReset, 200)
		if err != nil {
			t.Fatal(err)
		}
		return runs
	}
	return c
}

// only leaves a room the one job that counts.
func (c *counted) only(s *Sweep) {
	s.jobs = nil
	s.add(StuckReset, "*/10 * * * *", func(ctx context.Context, tally *tally) error {
		c.mu.Lock()
		c.runs++
		work := c.work
		c.mu.Unlock()
		if work == nil {
			return nil
		}
		return work(ctx, tally)
	})
}

// replica is another process over the same store.
func (c *counted) replica() *Sweep {
	s := New(c.sweep.config)
	c.only(s)
	return s
}

// tick lets rooms look once, all at the same time, and waits for their runs.
func (c *counted) tick(t *testing.T, rooms ...*Sweep) {
	t.Helper()
	var ticking sync.WaitGroup
	for _, s := range append(rooms, c.sweep) {
		ticking.Go(func() {
			s.tick(t.Context())
			s.running.Wait()
		})
	}
	ticking.Wait()
}

// pass lets time pass, with a tick every minute.
func (c *counted) pass(t *testing.T, d time.Duration, rooms ...*Sweep) {
	t.Helper()
	for range d / time.Minute {
		c.Clock.Add(time.Minute)
		c.tick(t, rooms...)
	}
}

// times is how often the job was run since the last time it was asked.
func (c *counted) times() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.runs
	c.runs = 0
	return n
}

func (c *counted) missed(t *testing.T) []lifecycle.Flag {
	t.Helper()
	flags, _, err := c.Flags(t.Context(), lifecycle.FlagFilter{Kind: lifecycle.FlagSweepMissed}, lifecycle.Page{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return flags
}

func (c *counted) standing(t *testing.T) Status {
	t.Helper()
	statuses, err := c.sweep.Statuses(t.Context())
	if err != nil || len(statuses) != 1 {
		t.Fatalf("statuses: %+v, %v", statuses, err)
	}
	return statuses[0]
}

func TestAFirstStartHasMissedNothing(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.Clock.Add(7 * time.Minute)
	if got := c.standing(t); got.Standing != StandingNever || !got.Started.IsZero() {
		t.Errorf("before the first tick: %+v", got)
	}
	c.tick(t)
	if got := c.standing(t); c.times() != 0 || got.Standing != StandingNever || !got.Started.IsZero() || len(c.missed(t)) != 0 {
		t.Errorf("it ran, or counts as missed: %+v", got)
	}
	c.pass(t, 30*time.Minute)
	if got := c.standing(t); c.times() != 3 || got.Standing != StandingOnTime || got.Started.IsZero() {
		t.Errorf("half an hour later: %+v, want three runs", got)
	}
}

// Of two processes over one store, at the same instant, one runs each slot.
func TestReplicasRunASlotOnce(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	second, third := c.replica(), c.replica()
	c.tick(t, second, third)
	c.pass(t, 2*time.Hour, second, third)
	if got := c.times(); got != 12 {
		t.Errorf("%d runs in two hours, want 12", got)
	}
	slots := map[time.Time]bool{}
	for _, run := range c.rows(t) {
		slots[run.Slot] = true
	}
	if len(slots) != 13 || len(c.missed(t)) != 0 {
		t.Errorf("%d slots, flags %+v; want twelve and the beginning", len(slots), c.missed(t))
	}
}

func TestAClockThatJumpsOn(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.pass(t, 30*time.Minute)
	c.times()
	c.Clock.Add(time.Hour)
	c.tick(t)
	if got := c.times(); got != 1 {
		t.Errorf("%d runs at once after the jump, want one for the last slot", got)
	}
	flags := c.missed(t)
	if len(flags) != 1 || flags[0].State != lifecycle.FlagResolved || flags[0].DoneBy != "" || flags[0].Org != c.Vendor.ID {
		t.Fatalf("flags: %+v; want one, of the host, that has settled by itself", flags)
	}
	want := map[string]string{"job": StuckReset, "how": "missed", "since": stamp(c.Clock.Now().Add(-50 * time.Minute)), "slots": "6"}
	if diff := cmp.Diff(want, flags[0].Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	c.pass(t, time.Hour)
	if got := c.times(); got != 6 || len(c.missed(t)) != 1 {
		t.Errorf("%d runs in the hour after, flags %+v; want six and no more flags", got, c.missed(t))
	}
}

// The hour that a clock repeats is swept again, in slots of its own: no slot
// runs twice, and nobody waits for an hour.
func TestAClockThatJumpsBack(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	second := c.replica()
	c.tick(t, second)
	c.pass(t, 90*time.Minute, second)
	c.times()
	c.Clock.Add(-time.Hour)
	c.tick(t, second)
	if got := c.standing(t); got.Standing != StandingAhead {
		t.Errorf("right after the jump: %+v", got)
	}
	c.pass(t, 50*time.Minute, second)
	if got := c.times(); got != 6 {
		t.Errorf("%d runs in the repeated hour, want one for each ten minutes", got)
	}
	c.pass(t, 40*time.Minute, second)
	if got := c.times(); got != 3 {
		t.Errorf("%d runs in the 40 minutes after, want 3: the last slot of the hour was run before", got)
	}
	if got := c.standing(t); got.Standing != StandingOnTime || len(c.missed(t)) != 0 {
		t.Errorf("after it: %+v, flags %+v", got, c.missed(t))
	}
	slots := map[time.Time]int{}
	for _, run := range c.rows(t) {
		if slots[run.Slot]++; slots[run.Slot] > 1 {
			t.Errorf("slot %v was run twice", run.Slot)
		}
	}
}

func TestAProcessThatWasDown(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.pass(t, 10*time.Minute)
	c.Clock.Add(26 * time.Hour)
	again := c.replica() // the next start: it remembers nothing
	if got := c.standing(t); got.Standing != StandingMissed || got.Missed != 156 {
		t.Errorf("before anything runs: %+v", got)
	}
	c.sweep = again
	c.times()
	c.tick(t)
	if got := c.times(); got != 1 {
		t.Errorf("%d runs at the start, want one", got)
	}
	flags := c.missed(t)
	if len(flags) != 1 || flags[0].Severity != lifecycle.SeverityHigh || flags[0].State != lifecycle.FlagResolved {
		t.Errorf("flags: %+v; want one of a day, settled", flags)
	}
	if got := c.standing(t); got.Standing != StandingOnTime {
		t.Errorf("after the run: %+v", got)
	}
}

// A run dies in the middle: its flag stands, another process marks it, begins
// the slot again where it had come to, and the flag settles.
func TestARunThatDied(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.Clock.Add(10 * time.Minute)
	slot := latest(c.sweep.jobs[0].schedule, c.Clock.Now())
	if first, err := c.StartRun(t.Context(), StuckReset, slot); err != nil || !first {
		t.Fatal(first, err)
	}
	if err := c.FinishRun(t.Context(), lifecycle.SweepRun{Job: StuckReset, Slot: slot, Seen: 9, Position: "list unt_9"}); err != nil {
		t.Fatal(err)
	}
	c.pass(t, 4*time.Minute)
	if got := c.standing(t); c.times() != 0 || got.Standing != StandingRunning {
		t.Fatalf("four minutes silent: %+v, want it left alone", got)
	}
	var resumed string
	c.work = func(_ context.Context, tally *tally) error {
		resumed, tally.resume = tally.resume, ""
		return nil
	}
	c.Clock.Add(time.Minute)
	if got := c.standing(t); got.Standing != StandingStuck || !got.Since.Equal(slot) {
		t.Errorf("five minutes silent: %+v, want stuck since %v", got, slot)
	}
	c.tick(t) // it is marked
	flags := c.missed(t)
	if len(flags) != 1 || flags[0].State != lifecycle.FlagOpen || flags[0].Evidence["how"] != string(StandingStuck) {
		t.Errorf("flags: %+v; want one that stands", flags)
	}
	c.tick(t, c.replica()) // and one of two begins it again
	if got := c.times(); got != 1 || resumed != "list unt_9" {
		t.Errorf("%d runs, from %q; want one from where it was", got, resumed)
	}
	runs := c.rows(t)
	if len(runs) != 3 || runs[1].Error != lifecycle.RunUnfinished || !runs[0].Slot.Equal(slot.Add(time.Millisecond)) {
		t.Errorf("runs: %+v", runs)
	}
	if flags := c.missed(t); len(flags) != 1 || flags[0].State != lifecycle.FlagResolved {
		t.Errorf("flags: %+v; want it settled", flags)
	}
}

// A job that kills whoever runs it is not begun for ever, and is told of.
func TestAJobThatKills(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.Clock.Add(10 * time.Minute)
	for range 5 {
		dying, die := context.WithCancel(t.Context())
		c.work = func(context.Context, *tally) error {
			die()
			return dying.Err()
		}
		room := c.replica()
		room.tick(dying)
		room.running.Wait()
		die()
		c.Clock.Add(time.Minute)
	}
	if got := c.times(); got != maxTries {
		t.Errorf("begun %d times, want %d", got, maxTries)
	}
	c.tick(t)
	flags := c.missed(t)
	if len(flags) != 1 || flags[0].State != lifecycle.FlagOpen || flags[0].Severity != lifecycle.SeverityLow {
		t.Fatalf("flags: %+v; want one that stands", flags)
	}
	c.Clock.Add(2 * time.Hour)
	c.work = func(context.Context, *tally) error { return errors.New("the disk is on fire") }
	c.pass(t, 30*time.Minute)
	flags = c.missed(t)
	if len(flags) != 1 || flags[0].Severity != lifecycle.SeverityMedium || flags[0].Evidence["how"] != string(StandingFailed) {
		t.Errorf("hours later: %+v; want the same flag, more urgent", flags)
	}
	c.work = nil
	c.pass(t, 10*time.Minute)
	if flags := c.missed(t); len(flags) != 1 || flags[0].State != lifecycle.FlagResolved {
		t.Errorf("it runs again: %+v; want it settled", flags)
	}
}

// A flag that somebody settled by hand while the job still does not run comes
// back at the next look.
func TestAMissedSweepThatWasSettledTooEarly(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.work = func(context.Context, *tally) error { return errors.New("no") }
	c.pass(t, 20*time.Minute)
	flag := c.missed(t)[0]
	if _, err := c.WorkFlag(t.Context(), flag.ID, c.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	c.pass(t, 20*time.Minute)
	if flags := c.missed(t); len(flags) != 1 || flags[0].State != lifecycle.FlagOpen || flags[0].Reopened != 1 {
		t.Errorf("flags: %+v; want it open again", flags)
	}
}

// Run ends with its context, and what was under way with it.
func TestRunEndsAndWaits(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	c.tick(t)
	c.Clock.Add(10 * time.Minute)
	ticks, began := make(chan time.Time), make(chan struct{})
	c.sweep.config.Ticks = ticks
	c.work = func(ctx context.Context, _ *tally) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.sweep.Run(ctx) }()
	ticks <- time.Time{}
	<-began
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	if run := c.rows(t)[0]; run.Error != lifecycle.RunUnfinished || run.Ended.IsZero() {
		t.Errorf("a run that was told to end: %+v, want unfinished, for the next start", run)
	}
	broken := New(Config{Audit: AuditConfig{FullPass: "never"}})
	if err := broken.Run(t.Context()); err == nil {
		t.Error("a schedule that cannot be read is taken")
	}
}
