package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Second is the other of two people, who signs with their own password on the
// first one's screen.
type Second struct {
	Email    string
	Password string
}

// secondSigns checks the second person: known by their own password, of the same
// organisation, and allowed to do this too. That they are somebody else is the
// rule's question.
func (b *Bench) secondSigns(ctx context.Context, second Second, action access.Action) (lifecycle.PersonID, error) {
	principal, err := b.verify(ctx, second.Email, second.Password)
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
