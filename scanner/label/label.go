package label

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// What a zero value stands for: a 2 by 1 inch roll label in the commonest
// thermal printer.
const (
	DefaultWidthMM  = 50.0
	DefaultHeightMM = 25.0
	DefaultDPI      = 203
)

// The labels we draw. Beyond these a mistaken number costs gigabytes of
// picture, or a label nobody can read.
const (
	minSideMM, maxSideMM = 12.0, 160.0
	minDPI, maxDPI       = 150, 600
)

// ErrTooSmall: the code or the text does not fit the label at a size that
// scanners and people can read.
var ErrTooSmall = fmt.Errorf("too much for this label: %w", lifecycle.ErrInvalid)

// errNoStock: nothing of this name is in the table.
var errNoStock = fmt.Errorf("unknown stock: %w", lifecycle.ErrInvalid)

// Label is one label to draw.
type Label struct {
	Code string // what the QR code says
	// Short is what it says where Code does not fit; empty: there is nothing
	// shorter.
	Short string
	Lines []string // text, the most important line first; Latin, Greek or Cyrillic
	// WidthMM and HeightMM are the label's size in millimetres, DPI the
	// printer's dots per inch (203, 300 or 600). Zero means the default.
	WidthMM, HeightMM float64
	DPI               int
	// MarginXMM and MarginYMM are left free at the sides, and above and below:
	// what the printer cannot reach, or misses where the stock lies askew.
	MarginXMM, MarginYMM float64
}

// Unit is the label of a unit: the web address in the QR code; brand, serial
// and the label's code, as people read it, in text.
func Unit(url, code string, key lifecycle.UnitKey) Label {
	return Label{Code: url, Lines: []string{key.Brand, key.Serial, code}}
}

// Proof is what a certificate's label says. It names nobody.
type Proof struct {
	Text    string // the whole certificate as an address, certificate.Text
	Address string // the address of the public check by the code alone
	Code    string
	Model   string
	Serial  string
	Issuer  string
	Day     string // of the certificate, YYYY-MM-DD
	Grade   lifecycle.Grade
	Epoch   lifecycle.Epoch
	Waived  []string // clouds that two people gave up
}

// Certificate is the label of a certificate: the whole of it in the QR code,
// which can be checked without a network, or where that does not fit the address
// of the public check.
func Certificate(p Proof) Label {
	lines := []string{p.Model, p.Serial, p.Issuer, fmt.Sprintf("%s · %s · %d", p.Day, p.Grade, p.Epoch)}
	for _, cloud := range p.Waived {
		lines = append(lines, "− "+cloud)
	}
	return Label{Code: p.Text, Short: p.Address, Lines: append(lines, p.Code)}
}

// sized fills in the defaults, drops empty lines and refuses sizes that are no label's.
func (l Label) sized() (Label, error) {
	if l.WidthMM == 0 {
		l.WidthMM = DefaultWidthMM
	}
	if l.HeightMM == 0 {
		l.HeightMM = DefaultHeightMM
	}
	if l.DPI == 0 {
		l.DPI = DefaultDPI
	}
	l.Lines = slices.DeleteFunc(slices.Clone(l.Lines), func(line string) bool { return strings.TrimSpace(line) == "" })
	for _, side := range []float64{l.WidthMM, l.HeightMM} {
		if !(side >= minSideMM && side <= maxSideMM) { // not by < and >: NaN
			return l, fmt.Errorf("label side of %g mm, not %g to %g: %w", side, minSideMM, maxSideMM, lifecycle.ErrInvalid)
		}
	}
	for i, margin := range []float64{l.MarginXMM, l.MarginYMM} {
		if side := []float64{l.WidthMM, l.HeightMM}[i]; !(margin >= 0 && margin < side/2) {
			return l, fmt.Errorf("margin of %g mm on a side of %g mm: %w", margin, side, lifecycle.ErrInvalid)
		}
	}
	if l.DPI < minDPI || l.DPI > maxDPI {
		return l, fmt.Errorf("label of %d dpi, not %d to %d: %w", l.DPI, minDPI, maxDPI, lifecycle.ErrInvalid)
	}
	return l, nil
}

const mmPerInch = 25.4

// dots is a length in printer dots, rounded down: what overhangs is cut off.
func (l Label) dots(mm float64) int {
	return int(math.Floor(mm * float64(l.DPI) / mmPerInch))
}

// mm is the length of so many printer dots.
func (l Label) mm(dots int) float64 { return float64(dots) * mmPerInch / float64(l.DPI) }
