package sweep

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// Two processes, each with a store of its own over one PostgreSQL: a slot is
// run once, a missed one raises one flag, and it settles once.
func TestReplicasOverOnePostgreSQL(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	first := storetest.Populate(t, server.OpenNew(t))
	dir := t.TempDir()
	copyKeys(t, first.Dir, dir)
	second := server.OpenIn(t, first.Database, dir, first.Clock)
	var runs atomic.Int64
	room := func(store *storetest.Opened) *Sweep {
		s := New(Config{
			Runs: store.Store, Flags: store.Store, Now: first.Clock.Now, Log: slog.New(slog.DiscardHandler),
			Host: func(context.Context) (lifecycle.OrgID, error) { return first.Vendor.ID, nil },
		})
		s.jobs = nil
		s.add(StuckReset, "*/10 * * * *", func(context.Context, *tally) error {
			runs.Add(1)
			return nil
		})
		return s
	}
	rooms := []*Sweep{room(&first.Opened), room(&second)}
	tick := func() {
		var ticking sync.WaitGroup
		for _, s := range rooms {
			ticking.Go(func() {
				s.tick(t.Context())
				s.running.Wait()
			})
		}
		ticking.Wait()
	}
	tick()
	for range 6 {
		first.Clock.Add(10 * time.Minute)
		tick()
	}
	if got := runs.Swap(0); got != 6 {
		t.Errorf("%d runs in an hour, want 6", got)
	}
	first.Clock.Add(3 * time.Hour)
	tick()
	if got := runs.Load(); got != 1 {
		t.Errorf("%d runs after the gap, want one", got)
	}
	tick() // one that looked before the run had ended clears up now
	flags, _, err := first.Flags(t.Context(), lifecycle.FlagFilter{Kind: lifecycle.FlagSweepMissed}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Severity != lifecycle.SeverityMedium || flags[0].State != lifecycle.FlagResolved {
		t.Errorf("flags %+v, %v; want one, settled", flags, err)
	}
}

// copyKeys gives a second process the keys of the first.
func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(to, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(from, "keys", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		key, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, "keys", filepath.Base(name)), key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
