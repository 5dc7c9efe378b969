package access

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"quitclaim/service/lifecycle"
)

// TestHashingSlots holds both slots itself: who finds none waits, gives up with
// its context, and goes on as soon as one is free.
func TestHashingSlots(t *testing.T) {
	t.Parallel()
	hasher := NewPasswords(PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	ctx := context.Background()
	for range 2 {
		if err := hasher.enter(ctx); err != nil {
			t.Fatalf("enter: %v", err)
		}
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := hasher.Hash(over, "x"); !errors.Is(err, lifecycle.ErrBusy) || !errors.Is(err, context.Canceled) {
		t.Errorf("Hash without a slot = %v, want busy and canceled", err)
	}
	if _, err := hasher.Verify(over, "x", "y"); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("Verify without a slot = %v, want busy", err)
	}
	if err := hasher.VerifyDecoy(over, "x"); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("VerifyDecoy without a slot = %v, want busy", err)
	}
	done := make(chan error, 1)
	go func() { done <- hasher.VerifyDecoy(ctx, "x") }()
	select {
	case err := <-done:
		t.Fatalf("a third hashing ran beside two: %v", err)
	default:
	}
	hasher.leave()
	if err := <-done; err != nil {
		t.Errorf("VerifyDecoy with a free slot: %v", err)
	}
}

// TestHashingQueue: behind a few who wait nobody waits, so that a flood of
// sign-ins is told to come again at once and holds nothing meanwhile.
func TestHashingQueue(t *testing.T) {
	t.Parallel()
	hasher := NewPasswords(PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1, Waiting: 1})
	ctx, cancel := context.WithCancel(context.Background())
	for range 2 {
		if err := hasher.enter(ctx); err != nil {
			t.Fatalf("enter: %v", err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- hasher.enter(ctx) }()
	for len(hasher.queue) == 0 { // until the third waits
		runtime.Gosched()
	}
	if err := hasher.enter(ctx); !errors.Is(err, lifecycle.ErrBusy) || errors.Is(err, context.Canceled) {
		t.Errorf("behind the queue = %v, want busy at once", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits = %v", err)
	}
	if len(hasher.queue) != 0 {
		t.Error("who gave up still holds a place")
	}
}
