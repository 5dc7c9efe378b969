package label

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// SVG draws the label as a vector picture of its true size. It has no script,
// no style and no reference, so it may stand on any page; all text is escaped.
func (l Label) SVG() ([]byte, error) {
	d, err := layout(l)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.2fmm" height="%.2fmm" viewBox="0 0 %d %d" role="img">`+"\n",
		d.mm(d.width), d.mm(d.height), d.width, d.height)
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(strings.Join(d.Lines, " ")))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", d.width, d.height)
	fmt.Fprintf(&b, `<path transform="translate(%d %d) scale(%d)" shape-rendering="crispEdges" fill="#000" d="%s"/>`+"\n",
		d.x, d.y, d.module, d.symbol.path())
	for _, r := range d.rows {
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-family="monospace" font-size="%d" textLength="%d" lengthAdjust="spacingAndGlyphs" fill="#000" xml:space="preserve">%s</text>`+"\n",
			r.x, r.y, d.size, r.w, escape(r.text))
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// path outlines the dark modules, one rectangle for each run in a row.
func (s symbol) path() string {
	var b strings.Builder
	for y, line := range s {
		for x := 0; x < len(line); x++ {
			start := x
			for x < len(line) && line[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
	}
	return b.String()
}

func escape(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(printable(text))); err != nil {
		return "" // a buffer does not fail
	}
	return b.String()
}
