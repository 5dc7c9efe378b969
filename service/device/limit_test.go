package device

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

type limitClock struct{ at time.Time }

func (c *limitClock) now() time.Time { return c.at }

func limited(limits Limits) (*limiter, *limitClock) {
	clock := &limitClock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	return newLimiter(limits, clock.now), clock
}

func cam(n int) lifecycle.UnitKey {
	return lifecycle.UnitKey{Brand: "acme", Serial: fmt.Sprint("cam-", n)}
}

func TestOneUnitMayAskSoOften(t *testing.T) {
	t.Parallel()
	l, clock := limited(Limits{UnitRate: 2, UnitBurst: 3})
	for range 3 {
		if err := l.allow(cam(1), "a"); err != nil {
			t.Fatalf("within its burst: %v", err)
		}
	}
	err := l.allow(lifecycle.UnitKey{Brand: "acme", Serial: "CAM-1"}, "a") // the same unit, shouted
	var throttled *access.Throttled
	if !errors.Is(err, lifecycle.ErrThrottled) || !errors.As(err, &throttled) || throttled.Wait != 500*time.Millisecond {
		t.Errorf("after its burst: %v, want a wait of half a second", err)
	}
	clock.at = clock.at.Add(500 * time.Millisecond)
	if err := l.allow(cam(1), "a"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if err := l.allow(cam(2), "a"); err != nil {
		t.Errorf("another unit: %v", err)
	}
}

// TestStrangerCannotSilenceAUnit: who knows the serial can use up its own
// network's share and nobody else's.
func TestStrangerCannotSilenceAUnit(t *testing.T) {
	t.Parallel()
	l, _ := limited(Limits{})
	for l.allow(cam(1), "stranger") == nil {
	}
	if err := l.allow(cam(1), "home"); err != nil {
		t.Errorf("the unit itself: %v", err)
	}
}

func TestOneNetworkMayAskSoOften(t *testing.T) {
	t.Parallel()
	l, _ := limited(Limits{NetworkRate: 1, NetworkBurst: 10})
	n := 0
	for l.allow(cam(n), "a") == nil {
		n++
	}
	if n != 10 {
		t.Errorf("%d requests for as many units, want the burst of 10", n)
	}
	if err := l.allow(cam(0), "b"); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l, _ := limited(Limits{Remembered: 100})
	for n := range 10_000 {
		if err := l.allow(cam(n), fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string]*buckets{"units": l.units, "networks": l.networks} {
		if len(b.all) != 100 || b.age.Len() != 100 {
			t.Errorf("%s: %d and %d remembered, want 100", name, len(b.all), b.age.Len())
		}
	}
	for range 20 {
		if err := l.allow(cam(9_999), "9999"); err != nil {
			return
		}
	}
	t.Error("the newest bucket was forgotten")
}
