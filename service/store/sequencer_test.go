package store_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/storetest"
)

// writers write what is to be sequenced.
type writers struct{ *storetest.World }

// busy has so many writers make units, and returns how many there are now.
func (w writers) busy(t *testing.T, hands, each int) int {
	var all sync.WaitGroup
	for range hands {
		all.Go(func() {
			for range each {
				w.Registered(t)
			}
		})
	}
	all.Wait()
	return hands * each
}

// oneTree wants every entry in one place, and an audit without findings.
func (w writers) oneTree(t *testing.T, registered int) {
	t.Helper()
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Audit(t.Context(), w.Ledger(t.Context()), w.Verifiers(t))
	if err != nil || !report.OK() || !report.Done() || report.Signed != report.Size {
		t.Fatalf("audit: %v, %+v", err, report)
	}
	entries, err := w.Ledger(t.Context()).Entries(t.Context(), 0, report.Size)
	if err != nil {
		t.Fatal(err)
	}
	seen, made := map[string]int{}, 0
	for _, entry := range entries {
		leaf, err := ledger.DecodeLeaf(entry.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		seen[leaf.ID]++
		if leaf.Event == "register" {
			made++
		}
	}
	if diff := cmp.Diff([]int{len(entries), registered}, []int{len(seen), made}); diff != "" {
		t.Errorf("entries and units (-want +got):\n%s", diff)
	}
}

// bare is a process that does nothing but sequence, in a way of its own.
func bare(t *testing.T, w *storetest.World, change func(*book.SequencerConfig)) *book.Sequencer {
	t.Helper()
	db, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), URL: w.Database, Readers: 2, Migrations: os.DirFS("migrations"), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	config := book.SequencerConfig{
		Log: &book.Log{
			Keys: w.Ring, Now: w.Clock.Now, Bell: &book.Bell{}, Shared: true, NewID: func() string { return storetest.NewID("ent") },
		},
		Write: db.Write, Errs: slog.New(slog.DiscardHandler),
		First: func() book.Record { panic("this ledger has begun") },
	}
	change(&config)
	return book.NewSequencer(config)
}

// Sequencers that all believe to have the turn, and one that stands still
// between its last statement and its commit: the head moves by
// compare-and-swap, so there is one tree all the same.
func TestSequencersWithoutALock(t *testing.T) {
	t.Parallel()
	w := writers{storetest.Populate(t, storetest.NewServer(t).OpenNew(t))}
	always := func(*engine.Tx) (bool, error) { return true, nil }
	sequencers := []*book.Sequencer{
		bare(t, w.World, func(c *book.SequencerConfig) { c.Turn = always }),
		bare(t, w.World, func(c *book.SequencerConfig) { c.Turn = always }),
		bare(t, w.World, func(c *book.SequencerConfig) {
			c.Turn = always
			write := c.Write
			c.Write = func(ctx context.Context, run func(*engine.Tx) error) error {
				return write(ctx, func(tx *engine.Tx) error {
					err := run(tx)
					<-time.After(20 * time.Millisecond)
					return err
				})
			}
		}),
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, s := range sequencers {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := s.Sign(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, lifecycle.ErrBusy) {
					t.Errorf("sequence: %v", err)
				}
				<-time.After(time.Millisecond)
			}
		})
	}
	written := w.busy(t, 4, 40)
	stop()
	running.Wait()
	w.oneTree(t, written)
}

// A sequencer whose connection is cut in the middle of its turn, again and
// again, loses nothing and does nothing twice; the others go on.
func TestASequencerThatIsCutOff(t *testing.T) {
	t.Parallel()
	w := writers{storetest.Populate(t, storetest.NewServer(t).OpenNew(t))}
	cut := 0
	s := bare(t, w.World, func(c *book.SequencerConfig) {
		write := c.Write
		c.Write = func(ctx context.Context, run func(*engine.Tx) error) error {
			return write(ctx, func(tx *engine.Tx) error {
				if err := run(tx); err != nil {
					return err
				}
				if cut++; cut%2 == 1 {
					_, err := tx.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`)
					return err
				}
				return nil
			})
		}
	})
	done := make(chan int)
	go func() { done <- w.busy(t, 2, 40) }()
	for written := -1; written < 0; {
		_ = s.Sign(t.Context()) // every second one is cut off
		select {
		case written = <-done:
			w.oneTree(t, written)
		default:
		}
	}
	if cut < 2 {
		t.Errorf("cut off %d times", cut)
	}
}
