package camera

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// NewCredential draws a credential: 26 base32 characters, 130 bits, in groups
// as a screen shows them.
func NewCredential() string { return grouped(rand.Text()) }

// CredentialHash is the verifier of a credential: the hex SHA-256 of its 26
// characters, whichever way somebody wrote them.
func CredentialHash(credential string) string {
	plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(credential))
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

func grouped(text string) string {
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), "-")
}
