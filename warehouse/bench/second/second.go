package second

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// units is the one door by which a unit changes.
type units interface {
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// clouds are asked whether they are there.
type clouds interface {
	Ask(ctx context.Context, names []string, request cloud.Request, patience time.Duration) []cloud.Word
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Units  units
	Shelf  *shelf.Shelf
	Clouds clouds
	// Verify checks a second person's own mail address and password; wrong
	// ones are lifecycle.ErrUnauthenticated.
	Verify func(ctx context.Context, email, password string) (access.Principal, error)
	NewID  func() string // 26 random lower-case base32 characters
}

// Room is what takes two people. Its methods act as the principal of the
// context, who is the first.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// Person is the other of two people, who signs with their own password on the
// first one's screen.
type Person struct {
	Email    string
	Password string
}

// signs checks the second person: known by their own password, of the same
// organisation, and allowed to do this too. That they are somebody else is the
// rule's question.
func (r *Room) signs(ctx context.Context, second Person, action access.Action) (lifecycle.PersonID, error) {
	principal, err := r.config.Verify(ctx, second.Email, second.Password)
	var invalid lifecycle.Invalid
	switch {
	case errors.Is(err, lifecycle.ErrUnauthenticated):
		invalid.Add("second_password", "bench.second-wrong")
		return "", invalid.Err()
	case err != nil:
		return "", fmt.Errorf("verify the second person: %w", err)
	case principal.Org != access.From(ctx).Org || !access.Allowed(principal, action):
		invalid.Add("second_email", "bench.second-not-theirs")
		return "", invalid.Err()
	}
	return principal.Person, nil
}

// withoutPassword replaces the digest of the request, which covers the second
// person's password: kept beside the idempotency key, a plain SHA-256 would
// let whoever reads the database guess it at full speed. parts say what the
// request is about instead.
func withoutPassword(ctx context.Context, parts ...string) context.Context {
	attempt, ok := access.IdempotencyFrom(ctx)
	if !ok {
		return ctx
	}
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	attempt.BodyDigest = hex.EncodeToString(sum.Sum(nil))
	return access.WithIdempotency(ctx, attempt)
}
