package keyring

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// PushKeys are the private and the public key by which push services know this
// service (RFC 8292), base64url. They are derived from the lookup key (RFC
// 5869), not a file of their own: a data directory of an older release has them
// too, and every process over one database has the same. Other keys would end
// every subscription.
func (r *Ring) PushKeys() (private, public string, err error) {
	// A scalar may not be zero or above the order of the curve, of which the
	// chance is 2⁻³²: then the next one is taken.
	for n := range 8 {
		scalar, err := hkdf.Key(sha256.New, r.lookup[:], nil, fmt.Sprintf("quitclaim/push/v1/%d", n), 32)
		if err != nil {
			return "", "", fmt.Errorf("derive push keys: %w", err)
		}
		if key, err := ecdh.P256().NewPrivateKey(scalar); err == nil {
			encode := base64.RawURLEncoding.EncodeToString
			return encode(key.Bytes()), encode(key.PublicKey().Bytes()), nil
		}
	}
	return "", "", fmt.Errorf("derive push keys: %w", ErrMalformed)
}
