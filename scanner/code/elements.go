package code

import (
	"slices"
	"strings"
)

// identity is what we take from a GS1 code: the product and the serial. Lots,
// dates and internal data are checked and left behind; some carry what is
// nobody's business.
type identity struct{ gtin, serial string }

// add notes one element. It refuses a second product or serial that differs
// from the first.
func (id identity) add(e element) (identity, bool) {
	switch e.ai {
	case "01":
		if differ(id.gtin, e.value) {
			return id, false
		}
		id.gtin = e.value
	case "21":
		if differ(id.serial, e.value) {
			return id, false
		}
		id.serial = e.value
	}
	return id, true
}

// readElements reads a GS1 element string (GS1 General Specifications 7.8), as
// scanners really send it: with any spelling of the separator, with none, or
// as the bracketed text that people read.
func readElements(in input, rules Rules) finding {
	text := strings.TrimLeft(withSeparators(in.text, rules), gs)
	read := readConcatenated
	_, _, bracketed := cutBracket(text)
	if bracketed {
		read = readBracketed
	}
	if !in.gs1 && !bracketed && !startsWithGTIN(text) && !strings.Contains(text, gs) {
		return finding{}
	}
	found := finding{sure: in.gs1 || bracketed}
	ids, fault := read(text)
	if fault != "" {
		found.reasons = because(fault)
		return found
	}
	ids = likely(ids, rules)
	if len(ids) > 1 {
		found.reasons = because("code.separators-lost")
		if slices.ContainsFunc(ids, func(id identity) bool { return id.gtin == "" }) {
			return found // one of them cannot even be offered for choice
		}
	}
	for _, id := range ids {
		found.add(id, rules)
	}
	return found
}

// add notes what one identity says.
func (f *finding) add(id identity, rules Rules) {
	switch {
	case id.gtin != "" && id.serial != "":
		f.readings = append(f.readings, unitReading(KindElements, id.gtin, id.serial, rules))
	case id.gtin != "":
		f.readings = append(f.readings, modelReading(id.gtin))
	case id.serial != "":
		// Some boxes carry product and serial in two separate bar codes.
		f.readings = append(f.readings, serialReadings(id.serial, rules)...)
		f.reasons = append(f.reasons, because("code.serial-only")...)
	default:
		f.reasons = append(f.reasons, because("code.not-a-product")...)
	}
}

// withSeparators turns every spelling of the group separator into one.
// Keyboard wedges cannot type a control character, and each has its own idea
// of what to type instead.
func withSeparators(text string, rules Rules) string {
	for _, spelling := range []string{"{GS}", "<GS>", "^]", "Alt+0+2+9", "Alt+029", "Alt029"} {
		text = strings.ReplaceAll(text, spelling, gs)
	}
	for _, own := range rules.Separators {
		if own != "" {
			text = strings.ReplaceAll(text, own, gs)
		}
	}
	return text
}

// startsWithGTIN is how an element string that nothing marks as one is still
// told from a serial.
func startsWithGTIN(text string) bool {
	return len(text) >= 16 && text[:2] == "01" && allDigits(text[2:16])
}

// likely drops the identities whose serial contradicts the patterns of the
// product's own brand, unless that leaves no unit: then it is the patterns
// that are out of date. Nothing else may choose between them.
func likely(ids []identity, rules Rules) []identity {
	var fitting []identity
	units := 0
	for _, id := range ids {
		if id.serial != "" && rules.contradicts(rules.brand(id.gtin), id.serial) {
			continue
		}
		fitting = append(fitting, id)
		if id.serial != "" {
			units++
		}
	}
	if units == 0 {
		return ids
	}
	return fitting
}

// readBracketed reads "(01)09506000134352(21)SN00A1".
func readBracketed(text string) ([]identity, string) {
	var id identity
	for text != "" {
		ai, rest, _ := cutBracket(text)
		f, known := formatOf(ai)
		if !known {
			return nil, "code.unknown-ai"
		}
		end := nextBracket(rest)
		value := strings.Trim(rest[:end], " "+gs)
		text = rest[end:]
		if fault := f.fault(value); fault != "" {
			return nil, fault
		}
		next, ok := id.add(element{ai, value})
		if !ok {
			return nil, "code.malformed"
		}
		id = next
	}
	return []identity{id}, ""
}

// cutBracket takes two to four digits in brackets off the text. They are
// always an identifier, known or not: to take an unknown one for a part of the
// serial before it would be a guess.
func cutBracket(text string) (ai, rest string, ok bool) {
	inside, found := strings.CutPrefix(text, "(")
	if !found {
		return "", text, false
	}
	end := strings.IndexByte(inside, ')')
	if end < 2 || end > 4 || !allDigits(inside[:end]) {
		return "", text, false
	}
	return inside[:end], inside[end+1:], true
}

func nextBracket(text string) int {
	for i := range len(text) {
		if _, _, ok := cutBracket(text[i:]); ok {
			return i
		}
	}
	return len(text)
}
