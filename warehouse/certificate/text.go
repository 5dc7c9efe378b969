package certificate

import "strings"

// Text is what the QR code on the box holds: an address that any phone opens
// and that carries the whole certificate, "HTTPS://QC.EXAMPLE/C/<base32>". It
// is all upper case, because in a QR code's alphanumeric mode a character
// costs 5.5 bits instead of 8 (ISO/IEC 18004, section 7.4.4).
//
// A QR code of version 10-M holds 311 such characters. With a host of 10
// characters that leaves 111 bytes for the payload, of which 44 are taken (45
// from epoch 24 on): issuer, brand, serial, model, method, firmware and
// accreditation may have 67 characters together. With 44 beside the serial, a
// serial of 24 to 56 characters needs version 11, a longer one version 12.
func Text(host string, data []byte) string {
	return "HTTPS://" + strings.ToUpper(host) + "/C/" + base32Text(data)
}

// FromText finds the certificate in what a scanner read: an address as Text
// writes it, with any host, or the base32 alone. Letter case does not matter,
// for some scanners change it. It checks nothing of the certificate.
func FromText(text string) ([]byte, error) {
	code := strings.ToUpper(strings.TrimSpace(text))
	if address, found := strings.CutPrefix(code, "HTTPS://"); found {
		_, rest, found := strings.Cut(address, "/C/")
		if !found {
			return nil, invalid("an address without /C/")
		}
		code = rest
	}
	if code == "" {
		return nil, invalid("no text")
	}
	return parseBase32(code)
}
