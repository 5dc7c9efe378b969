package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// throttleShared: guesses that come together, through whichever process, are
// counted together, and what is over leaves nothing behind.
func throttleShared(t *testing.T, w *World) {
	throttle := access.NewSharedThrottle(access.ThrottleConfig{Now: w.Clock.Now, Max: time.Minute}, w.Store, "address")
	var through atomic.Int64
	var group sync.WaitGroup
	for range 24 {
		group.Go(func() {
			err := throttle.Attempt(t.Context(), "a")
			if err == nil {
				through.Add(1)
			} else if !errors.Is(err, lifecycle.ErrThrottled) {
				t.Errorf("attempt: %v", err)
			}
		})
	}
	group.Wait()
	if through.Load() != 5 {
		t.Errorf("%d of 24 guesses at once came through, want 5", through.Load())
	}
	again := access.NewSharedThrottle(access.ThrottleConfig{Now: w.Clock.Now, Max: time.Minute}, w.Store, "address")
	if err := again.Attempt(t.Context(), "a"); !errors.Is(err, lifecycle.ErrThrottled) {
		t.Errorf("after a restart: %v, want it to wait still", err)
	}
	if err := again.Forgive(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := again.Attempt(t.Context(), "a"); err != nil {
		t.Errorf("forgiven: %v", err)
	}
	if err := again.Clear(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := throttle.Attempt(t.Context(), "a"); err != nil {
		t.Errorf("cleared: %v", err)
	}
	w.Clock.Add(3 * time.Hour)
	if purged, _, err := w.Purge(t.Context()); err != nil || purged != 1 {
		t.Errorf("purged %d, %v; want the one key", purged, err)
	}
}
