package admin

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// tokens is the bearer tokens on record.
type tokens interface {
	Credential(ctx context.Context, id string) (access.Credential, error)
	Credentials(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Credential, string, error)
	SaveCredential(ctx context.Context, c access.Credential) (access.Credential, error)
	EndCredential(ctx context.Context, id string) error
}

// CheckScopes holds scopes against those that a machine may have.
func CheckScopes(scopes []string) error {
	if len(scopes) == 0 {
		return lifecycle.Mistake("scopes", "scopes.none")
	}
	for i, scope := range scopes {
		if _, ok := access.ParseScope(scope); !ok || slices.Contains(scopes[:i], scope) {
			return lifecycle.Mistake("scopes", "scopes.unknown")
		}
	}
	return nil
}

// Tokens lists the machine tokens of the principal's organisation, ended ones
// among them.
func (a *Admin) Tokens(ctx context.Context, p access.Principal, page lifecycle.Page) ([]access.Credential, string, error) {
	list, next, err := a.config.Store.Credentials(ctx, p.Org, page)
	list = slices.DeleteFunc(list, func(c access.Credential) bool { return c.Kind != access.KindMachine })
	return list, next, err
}

// NewToken is a machine's token to be made.
type NewToken struct {
	Org    string // id or name; empty: the principal's own
	Name   string
	Scopes []string
}

// MakeToken makes a machine's token. It acts for a person of the organisation
// at each request, within its scopes.
func (a *Admin) MakeToken(ctx context.Context, p access.Principal, in NewToken) (access.IssuedToken, error) {
	if err := CheckScopes(in.Scopes); err != nil {
		return access.IssuedToken{}, err
	}
	org, err := a.house(ctx, p, in.Org)
	if err != nil {
		return access.IssuedToken{}, err
	}
	c := access.Credential{Kind: access.KindMachine, Org: org.ID, Scopes: in.Scopes, Name: in.Name}
	return access.IssueToken(ctx, a.config.Store, a.config.NewID(), c, a.config.Now())
}

// EndToken ends a machine's token for good.
func (a *Admin) EndToken(ctx context.Context, p access.Principal, id string) error {
	c, err := a.config.Store.Credential(ctx, id)
	if err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	if c.Kind != access.KindMachine || p.Org == "" || c.Org != p.Org {
		return fmt.Errorf("end token of another organisation: %w", lifecycle.ErrNotFound)
	}
	if err := a.config.Store.EndCredential(ctx, id); err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	return nil
}
