package code

import (
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

const (
	matterPrefix  = "MT:"   // Matter Core Specification 5.1.3.1
	homekitPrefix = "X-HM:" // HomeKit Accessory Protocol, setup payload
	minMatterBody = 19      // base-38 characters of the 88 bits without TLV data
	base38        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-."
)

// What is shown of a setup code. Both are setup codes again to whoever reads
// them, with nothing in them.
const (
	redactedMatter  = matterPrefix + "…"
	redactedHomeKit = "X-HM://…"
)

// readSecret recognises setup codes. Whoever has one can commission the unit,
// so nothing of it goes into the reading, and nothing further down gets to see
// it. A setup code names no unit either: Matter QR codes have no serial.
func readSecret(in input, _ Rules) finding {
	switch setupCode(in) {
	case redactedMatter:
		return secret("Matter", redactedMatter)
	case redactedHomeKit:
		return secret("HomeKit", redactedHomeKit)
	}
	if holdsPassword(in.text) {
		return password(in)
	}
	return finding{}
}

// setupCode is what may be shown of a setup code, empty where there is none.
func setupCode(in input) string {
	switch decoded := percentDecode(in.text, false); {
	case holdsMatter(in.text), holdsMatter(decoded), isMatterManual(in.compact()) && !in.linear():
		return redactedMatter
	case holdsHomeKit(in.text), holdsHomeKit(decoded), isHomeKitTyped(in.text):
		return redactedHomeKit
	}
	return ""
}

// holdsPassword recognises what else is printed or shown as a code and opens
// something: wireless networks, one-time passwords, addresses with a user's
// name; and what a page or we have hidden before.
func holdsPassword(text string) bool {
	for _, prefix := range []string{"WIFI:", "otpauth:", hidden} {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return true
		}
	}
	_, rest, found := strings.Cut(text, "://")
	if !found {
		return false
	}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	return strings.Contains(authority, "@")
}

func secret(standard, redacted string) finding {
	return finding{sure: true, readings: []Reading{{
		Kind: KindSecret, Redacted: redacted, SecretsRedacted: true,
		Reasons: []lifecycle.Reason{{Code: "code.secret", Args: map[string]string{"standard": standard}}},
	}}}
}

// holdsMatter finds a Matter QR payload, at the start or anywhere inside, such
// as in the query of a web address; in any case, for scanners with caps lock on.
func holdsMatter(text string) bool {
	upper := strings.ToUpper(text)
	if strings.HasPrefix(upper, matterPrefix) {
		return true
	}
	for {
		_, rest, found := strings.Cut(upper, matterPrefix)
		if !found {
			return false
		}
		if len(rest)-len(strings.TrimLeft(rest, base38)) >= minMatterBody {
			return true
		}
		upper = rest
	}
}

func holdsHomeKit(text string) bool {
	return strings.Contains(strings.ToUpper(text), homekitPrefix)
}

// isMatterManual recognises a manual pairing code (Matter Core Specification
// 5.1.4.1, tables 39 and 40): 11 digits, or 21 with vendor and product, whose
// parts fit their bits, and a Verhoeff check digit. Neither is the length of a
// GTIN. About one in fifty serials of exactly 11 digits looks like this too;
// to hide those is the price of never storing a passcode, and reading them
// from their bar code (see input.linear: pairing codes are printed as plain
// digits, not as bars), from a GS1 code or from our own label still works.
func isMatterManual(digits string) bool {
	if !allDigits(digits) {
		return false
	}
	long := len(digits) == 21
	if !long && len(digits) != 11 {
		return false
	}
	flags := digits[0] - '0' // bit 2: vendor and product follow; bits above: version, 0
	return flags <= 7 && (flags >= 4) == long &&
		number(digits[1:6]) < 1<<16 && number(digits[6:10]) < 1<<13 && verhoeff(digits)
}

// isHomeKitTyped recognises a setup code as HomeKit labels print it: three, two
// and three digits with dashes between.
func isHomeKitTyped(text string) bool {
	return len(text) == 10 && text[3] == '-' && text[6] == '-' &&
		allDigits(text[:3]) && allDigits(text[4:6]) && allDigits(text[7:])
}

// number reads a few digits; the caller has checked that they are digits.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1 << 30
	}
	return n
}
