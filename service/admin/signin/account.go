package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Account is what a person sees of themselves.
type Account struct {
	Person       access.Person
	Organisation access.Organisation // empty for owners
	Tokens       []access.Credential // that stand, newest first
}

// Account is who somebody is to us.
func (e *Entrance) Account(ctx context.Context, id lifecycle.PersonID) (Account, error) {
	person, org, err := e.standing(ctx, id)
	if err != nil {
		return Account{}, fmt.Errorf("read account: %w", err)
	}
	account := Account{Person: person, Organisation: org}
	page := lifecycle.Page{Limit: 200}
	for {
		list, next, err := e.config.Store.CredentialsOf(ctx, id, page)
		if err != nil {
			return Account{}, fmt.Errorf("read account: %w", err)
		}
		account.Tokens = append(account.Tokens, list...)
		if page.After = next; next == "" {
			break
		}
	}
	account.Tokens = slices.DeleteFunc(account.Tokens, func(c access.Credential) bool { return !c.EndedAt.IsZero() })
	slices.SortStableFunc(account.Tokens, func(a, b access.Credential) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return account, nil
}

// ChangePassword takes a new password from whoever knows the present one, and
// ends every session of the person: the caller starts a new one.
func (e *Entrance) ChangePassword(ctx context.Context, id lifecycle.PersonID, current, next string) (access.Person, error) {
	person, right, err := e.proven(ctx, id, current)
	if err != nil {
		return access.Person{}, fmt.Errorf("change password: %w", err)
	}
	if !right {
		return access.Person{}, lifecycle.Mistake("current", "password.wrong")
	}
	hash, err := e.config.Passwords.Hash(ctx, next)
	if err != nil {
		return access.Person{}, fmt.Errorf("change password: %w", err)
	}
	verified := person.PasswordHash
	person, err = e.config.Store.ChangePerson(withoutPasswords(ctx, verified), id, func(p access.Person, _ int) (access.Person, error) {
		if p.PasswordHash != verified || !p.DisabledAt.IsZero() {
			return p, fmt.Errorf("password changed meanwhile: %w", lifecycle.ErrStale)
		}
		p.PasswordHash = hash
		p.Generation++
		return p, nil
	})
	if err != nil {
		return access.Person{}, fmt.Errorf("change password: %w", err)
	}
	return person, nil
}

// withoutPasswords replaces the digest of the request, which covers both
// passwords: kept beside the idempotency key, a plain SHA-256 would let whoever
// reads the database guess them at full speed. The old hash is there anyway,
// and no two changes begin with the same.
func withoutPasswords(ctx context.Context, verified string) context.Context {
	attempt, ok := access.IdempotencyFrom(ctx)
	if !ok {
		return ctx
	}
	attempt.BodyDigest = access.TokenHash("password of " + verified)
	return access.WithIdempotency(ctx, attempt)
}

// EndSessions signs the person out everywhere, here too.
func (e *Entrance) EndSessions(ctx context.Context, id lifecycle.PersonID) error {
	_, err := e.config.Store.ChangePerson(ctx, id, func(p access.Person, _ int) (access.Person, error) {
		p.Generation++
		return p, nil
	})
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// MakeToken makes a token that acts as this person, and tells them.
func (e *Entrance) MakeToken(ctx context.Context, id lifecycle.PersonID, name string) (access.IssuedToken, error) {
	c := access.Credential{Kind: access.KindPerson, Person: id, Name: name}
	return access.IssueToken(ctx, ownTokens{e.config.Store}, e.config.NewID(), c, e.config.Now())
}

// EndToken ends one of the person's own tokens. Another's is not found.
func (e *Entrance) EndToken(ctx context.Context, person lifecycle.PersonID, id string) error {
	c, err := e.config.Store.Credential(ctx, id)
	if err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	if c.Kind != access.KindPerson || c.Person != person {
		return fmt.Errorf("end another's token: %w", lifecycle.ErrNotFound)
	}
	err = e.config.Store.EndCredential(ctx, id)
	if err != nil && !(errors.Is(err, lifecycle.ErrNotFound) && !c.EndedAt.IsZero()) {
		return fmt.Errorf("end token: %w", err)
	}
	return nil
}
