package keyring

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrSealed: the bytes do not open. They were altered, or moved here from
// another subject or field, or the key is another.
var ErrSealed = errors.New("sealed data does not open")

// sealVersion is the first byte of everything sealed; the rest is a random
// nonce of 24 bytes and what XChaCha20-Poly1305 makes of the plain text
// (draft-irtf-cfrg-xchacha-03). So long a nonce may be random for ever.
const sealVersion = 1

// SubjectKey seals the personal data of one subject. It exists only wrapped
// in the database; once that row is deleted, the subject is forgotten.
type SubjectKey struct {
	subject string
	key     secret
}

// NewSubjectKey makes a key for a subject, which is named by its opaque id.
func NewSubjectKey(subject string) (SubjectKey, error) {
	fresh := SubjectKey{subject: subject}
	if _, err := rand.Read(fresh.key[:]); err != nil {
		return SubjectKey{}, fmt.Errorf("make a subject key: %w", err)
	}
	return fresh, nil
}

// Wrap seals a subject's key under the ring's own, for storing.
func (r *Ring) Wrap(key SubjectKey) ([]byte, error) {
	return seal(r.seal, bound("quitclaim/subject-key/v1", key.subject), key.key[:])
}

// Unwrap undoes Wrap. A wrapped key opens for its own subject only.
func (r *Ring) Unwrap(subject string, wrapped []byte) (SubjectKey, error) {
	plain, err := open(r.seal, bound("quitclaim/subject-key/v1", subject), wrapped)
	if err != nil {
		return SubjectKey{}, fmt.Errorf("key of subject %s: %w", subject, err)
	}
	if len(plain) != len(secret{}) {
		return SubjectKey{}, fmt.Errorf("key of subject %s has %d bytes: %w", subject, len(plain), ErrSealed)
	}
	return SubjectKey{subject: subject, key: secret(plain)}, nil
}

// Seal seals one field of the subject. The field is named by table and column,
// "people.mail": moved to another field or subject, it does not open.
func (k SubjectKey) Seal(field string, plain []byte) ([]byte, error) {
	return seal(k.key, bound("quitclaim/field/v1", k.subject, field), plain)
}

// Open undoes Seal.
func (k SubjectKey) Open(field string, sealed []byte) ([]byte, error) {
	plain, err := open(k.key, bound("quitclaim/field/v1", k.subject, field), sealed)
	if err != nil {
		return nil, fmt.Errorf("field %s of subject %s: %w", field, k.subject, err)
	}
	return plain, nil
}

// Format prints nothing of the key, whatever the verb.
func (k SubjectKey) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "key of "+k.subject)
}

func seal(key secret, context, plain []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	head := 1 + aead.NonceSize()
	sealed := make([]byte, head, head+len(plain)+aead.Overhead())
	sealed[0] = sealVersion
	if _, err := rand.Read(sealed[1:]); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return aead.Seal(sealed, sealed[1:], plain, context), nil
}

func open(key secret, context, sealed []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	head := 1 + aead.NonceSize()
	if len(sealed) < head || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[1:head], sealed[head:], context)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	return plain, nil
}

func newAEAD(key secret) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	return aead, nil
}
