package access_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// oneKey keeps attempts of one key, until it has no room.
type oneKey struct {
	kept access.Attempts
	full bool
}

func (o *oneKey) ChangeAttempts(_ context.Context, _ string, change func(access.Attempts) (access.Attempts, error)) error {
	if o.full {
		return lifecycle.ErrBusy
	}
	next, err := change(o.kept)
	if err == nil {
		o.kept = next
	}
	return err
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	store := &oneKey{}
	guesses := access.NewGuesses(func() time.Time { return now }, 2, store, "guess", slog.New(slog.NewTextHandler(&log, nil)))
	ctx := t.Context()
	for i, want := range []error{nil, nil, lifecycle.ErrThrottled} {
		if err := guesses.Attempt(ctx, "somebody"); !errors.Is(err, want) {
			t.Errorf("attempt %d: %v, want %v", i, err, want)
		}
	}
	if err := guesses.Unheard(ctx, "somebody", lifecycle.ErrNotFound); !errors.Is(err, lifecycle.ErrNotFound) || store.kept.Count != 2 {
		t.Errorf("heard: %v, %d counted", err, store.kept.Count)
	}
	if err := guesses.Unheard(ctx, "somebody", lifecycle.ErrBusy); !errors.Is(err, lifecycle.ErrBusy) || store.kept.Count != 1 {
		t.Errorf("unheard: %v, %d counted", err, store.kept.Count)
	}
	store.full = true
	guesses.Forgive(ctx, "somebody")
	if err := guesses.Attempt(ctx, "somebody"); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("where nothing can be counted: %v, want busy", err)
	}
	if !strings.Contains(log.String(), "counted as a guess") || strings.Contains(log.String(), "somebody") {
		t.Errorf("the log says %q", log.String())
	}
	none := access.NewGuesses(time.Now, 1, nil, "guess", nil)
	none.Forgive(ctx, "x")
	if err := none.Attempt(ctx, "x"); err != nil {
		t.Errorf("uncounted: %v", err)
	}
}
