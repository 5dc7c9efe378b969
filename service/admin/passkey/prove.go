package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// BeginSignIn is what a browser needs to find out whose passkeys it has. It
// says nothing about anybody. key is a secret that the same browser says at the
// end.
func (p *Passkeys) BeginSignIn(ctx context.Context, key, network string) (json.RawMessage, error) {
	if p.library == nil {
		return nil, errUnavailable
	}
	if err := p.networks.Attempt(ctx, network); err != nil {
		return nil, err
	}
	options, session, err := p.library.BeginDiscoverableLogin()
	if err != nil {
		return nil, fmt.Errorf("begin sign-in: %w", err)
	}
	if err := p.begin(ctx, key, access.PurposeSignIn, "", session); err != nil {
		return nil, err
	}
	return encode(options)
}

// FinishSignIn is the person whose passkey has answered. Every way in which it
// does not fit is the same *lifecycle.Invalid, but for a challenge that is too
// old.
func (p *Passkeys) FinishSignIn(ctx context.Context, key, network string, response []byte) (access.Person, error) {
	answer, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return access.Person{}, mistake("passkey.unreadable")
	}
	session, err := p.take(ctx, key, access.PurposeSignIn, "")
	if err != nil {
		return access.Person{}, err
	}
	known, err := p.config.Store.PasskeyByCredential(ctx, answer.RawID)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return access.Person{}, mistake("passkey.wrong")
	}
	if err != nil {
		return access.Person{}, fmt.Errorf("sign in: %w", err)
	}
	h, err := p.holder(ctx, known.Person)
	if errors.Is(err, lifecycle.ErrForbidden) {
		return access.Person{}, mistake("passkey.wrong")
	}
	if err != nil {
		return access.Person{}, err
	}
	_, used, err := p.library.ValidatePasskeyLogin(
		func(_, _ []byte) (webauthn.User, error) { return h, nil }, session, answer)
	if err := p.used(ctx, h, used, answer, err); err != nil {
		return access.Person{}, err
	}
	if err := p.networks.Forgive(ctx, network); err != nil {
		return access.Person{}, fmt.Errorf("sign in: %w", err)
	}
	return h.person, nil
}

// BeginVerification is what a browser needs to ask this person for one of their
// passkeys. Who has none is lifecycle.ErrNotFound.
func (p *Passkeys) BeginVerification(ctx context.Context, key string, person lifecycle.PersonID) (json.RawMessage, error) {
	return p.beginWith(ctx, key, access.PurposeVerify, person)
}

// FinishVerification is nil where the person has proved themselves.
func (p *Passkeys) FinishVerification(ctx context.Context, key string, person lifecycle.PersonID, response []byte) error {
	_, _, err := p.finishWith(ctx, key, access.PurposeVerify, person, response)
	return err
}

func (p *Passkeys) beginWith(ctx context.Context, key string, purpose access.Purpose, person lifecycle.PersonID, opts ...webauthn.LoginOption) (json.RawMessage, error) {
	if p.library == nil {
		return nil, errUnavailable
	}
	h, err := p.holder(ctx, person)
	if err == nil && len(h.passkeys) == 0 {
		err = fmt.Errorf("no passkey: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	options, session, err := p.library.BeginLogin(h, opts...)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if err := p.begin(ctx, key, purpose, person, session); err != nil {
		return nil, err
	}
	return encode(options)
}

// finishWith checks an answer that must be this person's, and returns it with
// the passkey that gave it.
func (p *Passkeys) finishWith(ctx context.Context, key string, purpose access.Purpose, person lifecycle.PersonID, response []byte,
) (access.Passkey, *protocol.ParsedCredentialAssertionData, error) {
	answer, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return access.Passkey{}, nil, mistake("passkey.unreadable")
	}
	session, err := p.take(ctx, key, purpose, person)
	if err != nil {
		return access.Passkey{}, nil, err
	}
	h, err := p.holder(ctx, person)
	if err != nil {
		return access.Passkey{}, nil, err
	}
	// A passkey that was added or taken since does not make the challenge bad.
	session.AllowedCredentialIDs = nil
	used, err := p.library.ValidateLogin(h, session, answer)
	if err := p.used(ctx, h, used, answer, err); err != nil {
		return access.Passkey{}, nil, err
	}
	one, _ := h.by(answer.RawID)
	return one, answer, nil
}

// used writes down the use of a passkey that the library found right.
func (p *Passkeys) used(ctx context.Context, h holder, used *webauthn.Credential, answer *protocol.ParsedCredentialAssertionData, failed error) error {
	if failed != nil {
		return refused(failed)
	}
	one, ok := h.by(used.ID)
	if !ok {
		return mistake("passkey.wrong")
	}
	err := p.config.Store.UsePasskey(ctx, one.ID, answer.Response.AuthenticatorData.Counter, used.Flags.BackupState, p.config.Now())
	if errors.Is(err, access.ErrCloned) {
		return mistake("passkey.cloned")
	}
	if errors.Is(err, lifecycle.ErrUnauthenticated) {
		return mistake("passkey.wrong") // taken away in this instant
	}
	if err != nil {
		return fmt.Errorf("use passkey: %w", err)
	}
	return nil
}

// MeansOf is what a person can prove themselves by at this site: their passkey
// where they have one, else their password. It is empty for who has neither and
// comes in from elsewhere.
func (p *Passkeys) MeansOf(ctx context.Context, person lifecycle.PersonID) (access.Means, error) {
	h, err := p.holder(ctx, person)
	switch {
	case err != nil:
		return "", err
	case len(h.passkeys) > 0:
		return access.MeansPasskey, nil
	case h.person.PasswordHash != "":
		return access.MeansPassword, nil
	}
	return "", nil
}

// ProveByPassword is nil for the password of a person who has no passkey. Who
// has one is asked for it: a password that is enough beside it would make it
// worth as little as the password.
func (p *Passkeys) ProveByPassword(ctx context.Context, person lifecycle.PersonID, password string) error {
	means, err := p.MeansOf(ctx, person)
	if err != nil {
		return err
	}
	if means != access.MeansPassword {
		return lifecycle.Mistake("password", "verify.passkey-only")
	}
	return p.config.Prove(ctx, person, password)
}
