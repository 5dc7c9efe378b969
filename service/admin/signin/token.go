package signin

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// tokens is the bearer tokens on record.
type tokens interface {
	CredentialByHash(ctx context.Context, hash string) (access.Credential, error)
	Credential(ctx context.Context, id string) (access.Credential, error)
	CredentialsOf(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]access.Credential, string, error)
	EndCredential(ctx context.Context, id string) error
	access.CredentialKeeper
}
