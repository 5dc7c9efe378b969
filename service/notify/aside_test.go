package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/store/storetest"
)

// shared is a unit with somebody who accepted a share of it, so that its return
// tells two people.
func (b bundle) shared(t *testing.T) lifecycle.Unit {
	t.Helper()
	unit, share := b.Bound(t), lifecycle.BindingID(storetest.NewID("bnd"))
	b.Must(t, unit.ID, lifecycle.Share{
		Command: b.By(b.Owner), ID: share, To: b.Neighbour.Person, Until: b.Clock.Now().Add(time.Hour), CodeHash: storetest.Hex(string(share)),
	}.Decide)
	b.Must(t, unit.ID, lifecycle.Join{Command: b.By(b.Neighbour), Binding: share}.Decide)
	return unit
}

// breakKey makes a person's key one that does not open, and mends it again.
func (b bundle) breakKey(t *testing.T, person lifecycle.PersonID) (mend func()) {
	t.Helper()
	b.Tamper(t, `CREATE TABLE kept AS SELECT subject, sealed FROM subject_key`)
	if n := b.Tamper(t, fmt.Sprintf(`UPDATE subject_key SET sealed = (SELECT sealed FROM kept WHERE subject = '%s') WHERE subject = '%s'`,
		b.Clerk.Person, person)); n != 1 {
		t.Fatalf("%d keys were changed", n)
	}
	return func() {
		b.Tamper(t, fmt.Sprintf(`UPDATE subject_key SET sealed = (SELECT sealed FROM kept WHERE subject = '%s') WHERE subject = '%s'`, person, person))
	}
}

// TestOneWhoCannotBeToldKeepsNobodyWaiting: neither the others of the same
// entry nor those of later ones. It is tried again, then flagged and logged once,
// and told when it is mended.
func TestOneWhoCannotBeToldKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var log bytes.Buffer
	config := b.config()
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.room = notify.New(config)
	unit := b.shared(t)
	runs(t, b.has(t, b.Owner.Person, 1), b.room) // that they joined
	mend := b.breakKey(t, b.Neighbour.Person)
	b.Must(t, unit.ID, b.TakeBack())
	later := b.TakenBack(t)
	runs(t, b.has(t, b.Owner.Person, 3), b.room)
	if got := slices.Sorted(slices.Values(b.inbox(t, b.Owner.Person))); !slices.Equal(got, []string{"returned", "returned", "share joined"}) {
		t.Errorf("the owner's inbox = %q; want them told of what came after, too (%s)", got, later.ID)
	}
	if got := b.untold(t); len(got) != 1 || got[0].Error != "sealed" || !got[0].GivenUpAt.IsZero() {
		t.Fatalf("untold: %+v, want the one entry", got)
	}
	for range 12 {
		b.Clock.Add(2 * time.Minute)
		if err := b.room.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := b.untold(t)
	if len(got) != 1 || got[0].GivenUpAt.IsZero() || got[0].Tries != 8 {
		t.Fatalf("untold: %+v, want it given up after eight tries", got)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Kind: lifecycle.FlagNoticeMissed}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Unit != unit.ID || flags[0].Org != b.Clerk.Org {
		t.Errorf("flags = %+v, %v; want one, about the unit, for whoever has it", flags, err)
	}
	if officers := b.inbox(t, b.Officer.Person); !slices.Equal(officers, []string{"flag notice-missed"}) {
		t.Errorf("the officer's inbox = %q", officers)
	}
	if n := strings.Count(log.String(), "could not be told"); n != 1 || strings.Contains(log.String(), unit.Key.Serial) {
		t.Errorf("the log says it %d times, want once and nothing of the unit:\n%s", n, log.String())
	}
	mend()
	if count, err := b.room.TryUntold(t.Context()); err != nil || count != 1 {
		t.Errorf("tried again: %d, %v", count, err)
	}
	if err := b.room.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.inbox(t, b.Neighbour.Person); !slices.Contains(got, "share ended") {
		t.Errorf("the neighbour's inbox = %q, want to hear that the share ended", got)
	}
	if got := b.inbox(t, b.Owner.Person); len(got) != 3 {
		t.Errorf("the owner was told again: %q", got)
	}
	if got := b.untold(t); len(got) != 0 {
		t.Errorf("untold still: %+v", got)
	}
}

