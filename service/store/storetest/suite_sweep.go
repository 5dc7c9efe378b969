package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func sweepScenarios() []scenario {
	return []scenario{
		{"a job runs once for a slot", runsOnce},
		{"a run is on record", runRecorded},
		{"a run that fell silent is abandoned, once", runAbandoned},
		{"the last good run is found", runGood},
		{"a position moves from the version that was read", positionMoves},
		{"what is over is purged, and nothing else", purgeKeeps},
		{"resold and certified units are watched, others are not", watchKept},
		{"a probe is kept without a change", probeKept},
		{"absent returns are found", absentReturns},
		{"units that changed hands without a return are found", resold},
	}
}

func runsOnce(t *testing.T, w *World) {
	slot := w.Clock.Now()
	var started atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mine, err := w.StartRun(t.Context(), "stuck-reset", slot)
			if err != nil {
				t.Errorf("start: %v", err)
			}
			if mine {
				started.Add(1)
			}
		})
	}
	wg.Wait()
	if got := started.Load(); got != 1 {
		t.Errorf("%d started, want one", got)
	}
	if mine, err := w.StartRun(t.Context(), "stuck-reset", slot.Add(time.Minute)); err != nil || !mine {
		t.Errorf("the next slot: %v, %v; want to run it", mine, err)
	}
}

func runRecorded(t *testing.T, w *World) {
	slot := w.Clock.Now()
	if _, err := w.StartRun(t.Context(), "ledger-audit", slot); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	run := lifecycle.SweepRun{
		Job: "ledger-audit", Slot: slot, Started: slot, Ended: w.Clock.Now(), Seen: 10, Flagged: 2, Failed: 1, Error: "timeout", Position: "7",
	}
	progress := run
	progress.Ended = time.Time{}
	for _, step := range []lifecycle.SweepRun{progress, run} {
		if err := w.FinishRun(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	run.Alive = w.Clock.Now()
	runs, err := w.Runs(t.Context(), "ledger-audit", 5)
	if diff := cmp.Diff([]lifecycle.SweepRun{run}, runs); err != nil || diff != "" {
		t.Errorf("runs: %v, (-want +got):\n%s", err, diff)
	}
	if err := w.FinishRun(t.Context(), run); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a run that has ended: %v, want ErrNotFound", err)
	}
	run.Slot = slot.Add(time.Hour)
	if err := w.FinishRun(t.Context(), run); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a run that never started: %v, want ErrNotFound", err)
	}
}

func runAbandoned(t *testing.T, w *World) {
	slot := w.Clock.Now()
	if _, err := w.StartRun(t.Context(), "ledger-audit", slot); err != nil {
		t.Fatal(err)
	}
	read := func() lifecycle.SweepRun {
		t.Helper()
		runs, err := w.RunsUntil(t.Context(), "ledger-audit", w.Clock.Now(), 1)
		if err != nil || len(runs) != 1 {
			t.Fatalf("runs %+v, %v", runs, err)
		}
		return runs[0]
	}
	before := read()
	w.Clock.Add(time.Minute)
	if err := w.FinishRun(t.Context(), lifecycle.SweepRun{Job: "ledger-audit", Slot: slot, Seen: 7, Position: "there"}); err != nil {
		t.Fatal(err)
	}
	if done, err := w.AbandonRun(t.Context(), before); err != nil || done {
		t.Errorf("abandoned %v, %v; it has said something since it was read", done, err)
	}
	silent := read()
	w.Clock.Add(time.Hour)
	var abandoned atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if done, err := w.AbandonRun(t.Context(), silent); err != nil {
				t.Errorf("abandon: %v", err)
			} else if done {
				abandoned.Add(1)
			}
		})
	}
	wg.Wait()
	got := read()
	if abandoned.Load() != 1 || got.Error != lifecycle.RunUnfinished || !got.Ended.Equal(silent.Alive) || got.Position != "there" {
		t.Errorf("%d abandoned it: %+v; want one, unfinished since it fell silent, with its position", abandoned.Load(), got)
	}
	if err := w.FinishRun(t.Context(), lifecycle.SweepRun{Job: "ledger-audit", Slot: slot, Seen: 8}); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("it speaks up again: %v, want ErrNotFound", err)
	}
}

