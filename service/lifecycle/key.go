package lifecycle

import (
	"fmt"
	"strings"
)

const (
	maxBrandLength  = 32 // DESIGN: brand is [a-z0-9-]{1,32}
	maxSerialLength = 64 // DESIGN: serial is 1-64 printable ASCII characters
)

// UnitKey names one physical product: brand and serial. Two keys that differ
// only in the letter case of the serial name the same unit; compare them with
// Equal or by String, never with ==.
type UnitKey struct {
	Brand  string `json:"brand"`  // [a-z0-9-]{1,32}
	Serial string `json:"serial"` // 1-64 printable ASCII characters, letter case as written
}

// ParseUnitKey is the one place where a brand and a serial become a key. The
// brand is lower-cased; of the serial surrounding blanks are cut, for wedges
// and fingers add them. A key that cannot be is an *Invalid that names every
// mistake.
func ParseUnitKey(brand, serial string) (UnitKey, error) {
	var invalid Invalid
	key := UnitKey{
		Brand:  lowerASCII(strings.Trim(brand, " ")),
		Serial: strings.Trim(serial, " "),
	}
	if !isBrand(key.Brand) {
		invalid.Add("brand", "brand.shape")
	}
	if !isSerial(key.Serial) {
		invalid.Add("serial", "serial.shape")
	}
	if err := invalid.Err(); err != nil {
		return UnitKey{}, err
	}
	return key, nil
}

// FoldedSerial is the serial as it is compared: ASCII lower case.
func (k UnitKey) FoldedSerial() string { return lowerASCII(k.Serial) }

// Equal reports whether both keys name the same unit.
func (k UnitKey) Equal(other UnitKey) bool { return k.String() == other.String() }

// String is the folded key, "brand/serial": what indexes, ledger leaves and
// signatures use.
func (k UnitKey) String() string { return k.Brand + "/" + k.FoldedSerial() }

// ParseUnitKeyString undoes UnitKey.String. Serials may contain a slash,
// brands may not.
func ParseUnitKeyString(s string) (UnitKey, error) {
	brand, serial, found := strings.Cut(s, "/")
	if !found {
		return UnitKey{}, fmt.Errorf("unit key without a slash: %w", ErrInvalid)
	}
	return ParseUnitKey(brand, serial)
}

// lowerASCII folds A-Z alone. Unicode's folding would turn the Kelvin sign
// (U+212A) into a k, and two brands into one.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func isBrand(s string) bool {
	if s == "" || len(s) > maxBrandLength {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func isSerial(s string) bool {
	if s == "" || len(s) > maxSerialLength {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
