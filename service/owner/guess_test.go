package owner_test

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
)

// TestGuessesAreCountedForAllProcesses: who guesses codes of offers, or serials,
// through one process waits at every other, and after a restart; whoever is right
// does not.
func TestGuessesAreCountedForAllProcesses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, "")
	never, err := lifecycle.ParseUnitKey(unit.Key.Brand, "NEVER-1")
	if err != nil {
		t.Fatal(err)
	}
	process := func() *owner.Owner {
		return owner.New(owner.Config{
			Units: k.record, People: k.record, Kept: k.record, Feed: k.record, Cloud: k.cloud, CloudName: builtin.Name,
			OfferCode: func(id lifecycle.OfferID) string { return string(id) }, Attempts: k.Store,
			Origin: origin, Now: k.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
			Log: slog.New(slog.DiscardHandler),
		})
	}
	for i := range 12 {
		if _, err := process().Proposal(t.Context(), k.Neighbour, code); err != nil {
			t.Fatalf("look %d at a right code: %v", i, err)
		}
	}
	for name, guess := range map[string]func() error{
		"codes": func() error {
			_, err := process().Proposal(t.Context(), k.Neighbour, rand.Text())
			return err
		},
		"serials": func() error {
			_, err := process().Bind(t.Context(), k.Neighbour, never, owner.Proof(rand.Text()))
			return err
		},
	} {
		heard := 0
		for range 30 {
			switch err := guess(); {
			case err == nil:
				t.Fatalf("%s: a guess was right", name)
			case !errors.Is(err, lifecycle.ErrThrottled):
				heard++
			}
		}
		if heard != 10 {
			t.Errorf("%s: %d of 30 guesses were looked at, want 10", name, heard)
		}
	}
}
