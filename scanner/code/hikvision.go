package code

import (
	"regexp"
	"strings"
)

// kept stands on a redacted label where its code stood.
const kept = "*"

// readHikvisionLabel reads a label of four lines: brand, serial, code, model;
// the last may be missing. The code opens the unit's pictures. A scanner that
// types blanks for line ends sends the same on one line. The place of the
// serial is all that names it, so it must have a serial's length and a digit.
func readHikvisionLabel(text string) (vendorLabel, bool) {
	brand, rest, found := strings.Cut(text, " ")
	if !found || !isHikvisionBrand(brand) {
		return vendorLabel{}, false
	}
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return vendorLabel{}, false
	}
	label := vendorLabel{brand: strings.ToLower(brand)}
	if fields[1] != kept {
		label.secrets = 1
	}
	serial := fields[0]
	if len(serial) >= 9 && len(serial) <= 20 && isAlphanumeric(serial) && strings.ContainsAny(serial, "0123456789") {
		label.serial = serial
	}
	return label, true
}

func isHikvisionBrand(word string) bool {
	return strings.EqualFold(word, "ezviz") || strings.EqualFold(word, "hikvision")
}

// joinLines turns the lines of such a label into one line; any other text of
// several lines stays as it is, for no code has any.
func joinLines(text string) string {
	first, _, found := strings.Cut(strings.ReplaceAll(text, "\r", "\n"), "\n")
	if !found || !isHikvisionBrand(strings.TrimSpace(first)) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// longSerial is how the screens of this family write a serial: model or series,
// the day it was made, four letters, then the nine digits that are the serial
// everywhere else, and up to four letters for its variant.
var longSerial = regexp.MustCompile(`^(?i)[0-9A-Z/.-]{2,30}20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[A-Z]{4}([0-9]{9})[A-Z]{0,4}$`)

// readLongSerial finds the serial in a long one, such as
// 0820181021CCWR123456789WCVU. Where a brand's pattern takes the long one for
// its serial, both are readings, and somebody must say which.
func readLongSerial(in input, rules Rules) finding {
	if len(in.text) < 23 {
		return finding{}
	}
	match := longSerial.FindStringSubmatch(in.text)
	if match == nil {
		return finding{}
	}
	return finding{readings: vendorReadings(vendorLabel{serial: match[1]}, in.text, rules)}
}
