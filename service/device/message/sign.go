package message

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// domain is the first line of what a unit signs. No other signature of ours,
// nor of the unit's maker if they heed it, begins with it.
const domain = "quitclaim/device-report/v1"

// SignedBytes is what the unit signs with Ed25519 (RFC 8032 section 5.1): the
// domain and one line per field, each ended by a line feed (0x0A), ASCII:
//
//	quitclaim/device-report/v1
//	brand=<brand>
//	serial=<serial, ASCII letters in lower case>
//	epoch=<decimal, as the challenge said>
//	nonce=<as the challenge said>
//	kind=<none or hard>
//	firmware=<version>
//	verifier=<lower-case hex SHA-256 of the credential>
//	presence=<the code on the desk's screen, or nothing>
//
// No field can hold a line feed (Report.Check), so two reports that differ
// never have the same bytes. The format is frozen: see testdata/vectors.json.
func (r Report) SignedBytes() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("bytes of a report: %w", err)
	}
	key, err := r.Key()
	if err != nil {
		return nil, fmt.Errorf("bytes of a report: %w", err)
	}
	var b strings.Builder
	b.WriteString(domain + "\n")
	for _, line := range [][2]string{
		{"brand", key.Brand},
		{"serial", key.FoldedSerial()},
		{"epoch", strconv.FormatInt(int64(r.Epoch), 10)},
		{"nonce", r.Nonce},
		{"kind", string(r.Kind)},
		{"firmware", r.Firmware},
		{"verifier", r.Verifier},
		{"presence", r.Presence},
	} {
		b.WriteString(line[0] + "=" + line[1] + "\n")
	}
	return []byte(b.String()), nil
}

// Sign is the report with the unit's signature. What it held before does not
// matter.
func (r Report) Sign(key ed25519.PrivateKey) (Report, error) {
	r.Signature = Encode(make([]byte, ed25519.SignatureSize)) // of the right shape, for Check
	signed, err := r.SignedBytes()
	if err != nil {
		return Report{}, err
	}
	r.Signature = Encode(ed25519.Sign(key, signed))
	return r, nil
}

// Verify reports whether the signature is by this key, and the digest of the
// signed bytes.
func (r Report) Verify(key ed25519.PublicKey) (digest string, ok bool) {
	signed, err := r.SignedBytes()
	if err != nil {
		return "", false
	}
	signature, err := decode(r.Signature, ed25519.SignatureSize)
	if err != nil {
		return "", false
	}
	return HexSHA256(string(signed)), ed25519.Verify(key, signed, signature)
}

// HexSHA256 is the digest of a text, in hex.
func HexSHA256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
