package main

import (
	"crypto/rand"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// newID draws 26 random base32 characters, at least 128 bits: rooms put a
// prefix before it that says what it names.
func newID() string { return strings.ToLower(rand.Text()) }

// newPrefixedID is newID for the store, which names the prefix.
func newPrefixedID(prefix string) string { return prefix + "_" + newID() }

// newCertificateCode draws a certificate's public code.
func newCertificateCode() lifecycle.CertificateCode {
	var drawn [16]byte
	_, _ = rand.Read(drawn[:]) // never fails: crypto/rand ends the process instead
	return certificate.NewCode(drawn)
}

// presenceCode derives what a desk's screen shows for a unit to sign. It is
// made anew from the return's id and a key, so that it can be shown again
// after a restart while the record holds no more than its SHA-256.
func presenceCode(lookup func(kind, value string) string) func(lifecycle.ReturnID) string {
	return func(id lifecycle.ReturnID) string { return lookup("presence", string(id)) }
}

// newLabel draws the code of a unit's label.
func newLabel() (string, error) { return code.NewLabelCode(rand.Reader) }
