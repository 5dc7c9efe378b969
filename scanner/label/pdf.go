package label

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gomono"

	"quitclaim/service/lifecycle"
)

// maxSheet is how many labels one document may have: a pallet, not a fleet.
const maxSheet = 1000

// pointsPerInch is PDF's unit of length (ISO 32000-1, 8.3.2.3).
const pointsPerInch = 72.0

// PDF writes labels on pages of a stock, cell by cell, the first skip cells of
// the first page left free. It asks viewers not to scale. at is the day that the
// document bears.
func PDF(labels []Label, stock Stock, skip int, at time.Time) ([]byte, error) {
	if len(labels) == 0 || len(labels) > maxSheet {
		return nil, fmt.Errorf("%d labels, not 1 to %d: %w", len(labels), maxSheet, lifecycle.ErrInvalid)
	}
	if skip < 0 || skip >= stock.Cells() {
		return nil, fmt.Errorf("%d cells skipped of %d: %w", skip, stock.Cells(), lifecycle.ErrInvalid)
	}
	document := newDocument(stock, at)
	for i, l := range labels {
		d, err := layout(l.On(stock, 0))
		if err != nil {
			return nil, fmt.Errorf("label %d of %d: %w", i+1, len(labels), err)
		}
		if i == 0 || (skip+i)%stock.Cells() == 0 {
			document.AddPage()
		}
		x, y := stock.Cell(skip + i)
		d.drawPDF(document, d.snap(x), d.snap(y))
	}
	var b bytes.Buffer
	if err := document.Output(&b); err != nil {
		return nil, fmt.Errorf("write labels: %w", err)
	}
	return unscaled(b.Bytes())
}

func newDocument(stock Stock, at time.Time) *fpdf.Fpdf {
	document := fpdf.NewCustom(&fpdf.InitType{
		OrientationStr: "P", UnitStr: "mm", Size: fpdf.SizeType{Wd: stock.PageWidthMM, Ht: stock.PageHeightMM},
	})
	document.SetCatalogSort(true)
	document.SetCreationDate(at)
	document.SetModificationDate(at)
	document.SetMargins(0, 0, 0)
	document.SetAutoPageBreak(false, 0)
	// A copy: the library writes into the bytes while it cuts the font down, and
	// two labels may be drawn at once.
	document.AddUTF8FontFromBytes(fontName, "", slices.Clone(gomono.TTF))
	return document
}

const fontName = "label"

// snap brings a place on the page to whole dots, so that each label of a sheet is
// drawn as its preview is.
func (d drawing) snap(mm float64) int { return int(mm*float64(d.DPI)/mmPerInch + 0.5) }

// drawPDF draws the label with its corner at x, y, in dots from the page's. The
// code is drawn in dots too: numbers with two decimals, which is what the library
// writes, would round the edges of modules.
func (d drawing) drawPDF(document *fpdf.Fpdf, x, y int) {
	_, height := document.GetPageSize()
	scale := pointsPerInch / float64(d.DPI)
	var b strings.Builder
	fmt.Fprintf(&b, "q %.9f 0 0 %.9f 0 %.6f cm", scale, -scale, height*pointsPerInch/mmPerInch)
	for row, line := range d.symbol {
		for column := 0; column < len(line); column++ {
			start := column
			for column < len(line) && line[column] {
				column++
			}
			if column > start {
				fmt.Fprintf(&b, " %d %d %d %d re", x+d.x+start*d.module, y+d.y+row*d.module, (column-start)*d.module, d.module)
			}
		}
	}
	b.WriteString(" f Q\n")
	document.RawWriteStr(b.String())

	size := float64(d.size) * scale
	document.SetFont(fontName, "", size)
	// The font's characters are as wide as each other; what is missing to our
	// pitch goes between them.
	between := float64(d.pitch)*scale - document.GetStringWidth("0")*pointsPerInch/mmPerInch
	document.RawWriteStr(fmt.Sprintf("%.5f Tc\n", between))
	for _, r := range d.rows {
		document.Text(d.mm(x+r.x), d.mm(y+r.y), basic(printable(r.text)))
	}
	document.RawWriteStr("0 Tc\n")
}

// basic replaces characters beyond the basic plane, which the library cannot
// write; the font has none of them.
func basic(text string) string {
	return strings.Map(func(c rune) rune {
		if c > 0xFFFF {
			return '\ufffd'
		}
		return c
	}, text)
}
