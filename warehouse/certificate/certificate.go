package certificate

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// The bounds of a certificate's texts, in characters.
const (
	maxText   = 32 // issuer, model, firmware, accreditation, each waived cloud
	maxWaived = 8  // clouds
)

// Certificate states that the reset of one unit was proven.
type Certificate struct {
	// Code is the public id: 26 characters of upper-case base32, which are
	// 128 bits from crypto/rand. It is the nonce as well, so no two
	// certificates have the same bytes.
	Code lifecycle.CertificateCode
	// Issuer is the short name of the organisation that certified.
	Issuer string
	// Unit is brand and serial, the serial in its own letter case.
	Unit lifecycle.UnitKey
	// Model is the vendor's name of the model.
	Model string
	// Device is the fingerprint of the unit's own key, see Fingerprint.
	Device [8]byte
	// Epoch is the number of the credentials that the reset began. A unit that
	// has moved on to a later epoch makes the certificate history, not false.
	Epoch lifecycle.Epoch
	// At is when it was certified, UTC. Encoding drops the part of a second.
	At time.Time
	// Method is the kind of the reset: 1 to 16 characters of [a-z0-9-].
	Method lifecycle.ResetKind
	// Firmware is the version on the unit, empty if it has none.
	Firmware string
	// Grade is how the reset was proven.
	Grade lifecycle.Grade
	// Accreditation names the vendor's accreditation of the issuer, as the
	// vendor writes it; empty if it has no name.
	Accreditation string
	// SelfCustody marks an issuer that took the unit back itself.
	SelfCustody bool
	// Waived are clouds that two people gave up because they are shut down for
	// good: what they know of the unit was not proven to be gone.
	Waived []string
}

// NewCode writes 128 random bits as a certificate code.
func NewCode(random [16]byte) lifecycle.CertificateCode {
	return lifecycle.CertificateCode(base32Text(random[:]))
}

// Fingerprint is the first eight bytes of the SHA-256 of a device's public
// key, and zero for a unit that has none.
func Fingerprint(public []byte) [8]byte {
	if len(public) == 0 {
		return [8]byte{}
	}
	sum := sha256.Sum256(public)
	return [8]byte(sum[:8])
}

// check refuses what no certificate may say.
func (c Certificate) check() error {
	key, err := lifecycle.ParseUnitKey(c.Unit.Brand, c.Unit.Serial)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	switch {
	case key != c.Unit:
		err = invalid("unit %q is not in its own spelling", c.Unit)
	case c.Epoch < 1:
		err = invalid("epoch %d", c.Epoch)
	case c.Issuer == "" || c.Model == "":
		err = invalid("no issuer or no model")
	case !isMethod(c.Method):
		err = invalid("method %q", c.Method)
	case gradeNumber(c.Grade) == 0:
		err = invalid("grade %q", c.Grade)
	case len(c.Waived) > maxWaived:
		err = invalid("%d waived clouds, more than %d", len(c.Waived), maxWaived)
	case c.At.Unix() < 1 || c.At.Year() > 9999:
		err = invalid("time %v", c.At)
	}
	for _, text := range append([]string{c.Issuer, c.Model, c.Firmware, c.Accreditation}, c.Waived...) {
		if err == nil && !isText(text) {
			err = invalid("text %q is longer than %d or not printable ASCII", text, maxText)
		}
	}
	for _, cloud := range c.Waived {
		if err == nil && cloud == "" {
			err = invalid("a waived cloud without a name")
		}
	}
	return err
}

func isText(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return len(text) <= maxText
}

func isMethod(kind lifecycle.ResetKind) bool {
	for i := range len(kind) {
		c := kind[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(kind) > 0 && len(kind) <= 16
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("certificate: %s: %w", fmt.Sprintf(format, args...), lifecycle.ErrInvalid)
}

// base32Text is RFC 4648 section 6 without padding: upper-case letters and
// digits, which a QR code holds in its alphanumeric mode.
func base32Text(data []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(data)
}

// parseBase32 takes only what base32Text writes.
func parseBase32(text string) ([]byte, error) {
	data, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w: %w", lifecycle.ErrInvalid, err)
	}
	if base32Text(data) != text {
		return nil, invalid("base32 in another spelling")
	}
	return data, nil
}
