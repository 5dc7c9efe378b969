package passkey_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/lifecycle"
)

// TestSignature: what a person has signed can be verified by anybody, later,
// without us, and with one byte changed it cannot.
func TestSignature(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, ada := t.Context(), k.person("ada", "hash")
	key := k.signedIn(ada).enrol(ada, "phone")
	shown := sha256.Sum256([]byte("what ada was shown"))
	challenge := shown[:]

	options, err := k.passkeys.BeginSignature(ctx, ada, challenge)
	if err != nil {
		t.Fatal(err)
	}
	response := key.Get(string(options))
	sig, err := k.passkeys.FinishSignature(ctx, ada, challenge, response)
	if err != nil {
		t.Fatal(err)
	}
	if !sig.At.Equal(k.Clock.Now()) || !bytes.Equal(sig.Credential, key.Passkey.ID) {
		t.Errorf("signature %+v", sig)
	}
	list, err := k.passkeys.List(ctx, ada)
	if err != nil {
		t.Fatal(err)
	}
	public := list[0].PublicKey
	if err := passkey.Verify(public, sig, challenge, rpID); err != nil {
		t.Errorf("verify: %v", err)
	}
	var invalid *lifecycle.Invalid
	if _, err := k.passkeys.FinishSignature(ctx, ada, challenge, response); !errors.As(err, &invalid) {
		t.Errorf("signed twice by one answer: %v, want Invalid", err)
	}

	other := sha256.Sum256([]byte("what ada was not shown"))
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 4
		return b
	}
	for name, check := range map[string]func(access.PasskeySignature) error{
		"other bytes":  func(s access.PasskeySignature) error { return passkey.Verify(public, s, other[:], rpID) },
		"another site": func(s access.PasskeySignature) error { return passkey.Verify(public, s, challenge, "evil.test") },
		"another key": func(s access.PasskeySignature) error {
			return passkey.Verify(flip(public, len(public)-1), s, challenge, rpID)
		},
		"no key": func(s access.PasskeySignature) error { return passkey.Verify(nil, s, challenge, rpID) },
		"user not verified": func(s access.PasskeySignature) error {
			s.AuthenticatorData = flip(s.AuthenticatorData, 32) // the flags; bit 2 is UV
			return passkey.Verify(public, s, challenge, rpID)
		},
		"another counter": func(s access.PasskeySignature) error {
			s.AuthenticatorData = flip(s.AuthenticatorData, 36)
			return passkey.Verify(public, s, challenge, rpID)
		},
		"signature changed": func(s access.PasskeySignature) error {
			s.Signature = flip(s.Signature, len(s.Signature)-1)
			return passkey.Verify(public, s, challenge, rpID)
		},
		"an enrolment": func(s access.PasskeySignature) error {
			s.ClientData = bytes.Replace(s.ClientData, []byte("webauthn.get"), []byte("webauthn.create"), 1)
			return passkey.Verify(public, s, challenge, rpID)
		},
		"another origin": func(s access.PasskeySignature) error {
			s.ClientData = bytes.Replace(s.ClientData, []byte("quitclaim.test"), []byte("quitclaim.evil"), 1)
			return passkey.Verify(public, s, challenge, rpID)
		},
		"nothing": func(access.PasskeySignature) error {
			return passkey.Verify(public, access.PasskeySignature{}, challenge, rpID)
		},
	} {
		if err := check(sig); !errors.Is(err, passkey.ErrSignature) {
			t.Errorf("%s: %v, want ErrSignature", name, err)
		}
	}
}

// TestSignatureRefused: a signature is asked of one person, for one challenge,
// with the user verified.
func TestSignatureRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, ada, ben := t.Context(), k.person("ada", "hash"), k.person("ben", "hash")
	key := k.signedIn(ada).enrol(ada, "phone")
	bens := k.signedIn(ben).enrol(ben, "bens")
	challenge, other := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	begin := func(of []byte) string {
		options, err := k.passkeys.BeginSignature(ctx, ada, of)
		if err != nil {
			t.Fatal(err)
		}
		return string(options)
	}
	refuse := func(name string, person lifecycle.PersonID, over []byte, response json.RawMessage) {
		t.Helper()
		if _, err := k.passkeys.FinishSignature(ctx, person, over, response); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	refuse("another's finger", ada, challenge, bens.Get(begin(challenge)))
	refuse("another's challenge", ben, challenge, bens.Get(begin(challenge)))
	begin(other)
	refuse("another challenge", ada, other, key.Get(begin(challenge)))
	options := begin(challenge)
	k.Clock.Add(passkey.CeremonyFor)
	refuse("too late", ada, challenge, key.Get(options))
	unseen := *key
	unseen.Made.Options.UserNotVerified = true
	refuse("user not verified", ada, challenge, unseen.Get(begin(challenge)))
	refuse("never begun", ada, bytes.Repeat([]byte{3}, 32), key.Get(strings.ReplaceAll(begin(other), "AgIC", "AwMD")))
	if _, err := k.passkeys.BeginSignature(ctx, k.person("cleo", "hash"), challenge); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("without a passkey: %v, want ErrNotFound", err)
	}
	if _, err := k.passkeys.BeginSignature(ctx, ada, []byte("short")); err == nil {
		t.Error("a challenge of five bytes was taken")
	}
}
