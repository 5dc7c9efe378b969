package signin

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// tokens is the bearer tokens on record.
type tokens interface {
	CredentialByHash(ctx context.Context, hash string) (access.Credential, error)
	Credential(ctx context.Context, id string) (access.Credential, error)
	CredentialsOf(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]access.Credential, string, error)
	EndCredential(ctx context.Context, id string) error
	// SaveOwnCredential puts a token on record and tells its person.
	SaveOwnCredential(ctx context.Context, c access.Credential, told notice.Notice) (access.Credential, error)
}

// ownTokens is where the tokens are kept that people make for themselves.
type ownTokens struct{ store tokens }

// SaveCredential is access.CredentialKeeper's.
func (o ownTokens) SaveCredential(ctx context.Context, c access.Credential) (access.Credential, error) {
	return o.store.SaveOwnCredential(ctx, c, notice.Notice{
		To: c.Person, Kind: notice.KindFactorChanged, Params: map[string]string{"what": "token"}, Link: "/account",
		Once: "token " + c.ID, At: c.CreatedAt,
	})
}
