package code

import "quitclaim/service/lifecycle"

// Kind says what a payload turned out to be.
type Kind string

// The kinds. The first five name one unit; KindModel names only a model, and
// KindReceipt is a paper about a unit. They are kept apart on purpose: neither a
// product number that "matches" nor a paper must ever pass for the unit in the
// clerk's hand.
const (
	KindLabel       Kind = "label"        // our own unit label; Label holds its code
	KindDigitalLink Kind = "digital-link" // a GS1 Digital Link with a serial
	KindElements    Kind = "elements"     // a GS1 element string with a serial
	KindSerial      Kind = "serial"       // a bare serial, of a brand by its pattern
	KindVendor      Kind = "vendor"       // a maker's own label with a serial; its secrets are gone
	KindModel       Kind = "model"        // EAN, UPC, or any GS1 code without a serial
	KindReceipt     Kind = "receipt"      // the receipt of a release; Receipt holds its code
	KindSecret      Kind = "secret"       // a setup code; nothing of it is in the reading
	KindAmbiguous   Kind = "ambiguous"    // several readings fit; Candidates lists them
	KindUnknown     Kind = "unknown"      // none fits; Reasons say why, where we can tell
)

// Reading is what a payload says. The payload itself is not in it.
type Reading struct {
	Kind Kind
	// Key names the unit where brand and serial are both known; else it is the
	// zero value. Half a key is never handed out: see Serial.
	Key lifecycle.UnitKey
	// GTIN has 14 digits and a right check digit, or is empty.
	GTIN string
	// Serial is as written in the code. Without a Key the brand is still to be
	// asked for.
	Serial string
	// Label is the code of our own unit label, as ParseLabelCode returns it.
	Label string
	// Receipt is the code of a release receipt, as ParseReceiptCode returns it.
	Receipt string
	// Candidates are the whole readings that fit an ambiguous payload.
	Candidates []Reading
	// Redacted is the one form that may be stored, queued or shown. That of a
	// unit or a model reads back as the same unit or model.
	Redacted string
	// SecretsRedacted: the payload held a secret, and it is gone.
	SecretsRedacted bool
	// Symbology is the AIM identifier that the scanner sent (ISO/IEC 15424),
	// without its bracket, such as "Q3"; empty when it sent none.
	Symbology string
	// Reasons say what is missing or wrong, as codes for the message files.
	Reasons []lifecycle.Reason
}

// Unit reports whether the reading names one unit: by its key, by GTIN and
// serial, or by our own label.
func (r Reading) Unit() bool {
	switch r.Kind {
	case KindLabel, KindDigitalLink, KindElements, KindSerial, KindVendor:
		return true
	default:
		return false
	}
}

func unitReading(kind Kind, gtin, serial string, rules Rules) Reading {
	r := Reading{Kind: kind, GTIN: gtin, Serial: serial, Redacted: canonicalLink(gtin, serial)}
	key, err := lifecycle.ParseUnitKey(rules.brand(gtin), serial)
	if err != nil {
		r.Reasons = because("code.brand-unknown")
		return r
	}
	r.Key = key
	return r
}

func modelReading(gtin string) Reading {
	return Reading{
		Kind: KindModel, GTIN: gtin,
		Redacted: canonicalLink(gtin, ""),
		Reasons:  because("code.gtin-only"),
	}
}

func because(code string) []lifecycle.Reason {
	return []lifecycle.Reason{{Code: code}}
}
