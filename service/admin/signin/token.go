package signin

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// tokens is the bearer tokens on record.
type tokens interface {
	CredentialByHash(ctx context.Context, hash string) (access.Credential, error)
	Credential(ctx context.Context, id string) (access.Credential, error)
	CredentialsOf(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]access.Credential, string, error)
	EndCredential(ctx context.Context, id string) error
	keeper
}

// keeper puts a token on record. On a replay it answers with the first one's.
type keeper interface {
	SaveCredential(ctx context.Context, c access.Credential) (access.Credential, error)
}

// Made is a new token with its text, which is shown this once.
type Made struct {
	access.Credential
	Text string
}

// Make puts a new token on record. The same request sent again is refused,
// "token.shown-once": the text is kept nowhere, so it cannot be shown twice.
func Make(ctx context.Context, store keeper, id string, c access.Credential, now time.Time) (Made, error) {
	text := access.NewToken()
	c.ID, c.Hash, c.CreatedAt = "tok_"+id, access.TokenHash(text), now
	saved, err := store.SaveCredential(ctx, c)
	if err != nil {
		return Made{}, fmt.Errorf("make token: %w", err)
	}
	if saved.Hash != c.Hash {
		return Made{}, ShownOnce("token.shown-once")
	}
	return Made{Credential: saved, Text: text}, nil
}

// ShownOnce refuses to show a secret again that nobody keeps.
func ShownOnce(code string) error {
	return fmt.Errorf("shown once: %w", &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}})
}
