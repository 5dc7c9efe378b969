package access

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// CredentialKeeper puts a token on record. On a replay it answers with the first one's.
type CredentialKeeper interface {
	SaveCredential(ctx context.Context, c Credential) (Credential, error)
}

// IssuedToken is a new token with its text, which is shown this once.
type IssuedToken struct {
	Credential
	Text string
}

// IssueToken puts a new token on record. The same request sent again is refused,
// "token.shown-once": the text is kept nowhere, so it cannot be shown twice.
func IssueToken(ctx context.Context, store CredentialKeeper, id string, c Credential, now time.Time) (IssuedToken, error) {
	text := NewToken()
	c.ID, c.Hash, c.CreatedAt = "tok_"+id, TokenHash(text), now
	saved, err := store.SaveCredential(ctx, c)
	if err != nil {
		return IssuedToken{}, fmt.Errorf("make token: %w", err)
	}
	if saved.Hash != c.Hash {
		return IssuedToken{}, ShownOnce("token.shown-once")
	}
	return IssuedToken{Credential: saved, Text: text}, nil
}

// ShownOnce refuses to show a secret again that nobody keeps.
func ShownOnce(code string) error {
	return fmt.Errorf("shown once: %w", &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}})
}
