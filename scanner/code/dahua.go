package code

import (
	"regexp"
	"strings"
)

// dahuaSerial is how long the serials of this family are, in every sample that
// was published. Where a label's own punctuation tells where the serial ends,
// its length does not matter; where it is lost, nothing else is believed.
const dahuaSerial = 15

// dahuaShapes are the labels of Dahua and of those who sell its cameras under
// their own names (Imou, Amcrest, Lorex), with the misprints that are known:
// each shape answers false for what is not of its form. None names the brand.
func dahuaShapes() []func(text string) (vendorLabel, bool) {
	return []func(string) (vendorLabel, bool){
		dahuaFields,   // {SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}
		dahuaColons,   // 2M047C9PAN00005:DHI-ARD1611-W:PJ0V46
		dahuaReversed, // DH-IPC-C35P,4K002C6PAJA49A7
		dahuaAddress,  // http://www.hsview.com/?sn=5G043D4PAJ361D8
	}
}

func readDahuaLabel(text string) (vendorLabel, bool) {
	if !strings.ContainsAny(text, ":,;=") {
		return vendorLabel{}, false // most scans end here
	}
	for _, read := range dahuaShapes() {
		if label, ok := read(text); ok {
			return label, true
		}
	}
	return vendorLabel{}, false
}

// cutBraces takes the braces off, each only where it is there: a parser in
// public use cuts a character at both ends in any case, and loses the last of
// the serial where the braces were not printed.
func cutBraces(text string) string {
	text = strings.TrimSpace(text)
	text, _ = strings.CutPrefix(text, "{")
	text, _ = strings.CutSuffix(text, "}")
	return strings.TrimSpace(text)
}

// dahuaKeys are the names of fields. SC, RC and RD hold the password that the
// unit leaves the factory with.
const dahuaKeys = `SN|DT|SC|RC|RD|NC|IMEI`

func isDahuaKey(name string) bool {
	for _, key := range strings.Split(dahuaKeys, "|") {
		if strings.EqualFold(name, key) {
			return true
		}
	}
	return false
}

// Compiled once; nothing writes to them.
var (
	dahuaAnyKey   = regexp.MustCompile(`(?i)(` + dahuaKeys + `)\s*:`)
	dahuaModel    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z/\\ -]*$`)
	dahuaBadBatch = regexp.MustCompile(`^(?i:DHI?)-[0-9A-Za-z/\\ -]+[,;]\s*([0-9A-Za-z]+)$`)
	dahuaHost     = regexp.MustCompile(`^(?i:https?://)?(?i:www\.hsview\.com|www\.lechange\.cn)[/?][^=]*=([0-9A-Za-z]+)$`)
)

// dahuaFields reads names and values. The separators may be commas or
// semicolons, or be missing.
func dahuaFields(text string) (vendorLabel, bool) {
	text = cutBraces(text)
	name, _, _ := strings.Cut(text, ":")
	if !isDahuaKey(strings.TrimSpace(name)) {
		return vendorLabel{}, false
	}
	if label, ok := separatedFields(text); ok {
		return label, true
	}
	return joinedFields(text), true
}

// separatedFields takes each field for what its separators say. A colon within
// a value means that a separator was lost.
func separatedFields(text string) (label vendorLabel, ok bool) {
	for _, field := range strings.FieldsFunc(text, isSeparator) {
		name, value, found := strings.Cut(field, ":")
		if !found || strings.Contains(value, ":") {
			return vendorLabel{}, false
		}
		if !label.note(strings.TrimSpace(name), strings.TrimSpace(value)) {
			return vendorLabel{secrets: max(1, label.secrets)}, true
		}
	}
	return label.checked(), true
}

// joinedFields finds the fields by their names alone. Only a serial of the
// usual length is believed then.
func joinedFields(text string) vendorLabel {
	var label vendorLabel
	names := dahuaAnyKey.FindAllStringSubmatchIndex(text, -1)
	for i, at := range names {
		end := len(text)
		if i+1 < len(names) {
			end = names[i+1][0]
		}
		name, value := text[at[2]:at[3]], strings.TrimFunc(text[at[1]:end], func(c rune) bool { return isSeparator(c) || c == ' ' })
		if strings.ContainsAny(value, ":") || !label.note(name, value) {
			return vendorLabel{secrets: max(1, label.secrets)}
		}
	}
	if len(label.serial) != dahuaSerial {
		return vendorLabel{secrets: max(1, label.secrets)}
	}
	return label.checked()
}

func isSeparator(c rune) bool { return c == ',' || c == ';' }

// note keeps what a field says; false where it contradicts another.
func (l *vendorLabel) note(name, value string) bool {
	switch strings.ToUpper(name) {
	case "SN":
		if l.serial != "" && l.serial != value {
			return false
		}
		l.serial = value
	case "DT", "NC", "IMEI":
	default: // SC, RC, RD, and what we do not know
		if value != "" {
			l.secrets++
		}
	}
	return true
}

// checked is the label without a serial that cannot be one.
func (l vendorLabel) checked() vendorLabel {
	if !isAlphanumeric(l.serial) || len(l.serial) > maxVendorSerial {
		l.serial = ""
	}
	return l
}

// dahuaColons reads the labels of alarm parts: serial, model, code.
func dahuaColons(text string) (vendorLabel, bool) {
	parts := strings.Split(cutBraces(text), ":")
	if len(parts) != 3 || !isDahuaSerial(parts[0]) || !dahuaModel.MatchString(parts[1]) || !isAlphanumeric(parts[2]) {
		return vendorLabel{}, false
	}
	return vendorLabel{serial: parts[0], secrets: 1}, true
}

// dahuaReversed reads the labels of one bad batch: model, serial, nothing else.
func dahuaReversed(text string) (vendorLabel, bool) {
	if len(text) > 100 || !strings.ContainsAny(text, ",;") {
		return vendorLabel{}, false
	}
	match := dahuaBadBatch.FindStringSubmatch(cutBraces(text))
	if match == nil || !isDahuaSerial(match[1]) {
		return vendorLabel{}, false
	}
	return vendorLabel{serial: match[1]}, true
}

// dahuaAddress reads the address of one of the family's two sites with the
// serial behind the only equals sign. It is never requested.
func dahuaAddress(text string) (vendorLabel, bool) {
	if !strings.Contains(text, "=") || len(text) > 200 {
		return vendorLabel{}, false
	}
	match := dahuaHost.FindStringSubmatch(text)
	if match == nil || !isDahuaSerial(match[1]) {
		return vendorLabel{}, false
	}
	return vendorLabel{serial: match[1]}, true
}

// isDahuaSerial is asked where nothing names the serial: letters and digits,
// both, and as many as they always are.
func isDahuaSerial(text string) bool {
	return len(text) == dahuaSerial && isAlphanumeric(text) && !allDigits(text) &&
		strings.ContainsAny(text, "0123456789")
}

func isAlphanumeric(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && !isLetter(s[i]) {
			return false
		}
	}
	return s != ""
}
