package code

import "strings"

// ParseGTIN reads a GTIN-8, -12, -13 or -14 and pads it to 14 digits (GS1
// General Specifications 3.3.2). It is not ok with a wrong check digit, nor
// with zeros alone, which pass every check and name nothing.
func ParseGTIN(digits string) (gtin string, ok bool) {
	if !isGTIN(digits) {
		return "", false
	}
	return padGTIN(digits), true
}

func isGTIN(s string) bool { return isGTINShaped(s) && mod10(s) && strings.Trim(s, "0") != "" }

func padGTIN(digits string) string { return strings.Repeat("0", 14-len(digits)) + digits }

func isGTINShaped(s string) bool {
	switch len(s) {
	case 8, 12, 13, 14:
		return allDigits(s)
	}
	return false
}

// readModel reads an EAN, UPC or GTIN-14. It names a model, never a unit. Where
// neither the scanner nor our own list vouches for it, it may be a serial too.
func readModel(in input, rules Rules) finding {
	digits := in.compact()
	if !isGTINShaped(digits) {
		return finding{}
	}
	ean := strings.HasPrefix(in.symbology, "E")
	gtin, ok := ParseGTIN(digits)
	if !ok {
		return finding{sure: ean, reasons: because("code.check-digit")}
	}
	r := modelReading(gtin)
	sure := ean || rules.brand(gtin) != ""
	if len(digits) == 8 && !sure {
		// Setup codes have eight digits too, and every tenth of those passes
		// the check: the number is not repeated where it would be kept.
		r.Redacted = hide(in.length)
	}
	return finding{sure: sure, readings: []Reading{r}}
}
