package label

import (
	"fmt"
	"math"
)

// drawing is a label laid out in whole dots: all that PNG and SVG need.
type drawing struct {
	Label
	width, height int
	symbol        symbol
	module        int // dots to a module
	x, y          int // of the symbol's first module, inside its quiet zone
	rows          []row
	size          int // of the text
}

// layout places code and text. It takes the strongest error correction that
// leaves modules large enough, then the largest modules that leave room for
// the text.
func layout(l Label) (drawing, error) {
	l, err := l.sized()
	if err != nil {
		return drawing{}, err
	}
	d := drawing{Label: l, width: l.dots(l.WidthMM), height: l.dots(l.HeightMM)}
	smallest := max(minModuleDots, int(math.Ceil(minModuleMM*float64(l.DPI)/mmPerInch)))
	for _, level := range levels() {
		d.symbol, err = encode(l.Code, level)
		if err != nil {
			return drawing{}, err
		}
		for d.module = min(d.width, d.height) / d.symbol.side(); d.module >= smallest; d.module-- {
			if d.place() {
				return d, nil
			}
		}
	}
	return drawing{}, fmt.Errorf("code of %d characters and %d lines on %g × %g mm: %w",
		len(l.Code), len(l.Lines), l.WidthMM, l.HeightMM, ErrTooSmall)
}

// place tries the text beside the code, then beneath it.
func (d *drawing) place() bool {
	side, edge := d.module*d.symbol.side(), d.dots(textEdgeMM)
	quiet := d.module * quietZone
	if len(d.Lines) == 0 {
		d.x, d.y = quiet+(d.width-side)/2, quiet+(d.height-side)/2
		return true
	}
	largest, smallest := min(d.width, d.height)/textShare, d.dots(minTextMM)
	beside := box{x: side, y: edge, w: d.width - side - edge, h: d.height - 2*edge}
	beneath := box{x: edge, y: side, w: d.width - 2*edge, h: d.height - side - edge}
	var ok bool
	if d.rows, d.size, ok = fit(d.Lines, beside, largest, smallest); ok {
		d.x, d.y = quiet, quiet+(d.height-side)/2
		return true
	}
	if d.rows, d.size, ok = fit(d.Lines, beneath, largest, smallest); ok {
		d.x, d.y = quiet+(d.width-side)/2, quiet
		return true
	}
	return false
}
