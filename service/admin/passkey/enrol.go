package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// BeginEnrolment is what a browser needs to make a passkey for this person. key
// is a secret that the same browser says at the end.
func (p *Passkeys) BeginEnrolment(ctx context.Context, key string, person lifecycle.PersonID) (json.RawMessage, error) {
	if p.library == nil {
		return nil, errUnavailable
	}
	h, err := p.holder(ctx, person)
	if err != nil {
		return nil, err
	}
	var had []protocol.CredentialDescriptor
	for _, one := range h.WebAuthnCredentials() {
		had = append(had, one.Descriptor())
	}
	options, session, err := p.library.BeginRegistration(h, webauthn.WithExclusions(had))
	if err != nil {
		return nil, fmt.Errorf("begin enrolment: %w", err)
	}
	if err := p.begin(ctx, key, access.PurposeEnrol, person, session); err != nil {
		return nil, err
	}
	return encode(options)
}

// FinishEnrolment adds the passkey that the browser has made, under a name that
// its person gives it. What does not fit is an *lifecycle.Invalid on
// "response".
func (p *Passkeys) FinishEnrolment(ctx context.Context, key string, person lifecycle.PersonID, name string, response []byte) error {
	made, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return mistake("passkey.unreadable")
	}
	session, err := p.take(ctx, key, access.PurposeEnrol, person)
	if err != nil {
		return p.unlessEnrolled(ctx, err, person, made.RawID)
	}
	h, err := p.holder(ctx, person)
	if err != nil {
		return err
	}
	credential, err := p.library.CreateCredential(h, session, made)
	if err != nil {
		return refused(err)
	}
	one := access.Passkey{
		ID: "psk_" + p.config.NewID(), Person: person, Name: name, Credential: credential.ID, PublicKey: credential.PublicKey,
		AAGUID: credential.Authenticator.AAGUID, BackupEligible: credential.Flags.BackupEligible, BackedUp: credential.Flags.BackupState,
		Counter: credential.Authenticator.SignCount, CreatedAt: p.config.Now(),
	}
	for _, transport := range credential.Transport {
		one.Transports = append(one.Transports, string(transport))
	}
	if err := p.config.Store.AddPasskey(ctx, one); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	return nil
}

// unlessEnrolled is err, but nil where this very passkey is the person's
// already: the form was sent twice.
func (p *Passkeys) unlessEnrolled(ctx context.Context, err error, person lifecycle.PersonID, credential []byte) error {
	if !errors.Is(err, lifecycle.ErrInvalid) {
		return err
	}
	list, failed := p.config.Store.PasskeysOf(ctx, person)
	if failed != nil {
		return fmt.Errorf("enrol: %w", failed)
	}
	if slices.ContainsFunc(list, func(one access.Passkey) bool { return string(one.Credential) == string(credential) }) {
		return nil
	}
	return err
}

// List is a person's passkeys, newest first.
func (p *Passkeys) List(ctx context.Context, person lifecycle.PersonID) ([]access.Passkey, error) {
	list, err := p.config.Store.PasskeysOf(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	slices.SortStableFunc(list, func(a, b access.Passkey) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return list, nil
}

// Rename gives one of the person's passkeys another name.
func (p *Passkeys) Rename(ctx context.Context, person lifecycle.PersonID, id, name string) error {
	if err := p.config.Store.RenamePasskey(ctx, person, id, name); err != nil {
		return fmt.Errorf("rename passkey: %w", err)
	}
	return nil
}

// Remove takes one of the person's passkeys for good, and ends every session but
// the one here. Their last way in stays.
func (p *Passkeys) Remove(ctx context.Context, person lifecycle.PersonID, id, here string) error {
	if err := p.config.Store.RemovePasskey(ctx, person, id, here); err != nil {
		return fmt.Errorf("remove passkey: %w", err)
	}
	return nil
}

func encode(options any) (json.RawMessage, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("encode options: %w", err)
	}
	return text, nil
}

// refused turns what the library says into one answer for all: which of the
// checks failed helps nobody but who tries.
func refused(err error) error {
	var failed *protocol.Error
	if errors.As(err, &failed) {
		return mistake("passkey.wrong")
	}
	return fmt.Errorf("passkey: %w", err)
}
