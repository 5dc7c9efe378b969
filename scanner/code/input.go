package code

import (
	"strings"
	"unicode/utf8"
)

// maxPayload is the longest payload that is looked at: 4 kB. The largest QR
// code (version 40-L, ISO/IEC 18004 table 7) holds 4,296 letters and digits,
// and nothing on a unit comes near that.
const maxPayload = 4096

// gs is the group separator, ASCII 0x1D: what a scanner sends for an FNC1 that
// ends an element (GS1 General Specifications 7.8.3).
const gs = "\x1d"

// input is a payload without what scanners wrap around it.
type input struct {
	text      string // printable ASCII and gs
	symbology string // AIM identifier without its bracket, or empty
	gs1       bool   // the scanner says that the code has GS1 structure
	length    int    // in characters, as it arrived
}

// receive unwraps a payload. The second result is a reason code when no code
// can look like this.
func receive(payload string) (input, string) {
	if len(payload) > maxPayload {
		return input{length: utf8.RuneCountInString(payload)}, "code.too-long"
	}
	in := unwrap(payload)
	if !utf8.ValidString(payload) {
		return in, "code.not-text"
	}
	return in, fault(in.text)
}

// unwrap takes off what stands around a payload: byte order mark, line ends
// and blanks, the AIM identifier, a leading group separator; and puts one
// spelling for what is printed or sent in several.
func unwrap(payload string) input {
	in := input{length: utf8.RuneCountInString(payload)}
	text := oneSpelling(trim(payload))
	if isAIM(text) {
		in.symbology, text = text[1:3], trim(text[3:])
	}
	text = joinLines(text)
	in.text = strings.TrimLeft(text, gs)
	in.gs1 = isGS1Symbology(in.symbology) || len(in.text) < len(text)
	return in
}

// oneSpelling replaces the characters outside ASCII that are known to stand
// for one inside.
func oneSpelling(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return c > '~' }) {
		return text
	}
	return strings.NewReplacer(
		"\u241d", gs, // the picture of a GS, from terminals
		"\uff1a", ":", "\uff0c", ",", "\uff1b", ";", // full-width, from labels made in China
	).Replace(text)
}

func trim(text string) string { return strings.Trim(text, " \t\r\n\ufeff") }

// fault finds the characters that show a badly set scanner.
func fault(text string) string {
	if text == "" {
		return "code.empty"
	}
	for _, c := range text {
		switch {
		case c > '~' && c != 0x7f:
			return "code.keyboard-layout" // an AZERTY scanner turns HA112 into HA&&é
		case (c < ' ' && string(c) != gs) || c == 0x7f:
			return "code.not-text"
		}
	}
	return ""
}

// isAIM recognises a symbology identifier (ISO/IEC 15424: a bracket, a code
// letter, a modifier).
func isAIM(text string) bool {
	return len(text) >= 3 && text[0] == ']' && isLetter(text[1]) && (isLetter(text[2]) || isDigit(text[2]))
}

// isGS1Symbology lists the identifiers that promise GS1 structure: GS1-128,
// DataBar, GS1 DataMatrix, GS1 QR, GS1 DotCode (GS1 General Specifications
// figure 5.1.2-2).
func isGS1Symbology(aim string) bool {
	switch aim {
	case "C1", "e0", "d2", "Q3", "J1":
		return true
	}
	return false
}

// linear reports whether the scanner says that it read a one-dimensional code:
// Code 39, Code 128, EAN, Codabar, Code 93, Interleaved 2 of 5.
func (in input) linear() bool {
	return in.symbology != "" && strings.Contains("ACEFGI", in.symbology[:1])
}

// compact is the text as people type it, without blanks and dashes.
func (in input) compact() string {
	return strings.ReplaceAll(strings.ReplaceAll(in.text, " ", ""), "-", "")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return (c|0x20) >= 'a' && (c|0x20) <= 'z' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
