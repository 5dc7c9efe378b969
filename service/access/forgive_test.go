package access_test

import (
	"testing"
	"time"

	"quitclaim/service/access"
)

func TestForgiveTakesBackOneAttempt(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Free: 3, Base: time.Second})
	for i := range 20 {
		if got := wait(t, throttle.Attempt("shop")); got != 0 {
			t.Fatalf("right attempt %d waits %s", i, got)
		}
		throttle.Forgive("shop")
	}
	for i := range 3 {
		if got := wait(t, throttle.Attempt("shop")); got != 0 {
			t.Fatalf("wrong attempt %d waits %s", i, got)
		}
	}
	if got := wait(t, throttle.Attempt("shop")); got != time.Second {
		t.Fatalf("after three wrong attempts it waits %s, want 1s", got)
	}
	throttle.Forgive("shop")
	if got := wait(t, throttle.Attempt("shop")); got != 0 {
		t.Errorf("a forgiven attempt still waits %s", got)
	}
	throttle.Forgive("nobody") // never seen: nothing happens
}

func TestOneRightAttemptDoesNotExcuseTheOthers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	throttle := access.NewThrottle(access.ThrottleConfig{Now: clock.now, Free: 2, Base: time.Second})
	for range 6 {
		_ = throttle.Attempt("thief") // some are refused
		clock.pass(time.Minute)
	}
	if got := wait(t, throttle.Attempt("thief")); got != 0 {
		t.Fatalf("rested, it waits %s", got)
	}
	throttle.Forgive("thief")
	if got := wait(t, throttle.Attempt("thief")); got == 0 {
		t.Error("one right attempt wiped six wrong ones")
	}
}
