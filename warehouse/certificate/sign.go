package certificate

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
)

const (
	magic = "QC"

	// domain goes before the payload in what is signed, so that no signature
	// made for another purpose passes for one of ours.
	domain = "quitclaim/reset-cert/v1\n"

	headSize = len(magic) + len(KeyID{})
)

var (
	// ErrUnknownKey: the certificate names a key that the verifier has not
	// pinned.
	ErrUnknownKey = errors.New("signed by an unknown key")
	// ErrSignature: the key that the certificate names did not sign it.
	ErrSignature = errors.New("bad signature")
)

// Sign returns the certificate's bytes:
//
//	magic      2 bytes  "QC"
//	key id     4 bytes  KeyIDOf the signer's public key
//	payload    n bytes  canonical CBOR
//	signature 64 bytes  Ed25519 over "quitclaim/reset-cert/v1\n" and the payload
//
// It is a pure function: Ed25519 (RFC 8032) takes no randomness.
func Sign(c Certificate, key ed25519.PrivateKey) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("certificate: signing key of %d bytes", len(key))
	}
	statement, err := encodePayload(c)
	if err != nil {
		return nil, err
	}
	id := KeyIDOf(key.Public().(ed25519.PublicKey))
	data := append([]byte(magic), id[:]...)
	data = append(data, statement...)
	return append(data, ed25519.Sign(key, signedBytes(statement))...), nil
}

// Parse reads a certificate and the id of the key that it names. It takes only
// the one canonical form, and it does not look at the signature: what it
// returns is what somebody wrote. Use Verify before believing it.
func Parse(data []byte) (Certificate, KeyID, error) {
	if len(data) < headSize+ed25519.SignatureSize || !bytes.HasPrefix(data, []byte(magic)) {
		return Certificate{}, KeyID{}, invalid("too short or not one of ours")
	}
	c, err := decodePayload(data[headSize : len(data)-ed25519.SignatureSize])
	if err != nil {
		return Certificate{}, KeyID{}, err
	}
	return c, KeyID(data[len(magic):headSize]), nil
}

// Verify reads a certificate and checks its signature under the pinned keys.
func Verify(data []byte, keys Keys) (Certificate, error) {
	c, id, err := Parse(data)
	if err != nil {
		return Certificate{}, err
	}
	public, known := keys[id]
	if !known {
		return Certificate{}, fmt.Errorf("certificate %s: key %s: %w", c.Code, id, ErrUnknownKey)
	}
	end := len(data) - ed25519.SignatureSize
	if !ed25519.Verify(public, signedBytes(data[headSize:end]), data[end:]) {
		return Certificate{}, fmt.Errorf("certificate %s: key %s: %w", c.Code, id, ErrSignature)
	}
	return c, nil
}

func signedBytes(statement []byte) []byte { return append([]byte(domain), statement...) }