func (b bundle) untold(t *testing.T) []notice.Untold {
	t.Helper()
	list, _, err := b.room.Untold(t.Context(), lifecycle.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestAnEntryThatDoesNotOpenIsPassed: what cannot even be read is set aside like
// what cannot be queued.
func TestAnEntryThatDoesNotOpenIsPassed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.TakenBack(t)
	seq, err := b.EntryOf(t.Context(), unit.ID, lifecycle.EventReturn, unit.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{World: b.World, happened: func(e lifecycle.Entry) error {
		if e.Seq == seq {
			return errors.New("leaf does not decode")
		}
		return nil
	}}
	config := b.config()
	config.Feed, config.Queue, config.Aside = f, f, f
	b.room = notify.New(config)
	b.TakenBack(t)
	runs(t, b.has(t, b.Owner.Person, 1), b.room)
	if got := b.untold(t); len(got) != 1 || got[0].Source != notice.SourceEntry(seq) || got[0].Error != "unreadable" {
		t.Errorf("untold: %+v, want entry %d", got, seq)
	}
}

// faulty is a store some of whose answers are errors.
type faulty struct {
	*storetest.World
	happened func(lifecycle.Entry) error
	write    func() error // of what queues, and of what sets aside
	queued, told, moved, read,
	presents atomic.Int64
}

func (f *faulty) Happened(ctx context.Context, e lifecycle.Entry, now bool) (lifecycle.Change, lifecycle.Snapshot, error) {
	f.read.Add(1)
	if now {
		f.presents.Add(1)
	}
	if f.happened != nil {
		if err := f.happened(e); err != nil {
			return lifecycle.Change{}, lifecycle.Snapshot{}, err
		}
	}
	return f.Store.Happened(ctx, e, now)
}

func (f *faulty) failed() error {
	if f.write == nil {
		return nil
	}
	return f.write()
}

func (f *faulty) Tell(ctx context.Context, list []notice.Notice, job string, version int64, position string) (bool, error) {
	f.told.Add(1)
	if err := f.failed(); err != nil {
		return false, err
	}
	return f.Store.Tell(ctx, list, job, version, position)
}

func (f *faulty) QueueNotice(ctx context.Context, n notice.Notice) error {
	f.queued.Add(1)
	if err := f.failed(); err != nil {
		return err
	}
	return f.Store.QueueNotice(ctx, n)
}

func (f *faulty) SetAside(ctx context.Context, u notice.Untold) error {
	if err := f.failed(); err != nil {
		return err
	}
	return f.Store.SetAside(ctx, u)
}

func (f *faulty) MovePosition(ctx context.Context, job string, version int64, position string) (bool, error) {
	f.moved.Add(1)
	return f.Store.MovePosition(ctx, job, version, position)
}

// TestADatabaseThatIsAwayIsWaitedFor: then nothing is set aside, the reader
// stays where it is, and tells when the database is back.
func TestADatabaseThatIsAwayIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]error{
		"busy": fmt.Errorf("writes wait: %w", lifecycle.ErrBusy), "away": errors.New("connection refused"), "late": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			var tries atomic.Int64
			f := &faulty{World: b.World, write: func() error {
				if tries.Add(1) <= 6 {
					return fault
				}
				return nil
			}}
			rests := make(chan struct{}, 100)
			config := b.config()
			config.Feed, config.Queue, config.Aside = f, f, f
			config.Pause = func(context.Context, time.Duration) error { rests <- struct{}{}; return nil }
			b.room = notify.New(config)
			b.TakenBack(t)
			runs(t, b.has(t, b.Owner.Person, 1), b.room)
			if got := b.untold(t); len(got) != 0 {
				t.Errorf("set aside: %+v", got)
			}
			if len(rests) < 2 {
				t.Errorf("it rested %d times, want to have waited", len(rests))
			}
		})
	}
}

// TestWhatAReturnCosts the reader: one reading of the entry, without how the unit
// is now, and one transaction for both notices and the position. What nobody is
// told of is not read.
func TestWhatAReturnCosts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.shared(t)
	runs(t, b.has(t, b.Owner.Person, 1), b.room) // that they joined, which is the last entry
	before := len(b.inbox(t, b.Neighbour.Person))
	f := &faulty{World: b.World}
	config := b.config()
	config.Feed, config.Queue, config.Aside = f, f, f
	b.room = notify.New(config)
	b.Must(t, unit.ID, b.TakeBack())
	runs(t, b.has(t, b.Neighbour.Person, before+1), b.room)
	want := [5]int64{1, 0, 1, 0, 0}
	if got := [5]int64{f.read.Load(), f.presents.Load(), f.told.Load(), f.queued.Load(), f.moved.Load()}; got != want {
		t.Errorf("read, with how it is now, told, queued alone, moved alone: %v, want %v", got, want)
	}
}

// slow is a push service that never answers.
type slow struct{ called, done chan struct{} }

func (s slow) Send(ctx context.Context, _ notice.Subscription, _ []byte) error {
	select {
	case s.called <- struct{}{}:
	default:
	}
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	return errors.New("too late")
}

// TestASlowPushServiceDelaysNoMail: a former owner is told within a minute,
// whatever somebody else has typed as their push service.
func TestASlowPushServiceDelaysNoMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := slow{make(chan struct{}, 1), make(chan struct{})}
	defer close(s.done)
	config := b.config()
	config.Pusher = s
	b.room = notify.New(config)
	if err := b.Subscribe(t.Context(), notice.Subscription{Person: b.Neighbour.Person, Endpoint: "https://slow.example/x", P256DH: "k", Auth: "a"}); err != nil {
		t.Fatal(err)
	}
	stolen := notice.Notice{To: b.Neighbour.Person, Kind: notice.KindStolen, Params: map[string]string{"unit": "acme S2"}, Once: "1", At: b.Clock.Now()}
	if err := b.QueueNotice(t.Context(), stolen); err != nil {
		t.Fatal(err)
	}
	told := false
	runs(t, func() bool {
		select {
		case <-s.called: // the push waits from now on
			b.tell(t, notice.KindReleased, "2")
			b.room.Nudge()
			told = true
		default:
		}
		return told && len(b.post.letters()) == 2
	}, b.room)
}
