package storetest

import "crypto/rand"

// NewID makes an id as the service makes them: a prefix and 26 random base32
// characters.
func NewID(prefix string) string {
	return prefix + "_" + rand.Text() // 26 characters of base32, 130 bits
}

// NewLabel makes a code for a unit's label, of the length that real ones have.
func NewLabel() (string, error) { return rand.Text() + "0", nil }
