package label

import (
	"fmt"
	"strings"
	"unicode/utf8"

	qrcode "github.com/skip2/go-qrcode"

	"quitclaim/service/lifecycle"
)

const (
	// qrDrop is the bar height that every format sets. Printers place a ^BQ code
	// that stands at ^FO lower by the height of the last ^BY, which outlives
	// the format that set it; so it is set, and taken off.
	qrDrop = 10
	// zplNarrow is the width of a character of font 0 by its height. Its widest
	// letter is three quarters of that: a row of them keeps within the cells of
	// our layout.
	zplNarrow = 0.8
	// maxCopies is what ^PQ may ask for here; printers take more.
	maxCopies = 99
)

// ZPL writes the label as one ZPL II format (Zebra, "Programming Guide", 2022):
// as many copies as asked for, at the label's resolution. Code and rows of text
// stand where PNG has them, and the modules are as large; the letters are the
// printer's own.
//
// What comes from strangers is in field data alone, behind ^FH, and no byte of it
// stands there as it is but letters, digits and a little punctuation.
func (l Label) ZPL(copies int) ([]byte, error) {
	if copies < 1 || copies > maxCopies {
		return nil, fmt.Errorf("%d copies, not 1 to %d: %w", copies, maxCopies, lifecycle.ErrInvalid)
	}
	d, err := layout(l)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "^XA\n^CI28\n^PW%d\n^LL%d\n^LH0,0\n^BY2,3,%d\n", d.width, d.height, qrDrop)
	fmt.Fprintf(&b, "^FO%d,%d^BQN,2,%d^FH^FD%cA,%s^FS\n", d.x, d.y-qrDrop, d.module, zplLevel(d.level), zplData(d.text))
	for _, r := range d.rows {
		fmt.Fprintf(&b, "^FO%d,%d^A0N,%d,%d^FH^FD%s^FS\n",
			r.x, zplTop(r.y, d.size), d.size, int(zplNarrow*float64(d.size)), zplData(printable(r.text)))
	}
	fmt.Fprintf(&b, "^PQ%d\n^XZ\n", copies)
	return []byte(b.String()), nil
}

// zplTop is where the cell of a row begins whose base line is here: ^FO places a
// field by its upper left corner, and capitals of font 0 reach its upper edge.
func zplTop(baseline, size int) int { return baseline - size*3/4 }

// zplLevel is the letter of an error correction level in a ^BQ field.
func zplLevel(level qrcode.RecoveryLevel) rune {
	if level == qrcode.High {
		return 'Q'
	}
	return 'M'
}

// zplData writes field data behind ^FH: each byte as "_" and two hex digits
// unless it is certainly harmless. "^", "~" and "_" begin commands and escapes;
// a comma, a backslash or ">" mean something in some kinds of field.
func zplData(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; zplPlain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02X", c)
		}
	}
	return b.String()
}

func zplPlain(c byte) bool {
	switch {
	case c >= utf8.RuneSelf:
		return false
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return true
	}
	return strings.IndexByte(" -./:", c) >= 0
}
