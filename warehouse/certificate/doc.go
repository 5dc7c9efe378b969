// Package certificate is the bytes of a reset certificate: encode, sign, parse
// and verify offline, and the text of its QR code.
//
// Place in the flow: warehouse/bench certifies a unit (reset → certified), the
// bytes are made here, printed as a QR code and read again by the public page
// at /C, by a till, or by `quitclaim verify-certificate` without any network.
//
// The package is pure. It trusts nothing but the public keys that the verifier
// has pinned. A certificate says what was proven of one unit up to one instant
// and for one epoch; it cannot say that the unit is still nobody's. It carries
// no personal data: neither owner nor operator nor validator.
package certificate
