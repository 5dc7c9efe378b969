package code

import (
	"fmt"
	"io"
	"strings"
)

const (
	// crockford is Douglas Crockford's base 32: no I, L, O and U.
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	// labelLength is 26 random characters (130 bits, so that no code can be
	// found by trying) and a check character.
	labelLength = 27
	labelGroup  = 4
)

// NewLabelCode draws the code of a new unit label: random, so that nothing
// about the unit follows from it, with its check character at the end.
func NewLabelCode(random io.Reader) (string, error) {
	code, err := newCode(random, labelLength)
	if err != nil {
		return "", fmt.Errorf("draw a label code: %w", err)
	}
	return code, nil
}

// newCode draws a code of this length, its check character among it.
func newCode(random io.Reader, length int) (string, error) {
	body := make([]byte, length-1)
	if _, err := io.ReadFull(random, body); err != nil {
		return "", err
	}
	for i, b := range body {
		body[i] = crockford[b%32]
	}
	// The check characters include I, L, O and U, which people misread. Two
	// bodies that differ in one character never share a check character, so
	// stepping the last one soon leads to a readable one.
	last := len(body) - 1
	check := mod3736(string(body))
	for !strings.ContainsRune(crockford, rune(check)) {
		body[last] = crockford[(strings.IndexByte(crockford, body[last])+1)%32]
		check = mod3736(string(body))
	}
	return string(body) + string(check), nil
}

// ParseLabelCode reads a label code as it was printed or typed: any case, with
// blanks and dashes, O for 0, I or L for 1. What does not fit its check
// character is no code.
func ParseLabelCode(typed string) (code string, ok bool) {
	code = foldLabelCode(typed)
	last := len(code) - 1
	if !isLabelShaped(code) || mod3736(code[:last]) != code[last] {
		return "", false
	}
	return code, true
}

func foldLabelCode(typed string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '-':
			return -1
		case 'O', 'o':
			return '0'
		case 'I', 'i', 'L', 'l':
			return '1'
		}
		if 'a' <= c && c <= 'z' {
			return c - 'a' + 'A'
		}
		return c
	}, typed)
}

func isLabelShaped(code string) bool {
	return len(code) == labelLength && strings.Trim(code, crockford) == ""
}

// FormatLabelCode is a label code as people read it, in groups of four.
func FormatLabelCode(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		if i > 0 && i%labelGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(code[i])
	}
	return b.String()
}

// LabelURL is what the QR code of a unit label says. The origin is a scheme
// and a host, such as "https://qc.example".
func LabelURL(origin, code string) string {
	return strings.TrimSuffix(origin, "/") + "/u/" + code
}
