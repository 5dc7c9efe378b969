package access

import (
	"context"
	"errors"
	"fmt"
)

// ThrottleStore keeps attempts where every process sees them.
type ThrottleStore interface {
	// ChangeAttempts reads what is remembered of a key, lets change say what
	// is to be, and writes that, one after the other for each key. An error of
	// change comes back as it is and nothing is written. change must be pure:
	// it may run again.
	ChangeAttempts(ctx context.Context, key string, change func(Attempts) (Attempts, error)) error
}

// SharedThrottle is a Throttle over a store: of several processes each would
// grant its own free guesses. It remembers through a restart, too. Where the
// store cannot write, nobody gets an attempt.
type SharedThrottle struct {
	config ThrottleConfig
	store  ThrottleStore
	name   string
}

// NewSharedThrottle makes a throttle; name sets its keys apart from those of
// others. Keys of the config plays no part: how much it keeps is the store's to
// bound.
func NewSharedThrottle(config ThrottleConfig, store ThrottleStore, name string) *SharedThrottle {
	return &SharedThrottle{config: config.orDefaults(), store: store, name: name}
}

// Attempt counts one attempt for the key, before its outcome is known. It is a
// *Throttled while the key has to wait; a refused attempt does not lengthen the
// wait.
func (t *SharedThrottle) Attempt(ctx context.Context, key string) error {
	err := t.change(ctx, key, func(a Attempts) (Attempts, error) { return t.config.attempt(a, t.config.Now()) })
	var throttled *Throttled
	if err == nil || errors.As(err, &throttled) {
		return err
	}
	return fmt.Errorf("count an attempt: %w", err)
}

// Clear forgets the key: the attempt succeeded.
func (t *SharedThrottle) Clear(ctx context.Context, key string) error {
	err := t.change(ctx, key, func(Attempts) (Attempts, error) { return Attempts{}, nil })
	if err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

// Forgive takes back one attempt of the key, which turned out to be right, and
// leaves the others.
func (t *SharedThrottle) Forgive(ctx context.Context, key string) error {
	err := t.change(ctx, key, func(a Attempts) (Attempts, error) { return t.config.forgive(a), nil })
	if err != nil {
		return fmt.Errorf("forgive an attempt: %w", err)
	}
	return nil
}

func (t *SharedThrottle) change(ctx context.Context, key string, change func(Attempts) (Attempts, error)) error {
	return t.store.ChangeAttempts(ctx, t.name+" "+key, change)
}
