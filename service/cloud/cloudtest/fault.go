package cloudtest

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/cloud"
)

// Fault is one way to misbehave: it may call the peer once, twice or never,
// and says what the caller hears.
type Fault func(ctx context.Context, call func() error) error

func honest(_ context.Context, call func() error) error { return call() }

// Lie answers yes and changes nothing. On a read it answers that there is
// nothing.
func Lie(context.Context, func() error) error { return nil }

// Lose does what was asked, and its answer never arrives.
func Lose(_ context.Context, call func() error) error {
	if err := call(); err != nil {
		return err
	}
	return fmt.Errorf("connection reset: %w", cloud.ErrTemporary)
}

// Down does not answer.
func Down(context.Context, func() error) error {
	return fmt.Errorf("connection refused: %w", cloud.ErrTemporary)
}

// Gone was shut down for good.
func Gone(context.Context, func() error) error {
	return fmt.Errorf("no such host: %w", cloud.ErrGone)
}

// Twice does what was asked two times, as a network that repeats does.
func Twice(_ context.Context, call func() error) error {
	if err := call(); err != nil {
		return err
	}
	return call()
}

// Hang answers only when the caller has lost patience.
func Hang(ctx context.Context, _ func() error) error {
	<-ctx.Done()
	return fmt.Errorf("waited: %w", ctx.Err())
}

// Panic is a mistake of the adapter's author.
func Panic(context.Context, func() error) error { panic("cloudtest: an adapter fell over") }

// Limit asks for patience.
func Limit(after time.Duration) Fault {
	return func(context.Context, func() error) error {
		return fmt.Errorf("status 429: %w", &cloud.RateLimited{After: after})
	}
}

// Then does what was asked and afterwards calls next: what happens while the
// answer is under way.
func Then(next func()) Fault {
	return func(_ context.Context, call func() error) error {
		err := call()
		next()
		return err
	}
}
