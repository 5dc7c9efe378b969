package owner

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"quitclaim/service/lifecycle"
)

// Proof is what is kept and compared of a credential: its SHA-256, in hex.
type Proof string

// ParseProof reads a credential as a unit shows it: 26 characters of base32 in
// groups (service/docs/device.md). A slip that cannot be a credential is a
// mistake here; it would wait for ever in a pending binding.
func ParseProof(text string) (Proof, error) {
	credential := plain(text)
	if len(credential) != codeLength || strings.Trim(credential, base32Letters) != "" {
		var invalid lifecycle.Invalid
		invalid.Add("proof", "proof.shape")
		return "", invalid.Err()
	}
	return Proof(hashOf(credential)), nil
}

// base32Letters is the alphabet of RFC 4648 section 6.
const base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// plain is a credential or a code as it is hashed: units and screens show them
// in groups, and people type them in any case.
func plain(text string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
}

// hashOf is what the record holds of a credential or a code.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(plain(text)))
	return hex.EncodeToString(sum[:])
}

// codeLength is 130 bits in base32, of a credential as of a code: nobody
// guesses one.
const codeLength = 26

// codeOf is the code of an offer, as links and QR codes carry it.
func (o *Owner) codeOf(id lifecycle.OfferID) string {
	sum := sha256.Sum256([]byte(o.config.OfferCode(id)))
	return base32.StdEncoding.EncodeToString(sum[:])[:codeLength]
}

// grouped is a code as people read it: in fours.
func grouped(code string) string {
	var groups []string
	for len(code) > 4 {
		groups = append(groups, code[:4])
		code = code[4:]
	}
	return strings.Join(append(groups, code), "-")
}