func runGood(t *testing.T, w *World) {
	if run, err := w.GoodRun(t.Context(), "stuck-reset", w.Clock.Now()); err != nil || run.Job != "" {
		t.Errorf("no run yet: %+v, %v", run, err)
	}
	first := w.Clock.Now()
	for i, code := range []string{"", "some-failed", "failed", "unfinished"} {
		slot := first.Add(time.Duration(i) * time.Hour)
		w.ranAt(t, "stuck-reset", slot, code)
	}
	w.Clock.Add(12 * time.Hour)
	for _, c := range []struct{ until, want time.Duration }{{0, 0}, {time.Hour, time.Hour}, {9 * time.Hour, time.Hour}} {
		run, err := w.GoodRun(t.Context(), "stuck-reset", first.Add(c.until))
		if err != nil || !run.Slot.Equal(first.Add(c.want)) {
			t.Errorf("good until %s: %+v, %v; want that of %s", c.until, run, err, c.want)
		}
	}
}

// ranAt puts a run that has ended on record.
func (w *World) ranAt(t *testing.T, job string, slot time.Time, code string) {
	t.Helper()
	if _, err := w.StartRun(t.Context(), job, slot); err != nil {
		t.Fatal(err)
	}
	if err := w.FinishRun(t.Context(), lifecycle.SweepRun{Job: job, Slot: slot, Ended: slot, Error: code}); err != nil {
		t.Fatal(err)
	}
}

func positionMoves(t *testing.T, w *World) {
	if at, version, err := w.Position(t.Context(), "ledger-audit"); err != nil || at != "" || version != 0 {
		t.Errorf("no position yet: %q, %d, %v", at, version, err)
	}
	for version := range int64(3) {
		var moved atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				ok, err := w.MovePosition(t.Context(), "ledger-audit", version, "there")
				if err != nil {
					t.Errorf("move: %v", err)
				}
				if ok {
					moved.Add(1)
				}
			})
		}
		wg.Wait()
		at, now, err := w.Position(t.Context(), "ledger-audit")
		if moved.Load() != 1 || err != nil || at != "there" || now != version+1 {
			t.Errorf("from version %d: %d moved it, to %q at %d, %v; want one", version, moved.Load(), at, now, err)
		}
	}
}

