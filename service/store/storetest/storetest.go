package storetest

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/store"
)

// Origin is the ledger's name in tests.
const Origin = "quitclaim.test/log"

// Clock is a clock that tests set. It starts at a fixed instant and stands
// still.
type Clock struct {
	mu  sync.Mutex
	now time.Time // by mu
}

// NewClock starts a clock.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

// Now is what the store is given as its clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Opened is an open store with what it was opened with.
type Opened struct {
	*store.Store
	Clock *Clock
	Ring  *keyring.Ring
	Dir   string
	// Database is where the server is that holds the data; empty: it is in Dir.
	Database string
	// Seen is told what the store is asked, also after it was opened again.
	Seen func(query string)
}

// Again closes the store and opens it anew on what is there.
func (o Opened) Again(t testing.TB) Opened {
	t.Helper()
	if err := o.Close(); err != nil {
		t.Fatalf("close store: %v", err)
	}
	config := Config(t, o.Dir, o.Clock)
	config.Database, config.Seen = o.Database, o.Seen
	return OpenWith(t, config, o.Clock)
}

// Watched closes the store and opens it anew with one more who is told what it
// is asked.
func (o Opened) Watched(t testing.TB, also func(query string)) Opened {
	t.Helper()
	before := o.Seen
	o.Seen = func(query string) {
		before(query)
		also(query)
	}
	return o.Again(t)
}

// OpenWith opens a store that is closed when the test ends.
func OpenWith(t testing.TB, config store.Config, clock *Clock) Opened {
	t.Helper()
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return Opened{
		Store: s, Clock: clock, Ring: config.Keys, Dir: config.Dir, Database: config.Database, Seen: config.Seen,
	}
}

// New opens a store in a directory of its own, with real keys and a clock that
// stands still. It is closed when the test ends.
func New(t testing.TB) *store.Store {
	t.Helper()
	return OpenNew(t).Store
}

// NewWithClock is New, and gives the clock.
func NewWithClock(t testing.TB) (*store.Store, *Clock) {
	t.Helper()
	opened := OpenNew(t)
	return opened.Store, opened.Clock
}

// OpenNew is New, and gives everything that the store was opened with.
func OpenNew(t testing.TB) Opened {
	t.Helper()
	return OpenIn(t, t.TempDir(), NewClock())
}

// Open opens the store in dir, where an earlier one may have been.
func Open(t testing.TB, dir string, clock *Clock) *store.Store {
	t.Helper()
	return OpenIn(t, dir, clock).Store
}

// OpenIn is Open, and gives everything that the store was opened with.
func OpenIn(t testing.TB, dir string, clock *Clock) Opened {
	t.Helper()
	return OpenWith(t, Config(t, dir, clock), clock)
}

// Config is what Open opens with.
func Config(t testing.TB, dir string, clock *Clock) store.Config {
	t.Helper()
	ring, err := keyring.Open(filepath.Join(dir, "keys"), Origin)
	if err != nil {
		t.Fatalf("open keys: %v", err)
	}
	return store.Config{Dir: dir, Keys: ring, Now: clock.Now, NewID: NewID, NewLabel: NewLabel, Readers: 2}
}
