package access_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func wait(t *testing.T, err error) time.Duration {
	t.Helper()
	if err == nil {
		return 0
	}
	var throttled *access.Throttled
	if !errors.As(err, &throttled) || !errors.Is(err, lifecycle.ErrThrottled) {
		t.Fatalf("Attempt = %v, want throttled", err)
	}
	return throttled.RetryAfter()
}

func TestThrottleDoubles(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Max: 10 * time.Second})
	for i := range 5 {
		if got := wait(t, throttle.Attempt("a")); got != 0 {
			t.Fatalf("attempt %d waits %s, want none", i+1, got)
		}
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 10, 10} {
		want *= time.Second
		if got := wait(t, throttle.Attempt("a")); got != want {
			t.Errorf("wait = %s, want %s", got, want)
		}
		if got := wait(t, throttle.Attempt("a")); got != want {
			t.Errorf("a refused attempt made the wait %s, want %s still", got, want)
		}
		if got := wait(t, throttle.Attempt("b")); got != 0 && want == time.Second {
			t.Errorf("another key waits %s", got)
		}
		clock.pass(want)
		if got := wait(t, throttle.Attempt("a")); got != 0 {
			t.Errorf("after %s it still waits %s", want, got)
		}
	}
}

func TestThrottleForgets(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Free: 1})
	_ = throttle.Attempt("a")
	if wait(t, throttle.Attempt("a")) == 0 {
		t.Fatal("the second attempt does not wait")
	}
	throttle.Clear("a")
	if got := wait(t, throttle.Attempt("a")); got != 0 {
		t.Errorf("after a success it waits %s", got)
	}
	clock.pass(time.Hour)
	if got := wait(t, throttle.Attempt("a")); got != 0 {
		t.Errorf("after an hour of rest it waits %s", got)
	}
	if got := wait(t, throttle.Attempt("a")); got != time.Second {
		t.Errorf("after an hour of rest and one attempt it waits %s, want 1s as if new", got)
	}
	throttle.Clear("never seen")
}

func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Free: 1, Keys: 3})
	for i := range 4 {
		_ = throttle.Attempt(fmt.Sprint(i))
	}
	if got := wait(t, throttle.Attempt("3")); got == 0 {
		t.Error("the newest key was forgotten")
	}
	if got := wait(t, throttle.Attempt("0")); got != 0 {
		t.Error("the oldest key was not the one that was forgotten")
	}
}

// TestThrottleParallel: guesses that come together do not slip through
// together.
func TestThrottleParallel(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now})
	var through sync.Map
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			if throttle.Attempt("a") == nil {
				through.Store(i, true)
			}
		})
	}
	group.Wait()
	n := 0
	through.Range(func(any, any) bool { n++; return true })
	if n != 5 {
		t.Errorf("%d of 64 parallel guesses came through, want 5", n)
	}
}

// TestThrottleWhenTheClockGoesBack: nobody waits longer than the longest wait.
func TestThrottleWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Free: 1, Base: time.Minute})
	_ = throttle.Attempt("a")
	clock.pass(-time.Hour)
	if got := wait(t, throttle.Attempt("a")); got != 0 {
		t.Errorf("an hour back it waits %s", got)
	}
	if got := wait(t, throttle.Attempt("a")); got != 2*time.Minute {
		t.Errorf("then it waits %s, want 2m as counted", got)
	}
}
