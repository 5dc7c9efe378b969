package owner_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
)

// noRoom is a store that can write nothing now.
type noRoom struct{ *record }

func (noRoom) Advance(context.Context, lifecycle.UnitID, lifecycle.Decide) (lifecycle.Outcome, error) {
	return lifecycle.Outcome{}, fmt.Errorf("disk: %w", lifecycle.ErrBusy)
}

// TestAGuessThatNobodyHeardIsNone: who is told to come again, and does so, is
// not told to wait for it as one who guesses.
func TestAGuessThatNobodyHeardIsNone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	room := owner.New(owner.Config{
		Units: noRoom{k.record}, People: k.record, Kept: k.record, Feed: k.record, Cloud: k.cloud, CloudName: builtin.Name,
		OfferCode: func(id lifecycle.OfferID) string { return string(id) },
		Attempts:  k.record,
		Origin:    origin, Now: k.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
		Log: slog.New(slog.DiscardHandler),
	})
	for range 40 {
		_, err := room.Bind(t.Context(), k.Owner, unit.Key, owner.Proof(rand.Text()))
		if !errors.Is(err, lifecycle.ErrBusy) {
			t.Fatalf("bind = %v, want busy", err)
		}
	}
}
