package owner_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
)

// shaky is a feed whose database is away at first, and again after the first
// entry.
type shaky struct {
	*record
	heads, reads atomic.Int32
}

func (s *shaky) Head(ctx context.Context) (int64, error) {
	if s.heads.Add(1) == 1 {
		return 0, fmt.Errorf("head: %w", lifecycle.ErrBusy)
	}
	return s.record.Head(ctx)
}

func (s *shaky) Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error] {
	return func(yield func(lifecycle.Entry, error) bool) {
		read := s.reads.Add(1)
		for entry, err := range s.record.Changes(ctx, since) {
			if !yield(entry, err) {
				return
			}
			if read == 1 {
				yield(lifecycle.Entry{}, fmt.Errorf("read: %w", lifecycle.ErrBusy))
				return
			}
		}
	}
}

// TestRunGoesOnWhereItStopped when the database comes back: a process must not
// end because its database was away.
func TestRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	feed := &shaky{record: k.record}
	started := make(chan struct{})
	k.record.onHead(func() { close(started) })
	room := owner.New(owner.Config{
		Units: k.record, People: k.record, Kept: k.record, Feed: feed, Cloud: k.cloud, CloudName: builtin.Name,
		OfferCode: func(id lifecycle.OfferID) string { return string(id) },
		Origin:    origin, Now: k.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
		Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- room.Run(ctx) }()
	<-started
	var units []lifecycle.Unit
	for range 3 {
		unit, text := k.Sold(t), rand.Text()
		if got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, text)); got.Status != 202 {
			t.Fatalf("bind: %d %s", got.Status, got.Body)
		}
		k.reports(t, unit.ID, text)
		units = append(units, unit)
	}
	deadline := time.Now().Add(20 * time.Second)
	for _, unit := range units {
		for !slices.Equal(k.links(t, unit.ID), []string{k.hash(k.Owner)}) {
			if time.Now().After(deadline) {
				t.Fatalf("links of %s = %v after %d reads", unit.ID, k.links(t, unit.ID), feed.reads.Load())
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if feed.heads.Load() != 2 || feed.reads.Load() != 2 {
		t.Errorf("asked for the end of the feed %d times and read %d times, want 2 and 2", feed.heads.Load(), feed.reads.Load())
	}
}