func purgeKeeps(t *testing.T, w *World) {
	unit, now := w.Bound(t), w.Clock.Now()
	for _, days := range []int{0, 1, 40, 41} {
		w.ranAt(t, "stuck-reset", now.Add(-time.Duration(days)*24*time.Hour), "")
	}
	w.ranAt(t, "lonely", now.Add(-90*24*time.Hour), "")
	w.ranAt(t, "lonely", now.Add(-80*24*time.Hour), "failed")
	for _, hash := range []string{"fresh", "over"} {
		until := now.Add(time.Hour)
		if hash == "over" {
			until = now.Add(-3 * time.Hour)
		}
		if err := w.SaveChallenge(t.Context(), unit.ID, Hex(hash), unit.Epoch, until); err != nil {
			t.Fatal(err)
		}
	}
	for _, link := range []access.SetupLink{
		{Hash: Hex("old"), Person: w.Clerk.Person, ExpiresAt: now.Add(-8 * 24 * time.Hour)},
		{Hash: Hex("new"), Person: w.Officer.Person, ExpiresAt: now.Add(time.Hour)},
	} {
		if err := w.SaveSetupLink(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	// Two old runs, one nonce, one link. The newest good run of each job stays.
	if purged, more, err := w.Purge(t.Context()); err != nil || purged != 4 || more {
		t.Errorf("purged %d, more %v, %v; want 4", purged, more, err)
	}
	if runs, err := w.Runs(t.Context(), "stuck-reset", 10); err != nil || len(runs) != 2 {
		t.Errorf("runs %+v, %v; want the two of this month", runs, err)
	}
	if run, err := w.GoodRun(t.Context(), "lonely", now); err != nil || run.Job == "" {
		t.Errorf("the only good run is gone: %+v, %v", run, err)
	}
	if _, err := w.TakeChallenge(t.Context(), unit.ID, Hex("fresh"), now); err != nil {
		t.Errorf("a nonce that is good: %v", err)
	}
	if _, err := w.SetupLink(t.Context(), Hex("new")); err != nil {
		t.Errorf("a link that is good: %v", err)
	}
}

func (w *World) watched(t *testing.T, limit int) map[lifecycle.UnitID]bool {
	t.Helper()
	watched := map[lifecycle.UnitID]bool{}
	page := lifecycle.Page{Limit: limit}
	for {
		units, next, err := w.WatchedUnits(t.Context(), time.Time{}, w.Clock.Now(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range units {
			watched[unit.Unit.ID] = true
		}
		if next == "" {
			return watched
		}
		page.After = next
	}
}

func watchKept(t *testing.T, w *World) {
	w.Bound(t) // sold once: nobody was there before
	certified, resold := w.Certified(t), w.Certified(t)
	w.Must(t, resold.ID, lifecycle.Sell{Command: w.By(w.Technician), ID: lifecycle.SaleID(NewID("sal"))}.Decide)
	want := map[lifecycle.UnitID]bool{certified.ID: true, resold.ID: true}
	if diff := cmp.Diff(want, w.watched(t, 1)); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
	w.Clock.Add(time.Second)
	look := lifecycle.Look{Unit: certified.ID, Next: w.Clock.Now().Add(time.Hour)}
	if err := w.RecordLooks(t.Context(), w.Clock.Now(), []lifecycle.Look{look}); err != nil {
		t.Fatal(err)
	}
	delete(want, certified.ID)
	if diff := cmp.Diff(want, w.watched(t, 10)); diff != "" {
		t.Errorf("due after one was looked at (-want +got):\n%s", diff)
	}
	w.Must(t, resold.ID, w.TakeBack())
	if got := w.watched(t, 10); len(got) != 0 {
		t.Errorf("watched after the return: %v, want nothing due", got)
	}
	w.Clock.Add(time.Hour)
	if got := w.watched(t, 10); !got[certified.ID] || len(got) != 1 {
		t.Errorf("watched an hour later: %v, want the certified unit", got)
	}
}

func probeKept(t *testing.T, w *World) {
	unit := w.Bound(t)
	first := w.Clock.Now()
	seen := lifecycle.Sighting{Cloud: Cloud, AccountHash: Hex("a"), Kind: lifecycle.BindingOwner, SeenAt: first}
	probe := lifecycle.Probe{Cloud: Cloud, At: first}
	if err := w.RecordProbe(t.Context(), unit.ID, probe, []lifecycle.Sighting{seen}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	again := seen
	again.SeenAt, again.GoneAt = w.Clock.Now(), w.Clock.Now()
	probe = lifecycle.Probe{Cloud: Cloud, At: w.Clock.Now(), Dark: true}
	if err := w.RecordProbe(t.Context(), unit.ID, probe, []lifecycle.Sighting{again}); err != nil {
		t.Fatal(err)
	}
	seen.GoneAt = w.Clock.Now()
	s := w.snapshot(t, unit.ID)
	if diff := cmp.Diff([]lifecycle.Probe{probe}, s.Probes); diff != "" {
		t.Errorf("probes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]lifecycle.Sighting{seen}, s.Sightings); diff != "" {
		t.Errorf("sightings keep when an account was seen first (-want +got):\n%s", diff)
	}
	if s.Unit.Version != unit.Version {
		t.Errorf("version %d, want %d as before", s.Unit.Version, unit.Version)
	}
	if err := w.RecordProbe(t.Context(), "unt_x", probe, nil); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("probe of an unknown unit: %v, want ErrNotFound", err)
	}
}

func absentReturns(t *testing.T, w *World) {
	quiet, calling := w.TakenBack(t), w.TakenBack(t)
	absent := func() []lifecycle.UnitID {
		t.Helper()
		units, _, err := w.AbsentReturns(t.Context(), w.Clock.Now().Add(-14*24*time.Hour), lifecycle.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return units
	}
	if got := absent(); len(got) != 0 {
		t.Errorf("absent at once: %v, want nothing", got)
	}
	w.Clock.Add(time.Minute)
	w.Must(t, calling.ID, w.Hears(calling, lifecycle.ResetNone, "")) // from the network at home
	if got := absent(); len(got) != 1 || got[0] != calling.ID {
		t.Errorf("absent after a call from home: %v, want %s", got, calling.ID)
	}
	w.Clock.Add(15 * 24 * time.Hour)
	if got := absent(); len(got) != 2 {
		t.Errorf("absent after 15 days: %v, want %s as well", got, quiet.ID)
	}
}

func resold(t *testing.T, w *World) {
	stolen, returned := w.Bound(t), w.Bound(t)
	w.Clock.Add(time.Minute)
	for _, unit := range []lifecycle.Unit{stolen, returned} {
		w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetHard, Hex("fresh")))
	}
	w.Clock.Add(time.Minute)
	w.Must(t, returned.ID, w.TakeBack())
	found, _, err := w.ResoldWithoutReturn(t.Context(), lifecycle.Page{})
	if err != nil || len(found) != 1 || found[0] != stolen.ID {
		t.Errorf("found %v, %v; want %s", found, err, stolen.ID)
	}
}
