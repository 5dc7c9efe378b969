package code

import "quitclaim/service/lifecycle"

// families is the one table of the codes we read, surest first. A function
// that is sure ends the search; otherwise everything that fits is gathered,
// and two fits make an ambiguous reading. Secrets come first: nothing may look
// at a setup code before it was recognised as one.
func families() []func(input, Rules) finding {
	return []func(input, Rules) finding{
		readSecret,       // Matter, HomeKit, passwords
		readVendor,       // Dahua and its family, EZVIZ, Hikvision
		readLabelLink,    // our own label, or a receipt, from its QR code
		readLink,         // GS1 Digital Link
		readElements,     // GS1 element string
		readTypedLabel,   // our own label, typed by hand
		readTypedReceipt, // the receipt of a release, typed by hand
		readModel,        // EAN, UPC, GTIN-14
		readLongSerial,   // a Hikvision serial as its screens write it
		readSerial,       // a bare serial
	}
}

// finding is what one family makes of an input.
type finding struct {
	readings []Reading
	reasons  []lifecycle.Reason // why it is not readable, though it looks like this family
	sure     bool               // it belongs to this family and to no other
}

// Parse reads one payload as a scanner, a camera or a person's fingers sent
// it. It always answers, and its answer never holds a secret.
func Parse(payload string, rules Rules) Reading {
	in, fault := receive(payload)
	if fault != "" {
		if found := readSecret(in, rules); found.sure { // also what was redacted before, which is no code's text
			return settle(in, found)
		}
		return unknown(in, because(fault))
	}
	var all finding
	for _, read := range families() {
		found := read(in, rules)
		all.readings = append(all.readings, found.readings...)
		all.reasons = append(all.reasons, found.reasons...)
		if found.sure {
			break
		}
	}
	return settle(in, all)
}

func settle(in input, all finding) Reading {
	var r Reading
	switch len(all.readings) {
	case 0:
		return unknown(in, all.reasons)
	case 1:
		r = all.readings[0]
	default:
		r = ambiguous(in, all)
	}
	r.Symbology = in.symbology
	return r
}

// ambiguous shows only what all its candidates agree on: whole, if they differ
// in the brand alone; else hidden, since the part in dispute may be somebody's
// internal data and no serial at all.
func ambiguous(in input, all finding) Reading {
	r := Reading{
		Kind: KindAmbiguous, Candidates: all.readings,
		Redacted: all.readings[0].Redacted,
		Reasons:  append(because("code.ambiguous"), all.reasons...),
	}
	for _, candidate := range all.readings {
		r.SecretsRedacted = r.SecretsRedacted || candidate.SecretsRedacted
		if candidate.Redacted != r.Redacted {
			r.Redacted = hide(in.length)
		}
	}
	return r
}
