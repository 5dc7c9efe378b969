package passkey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// BeginSignature is what a browser needs to have this person sign the
// challenge: the hash of what they were shown, of at least 16 bytes. The same
// challenge can be signed once; to sign it again, begin again. Who has no
// passkey is lifecycle.ErrNotFound.
func (p *Passkeys) BeginSignature(ctx context.Context, person lifecycle.PersonID, challenge []byte) (options json.RawMessage, err error) {
	return p.beginWith(ctx, signatureKey(challenge), access.PurposeSign, person, webauthn.WithChallenge(challenge))
}

// FinishSignature is the person's signature over the challenge, for keeping.
// What does not fit is an *lifecycle.Invalid on "response".
func (p *Passkeys) FinishSignature(ctx context.Context, person lifecycle.PersonID, challenge, response []byte) (access.PasskeySignature, error) {
	one, answer, err := p.finishWith(ctx, signatureKey(challenge), access.PurposeSign, person, response)
	if err != nil {
		return access.PasskeySignature{}, err
	}
	raw := answer.Raw.AssertionResponse
	signature := access.PasskeySignature{
		Credential: one.Credential, PublicKey: one.PublicKey, AuthenticatorData: raw.AuthenticatorData,
		ClientData: raw.ClientDataJSON, Signature: raw.Signature, At: p.config.Now(),
	}
	// What is kept must say to others what it said to us.
	if err := Verify(one.PublicKey, signature, challenge, p.library.Config.RPID); err != nil {
		return access.PasskeySignature{}, fmt.Errorf("keep signature: %w", err)
	}
	return signature, nil
}

// signatureKey: for a signature the challenge is ours and no secret; the row is
// bound to the person beside it.
func signatureKey(challenge []byte) string {
	return "sign " + base64.RawURLEncoding.EncodeToString(challenge)
}

// ErrSignature is a signature that does not verify.
var ErrSignature = errors.New("passkey signature does not verify")

// Verify checks a kept signature over a challenge against a public key, as
// WebAuthn Level 3 section 7.2 says, without any record of ours: the key must
// be known from somewhere that is trusted. What must hold: the answer is to
// this challenge, was given to a page of rpID, and the authenticator had
// verified its user.
func Verify(publicKey []byte, sig access.PasskeySignature, challenge []byte, rpID string) error {
	var client protocol.CollectedClientData
	if err := json.Unmarshal(sig.ClientData, &client); err != nil {
		return fmt.Errorf("%w: client data: %w", ErrSignature, err)
	}
	origin, err := url.Parse(client.Origin)
	if err != nil {
		return fmt.Errorf("%w: origin: %w", ErrSignature, err)
	}
	switch {
	case client.Type != protocol.AssertCeremony:
		return fmt.Errorf("%w: it is no assertion", ErrSignature)
	case client.Challenge != base64.RawURLEncoding.EncodeToString(challenge):
		return fmt.Errorf("%w: it is over another challenge", ErrSignature)
	case origin.Hostname() != rpID || client.CrossOrigin:
		return fmt.Errorf("%w: it was given to another origin", ErrSignature)
	}
	var authenticator protocol.AuthenticatorData
	if err := authenticator.Unmarshal(sig.AuthenticatorData); err != nil {
		return fmt.Errorf("%w: authenticator data: %w", ErrSignature, err)
	}
	want := sha256.Sum256([]byte(rpID))
	switch {
	case !bytes.Equal(authenticator.RPIDHash, want[:]):
		return fmt.Errorf("%w: it is for another site", ErrSignature)
	case !authenticator.Flags.HasUserPresent() || !authenticator.Flags.HasUserVerified():
		return fmt.Errorf("%w: nobody verified the user", ErrSignature)
	}
	key, err := webauthncose.ParsePublicKey(publicKey)
	if err != nil {
		return fmt.Errorf("%w: public key: %w", ErrSignature, err)
	}
	hash := sha256.Sum256(sig.ClientData)
	valid, err := webauthncose.VerifySignature(key, append(bytes.Clone(sig.AuthenticatorData), hash[:]...), sig.Signature)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if !valid {
		return fmt.Errorf("%w: it is another key's, or over other bytes", ErrSignature)
	}
	return nil
}
