package message

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"time"

	"quitclaim/service/lifecycle"
)

// The shapes of what a report carries.
const (
	NonceBytes     = 32 // of crypto/rand
	maxFirmware    = 32
	maxPresence    = 128
	verifierLength = 64 // hex SHA-256
)

// The actions that an answer asks of the unit.
const (
	// ActionNone: nothing is left to do.
	ActionNone = "none"
	// ActionReportAgain: the credential of this report counts for nothing, for
	// the epoch has advanced since it was made. Make a new one, ask for a new
	// challenge, and report it.
	ActionReportAgain = "report-again"
	// ActionOtherEpoch: nothing of this report was taken down, for the unit is at
	// another epoch, which the answer names. Make a new credential, ask for a new
	// challenge, and say the same again.
	ActionOtherEpoch = "other-epoch"
)

// ChallengeRequest is the body of POST /device/v1/challenge.
type ChallengeRequest struct {
	Brand  string `json:"brand"`
	Serial string `json:"serial"`
}

// Challenge is its answer. Anybody gets one, so there is nothing of the unit in
// it: by its epoch whoever once had the unit would follow it from owner to owner.
type Challenge struct {
	Nonce     string    `json:"nonce"` // 32 bytes in base64url without padding (RFC 4648 section 5)
	ExpiresAt time.Time `json:"expires_at"`
}

// Report is the body of POST /device/v1/report.
type Report struct {
	Brand     string              `json:"brand"`
	Serial    string              `json:"serial"`
	Nonce     string              `json:"nonce"`
	Epoch     lifecycle.Epoch     `json:"epoch"` // the last that the unit was told; 1: none yet
	Kind      lifecycle.ResetKind `json:"kind"`
	Firmware  string              `json:"firmware"`
	Verifier  string              `json:"verifier"`           // lower-case hex SHA-256 of the credential made on the unit
	Presence  string              `json:"presence,omitempty"` // the code on the desk's screen, as it stands there
	Signature string              `json:"signature"`          // Ed25519 over SignedBytes, base64url without padding
}

// Answer is what a good report gets.
type Answer struct {
	Epoch  lifecycle.Epoch `json:"epoch"` // the unit's, after the report
	Action string          `json:"action"`
}

// Key is whose report it is.
func (r Report) Key() (lifecycle.UnitKey, error) { return lifecycle.ParseUnitKey(r.Brand, r.Serial) }

// Check finds every mistake in the report's shape. It says nothing about
// whether it is true.
func (r Report) Check() error {
	var invalid lifecycle.Invalid
	checkKey(r.Brand, r.Serial, &invalid)
	mistake := func(wrong bool, field string) {
		if wrong {
			invalid.Add(field, "device."+field)
		}
	}
	_, nonceErr := decode(r.Nonce, NonceBytes)
	mistake(nonceErr != nil, "nonce")
	mistake(r.Epoch < 1, "epoch")
	mistake(r.Kind != lifecycle.ResetNone && r.Kind != lifecycle.ResetHard, "kind")
	mistake(r.Firmware == "" || len(r.Firmware) > maxFirmware || !within(r.Firmware, ".+_-"), "firmware")
	mistake(len(r.Verifier) != verifierLength || !isLowerHex(r.Verifier), "verifier")
	mistake(len(r.Presence) > maxPresence || !within(r.Presence, ".+_-"), "presence")
	_, signatureErr := decode(r.Signature, ed25519.SignatureSize)
	mistake(signatureErr != nil, "signature")
	return invalid.Err()
}

func checkKey(brand, serial string, invalid *lifecycle.Invalid) {
	_, err := lifecycle.ParseUnitKey(brand, serial)
	if mistakes, ok := err.(*lifecycle.Invalid); ok {
		invalid.Reasons = append(invalid.Reasons, mistakes.Reasons...)
	}
}

// decode reads base64url without padding, of exactly n bytes. Strict, so that
// one value has one spelling.
func decode(text string, n int) ([]byte, error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(n) {
		return nil, lifecycle.ErrInvalid
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// Encode writes bytes as messages have them: base64url without padding (RFC 4648
// section 5).
func Encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// within reports whether s is letters, digits and the marks given, and begins
// with no mark. Empty is.
func within(s, marks string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || !containsByte(marks, c)) {
			return false
		}
	}
	return true
}

func containsByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

func isLowerHex(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && hex.EncodeToString(raw) == s
}
