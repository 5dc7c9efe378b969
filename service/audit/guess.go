package audit

import (
	"context"
	"time"

	"quitclaim/service/access"
)

// The patience with codes that are typed. A code is 128 random bits, so nobody
// finds one by trying; this keeps those who try from costing us much, and from
// learning anything from how much. A QR code is the whole certificate, whose
// signature we can check: it is no guess and is never counted, so a buyer in
// the network of somebody who guesses gets an answer.
const (
	// networkFree guesses of one network are answered at once, then it waits.
	networkFree = 30
	networkMax  = time.Minute
	// everybodyFree guesses are answered in one window, whoever makes them.
	everybodyFree = 600
	window        = time.Minute
)

// guesses counts codes before they are looked up.
type guesses struct {
	networks, everybody *access.SharedThrottle
	now                 func() time.Time
}

func newGuesses(store access.ThrottleStore, now func() time.Time) guesses {
	return guesses{
		networks:  access.NewSharedThrottle(access.ThrottleConfig{Now: now, Free: networkFree, Max: networkMax}, store, "certificate"),
		everybody: access.NewSharedThrottle(access.ThrottleConfig{Now: now, Free: everybodyFree, Base: window, Max: window}, store, "certificates"),
		now:       now,
	}
}

// attempt counts one code of a network. The windows are keys of their own: a
// count that only a quiet hour forgets would never be forgotten by a crowd.
func (g guesses) attempt(ctx context.Context, network string) error {
	if err := g.networks.Attempt(ctx, network); err != nil {
		return err
	}
	return g.everybody.Attempt(ctx, g.window())
}

// forgive takes the attempt back: it was no guess.
func (g guesses) forgive(ctx context.Context, network string) error {
	if err := g.networks.Forgive(ctx, network); err != nil {
		return err
	}
	return g.everybody.Forgive(ctx, g.window())
}

func (g guesses) window() string { return g.now().UTC().Truncate(window).Format(time.RFC3339) }
