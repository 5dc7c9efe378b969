package certificate

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"quitclaim/service/lifecycle"
)

// KeyID tells an issuer's keys apart: the first four bytes of the SHA-256 of
// the public key. It only selects; the signature decides.
type KeyID [4]byte

// KeyIDOf is the id of a public key.
func KeyIDOf(public ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(public)
	return KeyID(sum[:4])
}

// String is the id in hex.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// Keys are the public keys that a verifier has pinned, by id.
type Keys map[KeyID]ed25519.PublicKey

// ParsePublicKeys reads a file of pinned keys. Each line is either a key alone,
// in hex or base64, or "certificate <id> <key>" as the service prints it at
// its first start. Empty lines, lines that begin with "#" and keys of other
// purposes are passed over, so that the whole print-out may be pasted.
func ParsePublicKeys(text []byte) (Keys, error) {
	keys := Keys{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || len(fields) > 1 && fields[0] != "certificate" {
			continue
		}
		public, err := parseKey(fields[len(fields)-1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		id := KeyIDOf(public)
		if len(fields) > 1 && (len(fields) != 3 || fields[1] != id.String()) {
			return nil, fmt.Errorf("line %d: the key's id is %s: %w", number, id, lifecycle.ErrInvalid)
		}
		if other, taken := keys[id]; taken && !other.Equal(public) {
			return nil, fmt.Errorf("line %d: two keys have the id %s: %w", number, id, lifecycle.ErrInvalid)
		}
		keys[id] = public
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no certificate key in the file: %w", lifecycle.ErrInvalid)
	}
	return keys, nil
}

// parseKey needs no hint: 32 bytes are 64 characters of hex or 44 of base64.
func parseKey(text string) (ed25519.PublicKey, error) {
	decode := base64.StdEncoding.Strict().DecodeString
	if len(text) == hex.EncodedLen(ed25519.PublicKeySize) {
		decode = hex.DecodeString
	}
	public, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("public key: %w: %w", lifecycle.ErrInvalid, err)
	}
	if len(public) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("public key of %d bytes, not %d: %w", len(public), ed25519.PublicKeySize, lifecycle.ErrInvalid)
	}
	return public, nil
}
