package commands

import (
	"fmt"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

// Measures of a barcode on the sheet. Half a millimetre a module is read at
// arm's length by a hand scanner of any kind, lasers among them; ISO/IEC 15417
// asks for ten modules of quiet on either side.
const (
	moduleMM = 0.5
	quiet    = 10
	heightMM = 16
)

// Bars draws the command as Code 128 (ISO/IEC 15417), which scanners with one
// line of light read too.
func (c Command) Bars() (string, error) {
	row, err := bars(c.Code())
	if err != nil {
		return "", fmt.Errorf("draw command %s: %w", c, err)
	}
	width := row.GetSize() + 2*quiet
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%dmm" viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="%s" shape-rendering="crispEdges">`,
		moduleMM*float64(width), heightMM, width, heightMM, c.Code())
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="`, width, heightMM)
	for x := 0; x < row.GetSize(); x++ {
		if row.Get(x) {
			fmt.Fprintf(&svg, "M%d 0h1v%dh-1z", x+quiet, heightMM)
		}
	}
	svg.WriteString(`"/></svg>`)
	return svg.String(), nil
}

// bars is one row of modules, without the quiet zones.
func bars(text string) (*gozxing.BitArray, error) {
	matrix, err := oned.NewCode128Writer().Encode(text, gozxing.BarcodeFormat_CODE_128, 0, 1,
		map[gozxing.EncodeHintType]interface{}{gozxing.EncodeHintType_MARGIN: 0})
	if err != nil {
		return nil, err
	}
	return matrix.GetRow(0, nil), nil
}
