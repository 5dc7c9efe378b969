package access

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// Guesses counts what may be a guess at a code before it is looked at, for all
// processes together and through a restart. What turns out to be right is
// forgiven. A nil *Guesses counts nothing.
type Guesses struct {
	throttle *SharedThrottle
	log      *slog.Logger
}

// NewGuesses counts guesses: free of them come at once, then their maker waits.
// Where store is nil it is nil.
func NewGuesses(now func() time.Time, free int, store ThrottleStore, name string, log *slog.Logger) *Guesses {
	if store == nil {
		return nil
	}
	return &Guesses{NewSharedThrottle(ThrottleConfig{Now: now, Free: free}, store, name), log}
}

// Attempt counts one. It costs one small write, and none while its maker has to
// wait, which is a *Throttled.
func (g *Guesses) Attempt(ctx context.Context, by string) error {
	if g == nil {
		return nil
	}
	return g.throttle.Attempt(ctx, by)
}

// Forgive takes one back that was right. What it was right about has happened
// then: that it could not be written is the log's to know, and no failure.
func (g *Guesses) Forgive(ctx context.Context, by string) {
	if g == nil {
		return
	}
	if err := g.throttle.Forgive(ctx, by); err != nil {
		g.log.LogAttrs(ctx, slog.LevelWarn, "a right code is counted as a guess", slog.String("error", err.Error()))
	}
}

// Unheard forgives one that nobody has looked at, for want of room: who does as
// told and comes again must not be told to wait for it. It hands err on.
func (g *Guesses) Unheard(ctx context.Context, by string, err error) error {
	if errors.Is(err, lifecycle.ErrBusy) {
		g.Forgive(ctx, by)
	}
	return err
}
