package access_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
)

// table is a store of attempts in memory.
type table struct {
	mu     sync.Mutex
	rows   map[string]access.Attempts // by mu
	broken error
}

func (s *table) ChangeAttempts(_ context.Context, key string, change func(access.Attempts) (access.Attempts, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	next, err := change(s.rows[key])
	if err == nil {
		s.rows[key] = next
	}
	return err
}

// replicas are two processes that share a table.
func replicas(clock *clock, config access.ThrottleConfig) (one, two *access.SharedThrottle, rows *table) {
	rows = &table{rows: map[string]access.Attempts{}}
	config.Now = clock.now
	return access.NewSharedThrottle(config, rows, "address"), access.NewSharedThrottle(config, rows, "address"), rows
}

// TestSharedThrottleDoubles: the limits are those of the throttle of one
// process, whichever of two is asked.
func TestSharedThrottleDoubles(t *testing.T) {
	t.Parallel()
	clock := newClock()
	one, two, _ := replicas(clock, access.ThrottleConfig{Max: 10 * time.Second})
	alone := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Max: 10 * time.Second})
	for i := range 40 {
		asked := one
		if i%3 == 0 {
			asked = two
		}
		want := wait(t, alone.Attempt("a"))
		if got := wait(t, asked.Attempt(t.Context(), "a")); got != want {
			t.Errorf("attempt %d waits %s, want %s as in one process", i, got, want)
		}
		if i%7 == 6 {
			alone.Forgive("a")
			if err := asked.Forgive(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
		clock.pass(700 * time.Millisecond)
	}
	clock.pass(time.Hour)
	if got := wait(t, two.Attempt(t.Context(), "a")); got != 0 {
		t.Errorf("after an hour of rest it waits %s", got)
	}
}

func TestSharedThrottleClearsAndKeepsNamesApart(t *testing.T) {
	t.Parallel()
	clock := newClock()
	one, two, rows := replicas(clock, access.ThrottleConfig{Free: 1})
	other := access.NewSharedThrottle(access.ThrottleConfig{Now: clock.now, Free: 1}, rows, "network")
	if wait(t, one.Attempt(t.Context(), "a")) != 0 || wait(t, two.Attempt(t.Context(), "a")) != time.Second {
		t.Fatal("the second process grants a guess of its own")
	}
	if got := wait(t, other.Attempt(t.Context(), "a")); got != 0 {
		t.Errorf("another throttle's key waits %s", got)
	}
	if err := two.Clear(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, one.Attempt(t.Context(), "a")); got != 0 {
		t.Errorf("after a success at the other it waits %s", got)
	}
}

func TestSharedThrottleParallel(t *testing.T) {
	t.Parallel()
	one, two, _ := replicas(newClock(), access.ThrottleConfig{})
	var through atomic.Int64
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			if []*access.SharedThrottle{one, two}[i%2].Attempt(t.Context(), "a") == nil {
				through.Add(1)
			}
		})
	}
	group.Wait()
	if through.Load() != 5 {
		t.Errorf("%d of 64 parallel guesses came through, want 5", through.Load())
	}
}

// TestSharedThrottleThatCannotCount: no attempt goes uncounted.
func TestSharedThrottleThatCannotCount(t *testing.T) {
	t.Parallel()
	one, _, rows := replicas(newClock(), access.ThrottleConfig{})
	rows.broken = errors.New("disk full")
	for name, err := range map[string]error{
		"attempt": one.Attempt(t.Context(), "a"), "clear": one.Clear(t.Context(), "a"), "forgive": one.Forgive(t.Context(), "a"),
	} {
		if !errors.Is(err, rows.broken) {
			t.Errorf("%s: %v, want that it cannot", name, err)
		}
	}
}
