package label

import (
	"fmt"
	"math"

	qrcode "github.com/skip2/go-qrcode"
)

// drawing is a label laid out in whole dots: all that PNG, SVG, PDF and ZPL
// need. None of them places anything by itself.
type drawing struct {
	Label
	width, height int
	text          string // what the symbol says
	level         qrcode.RecoveryLevel
	symbol        symbol
	module        int // dots to a module
	x, y          int // of the symbol's first module, inside its quiet zone
	rows          []row
	size, pitch   int // of the text: its height, and from one character to the next
}

// layout places code and text. It takes the strongest error correction that
// leaves modules large enough, then the largest modules that leave room for
// the text; and the short code where the whole one leaves none.
func layout(l Label) (drawing, error) {
	l, err := l.sized()
	if err != nil {
		return drawing{}, err
	}
	d := drawing{Label: l, width: l.dots(l.WidthMM), height: l.dots(l.HeightMM)}
	texts := []string{l.Code}
	if l.Short != "" {
		texts = append(texts, l.Short)
	}
	for _, d.text = range texts {
		var ok bool
		if ok, err = d.fitCode(); ok {
			return d, nil
		}
	}
	if err != nil {
		return drawing{}, err
	}
	return drawing{}, fmt.Errorf("code of %d characters and %d lines on %g × %g mm: %w",
		len(l.Code), len(l.Lines), l.WidthMM, l.HeightMM, ErrTooSmall)
}

// fitCode looks for a place for the text that the code is to say.
func (d *drawing) fitCode() (ok bool, err error) {
	inner := d.inner()
	smallest := max(minModuleDots, int(math.Ceil(minModuleMM*float64(d.DPI)/mmPerInch)))
	for _, d.level = range levels() {
		if d.symbol, err = encode(d.text, d.level); err != nil {
			return false, err
		}
		for d.module = min(inner.w, inner.h) / d.symbol.side(); d.module >= smallest; d.module-- {
			if d.place(inner) {
				return true, nil
			}
		}
	}
	return false, nil
}

// inner is the label without its margins.
func (d *drawing) inner() box {
	x, y := d.dots(d.MarginXMM), d.dots(d.MarginYMM)
	return box{x: x, y: y, w: d.width - 2*x, h: d.height - 2*y}
}

// overhang is how far a letter may reach out of its cell, in dots: no ink in the
// quiet zone.
const overhang = 2

// place tries the text beside the code, then beneath it. Where the printer
// reaches the label's edge, the text keeps away from it.
func (d *drawing) place(in box) bool {
	side, quiet := d.module*d.symbol.side(), d.module*quietZone
	if len(d.Lines) == 0 {
		d.x, d.y = in.x+quiet+(in.w-side)/2, in.y+quiet+(in.h-side)/2
		return true
	}
	edgeX, edgeY := max(0, d.dots(textEdgeMM)-in.x), max(0, d.dots(textEdgeMM)-in.y)
	largest, smallest := min(in.w, in.h)/textShare, d.dots(minTextMM)
	beside := box{x: in.x + side + overhang, y: in.y + edgeY, w: in.w - side - overhang - edgeX, h: in.h - 2*edgeY}
	beneath := box{x: in.x + edgeX, y: in.y + side, w: in.w - 2*edgeX, h: in.h - side - edgeY}
	var ok bool
	if d.rows, d.size, ok = fit(d.Lines, beside, largest, smallest); ok {
		d.x, d.y = in.x+quiet, in.y+quiet+(in.h-side)/2
	} else if d.rows, d.size, ok = fit(d.Lines, beneath, largest, smallest); ok {
		d.x, d.y = in.x+quiet+(in.w-side)/2, in.y+quiet
	}
	d.pitch = pitch(d.size)
	return ok
}
