package code

import "quitclaim/service/lifecycle"

// maxVendorSerial is the longest serial that lifecycle takes.
const maxVendorSerial = 64

// vendorLabel is what a maker's own label says: a serial, and how many secrets
// stood beside it. Without a serial there are only secrets, or what stands
// there cannot be told for certain.
type vendorLabel struct {
	serial  string
	brand   string // where the label names it
	secrets int
}

// ofVendor finds a maker's own label.
func ofVendor(text string) (vendorLabel, bool) {
	if label, ok := readHikvisionLabel(text); ok {
		return label, true
	}
	return readDahuaLabel(text)
}

// redacted is the label without its secrets: it reads back as the same unit.
func (l vendorLabel) redacted(length int) string {
	switch {
	case l.serial == "":
		return hide(length)
	case l.brand != "":
		return l.brand + " " + l.serial + " " + kept
	default:
		return "{SN:" + l.serial + "}"
	}
}

// readVendor reads the codes that makers of cameras print on them. Most carry
// the unit's first password, which goes no further.
func readVendor(in input, rules Rules) finding {
	label, ok := ofVendor(in.text)
	if !ok {
		return finding{}
	}
	if label.serial == "" {
		if label.secrets > 0 {
			return password(in)
		}
		return finding{sure: true, reasons: because("code.malformed")}
	}
	return finding{sure: true, readings: vendorReadings(label, label.redacted(in.length), rules)}
}

// vendorReadings says whose unit it is: as the label says, or by the brands'
// patterns; several brands sell the same cameras. A serial of no known pattern
// is a serial still, of a brand to be asked for.
func vendorReadings(label vendorLabel, redacted string, rules Rules) []Reading {
	base := Reading{
		Kind: KindVendor, Serial: label.serial, Redacted: redacted, SecretsRedacted: label.secrets > 0,
	}
	if label.brand != "" {
		key, err := lifecycle.ParseUnitKey(label.brand, label.serial)
		if err != nil {
			base.Reasons = because("code.brand-unknown")
			return []Reading{base}
		}
		base.Key = key
		return []Reading{base}
	}
	var readings []Reading
	for _, known := range serialReadings(label.serial, rules) {
		reading := base
		reading.Key = known.Key
		readings = append(readings, reading)
	}
	if len(readings) == 0 {
		base.Reasons = because("code.brand-unknown")
		return []Reading{base}
	}
	return readings
}

// password is the reading of a code that holds one, and names no unit.
func password(in input) finding {
	return finding{sure: true, readings: []Reading{{
		Kind: KindSecret, Redacted: in.hide(), SecretsRedacted: true, Reasons: because("code.password"),
	}}}
}
