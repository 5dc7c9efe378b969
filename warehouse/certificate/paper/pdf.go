package paper

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	qrcode "github.com/skip2/go-qrcode"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"quitclaim/service/lifecycle"
)

// Size is a size of paper.
type Size string

// The sizes of paper (ISO 216; ANSI/ASME Y14.1).
const (
	A4     Size = "a4"
	Letter Size = "letter"
)

// ParseSize reads a size; none is A4.
func ParseSize(text string) (Size, error) {
	switch size := Size(strings.ToLower(text)); size {
	case "":
		return A4, nil
	case A4, Letter:
		return size, nil
	}
	return "", fmt.Errorf("paper %q is neither a4 nor letter: %w", text, lifecycle.ErrInvalid)
}

// Words is the sentence of a code in the reader's language.
type Words func(code string, args map[string]string) string

// Lengths in millimetres, and sizes of type in points.
const (
	margin     = 16.0
	labelWidth = 56.0
	lineHeight = 4.6
	codeSide   = 44.0 // of the QR code with its quiet zone: 0.4 mm a module and more
	inkHeight  = 11.0
	bodySize   = 9.0
	smallSize  = 8.0
	titleSize  = 17.0
)

// PDF writes the paper: everything that the record says, in the words of a
// language, and the certificate itself as a QR code that can be checked offline.
func PDF(r Record, size Size, words Words) ([]byte, error) {
	p := page{Fpdf: fpdf.New("P", "mm", string(size), ""), words: words}
	p.begin(r)
	if err := p.code(r.Text); err != nil {
		return nil, err
	}
	for _, section := range sections(r, words) {
		p.section(section)
	}
	p.ink(r)
	p.end(r)
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("write certificate: %w", err)
	}
	return b.Bytes(), nil
}

type page struct {
	*fpdf.Fpdf
	words Words
}

func (p page) begin(r Record) {
	p.SetCatalogSort(true)
	p.SetCreationDate(time.Time(r.IssuedAt))
	p.SetModificationDate(time.Time(r.IssuedAt))
	p.SetTitle(p.words("paper.title", nil)+" "+string(r.Code), true)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	// Copies: the library writes into the bytes while it cuts the font down, and
	// two certificates may be drawn at once.
	p.AddUTF8FontFromBytes("text", "", slices.Clone(goregular.TTF))
	p.AddUTF8FontFromBytes("text", "B", slices.Clone(gobold.TTF))
	p.AddPage()
	width, _ := p.GetPageSize()
	text := width - 2*margin - codeSide - 4
	p.SetFont("text", "B", titleSize)
	p.MultiCell(text, 7.5, p.words("paper.title", nil), "", "L", false)
	p.SetFont("text", "", bodySize)
	p.MultiCell(text, lineHeight, p.words("paper.standard", map[string]string{"standard": r.Standard}), "", "L", false)
	p.Ln(2)
	p.SetFont("text", "B", 12)
	p.MultiCell(text, 6, plain(r.Manufacturer+" "+r.Model), "", "L", false)
	p.MultiCell(text, 6, plain(r.Serial), "", "L", false)
	p.SetFont("text", "", bodySize)
	state := "paper.current"
	if !r.Current {
		state = "paper.history"
	}
	p.MultiCell(text, lineHeight, p.words(state, nil), "", "L", false)
	p.SetY(max(p.GetY(), margin+codeSide) + 1)
}

// code draws the whole certificate at the top right, in whole modules.
func (p page) code(text string) error {
	qr, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return fmt.Errorf("QR code of a certificate: %w", lifecycle.ErrInvalid)
	}
	symbol := qr.Bitmap() // with its quiet zone of four modules (ISO/IEC 18004, 9.1)
	width, height := p.GetPageSize()
	const perMM = 72 / 25.4
	module := codeSide / float64(len(symbol)) * perMM
	var b strings.Builder
	fmt.Fprintf(&b, "q %.6f 0 0 %.6f %.4f %.4f cm", module, -module, (width-margin-codeSide)*perMM, (height-margin+4)*perMM)
	for y, line := range symbol {
		for x := 0; x < len(line); x++ {
			start := x
			for x < len(line) && line[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, " %d %d %d 1 re", start, y, x-start)
			}
		}
	}
	p.RawWriteStr(b.String() + " f Q\n")
	return nil
}

// section is a heading and its lines. A row stays together.
func (p page) section(s section) {
	p.Ln(2)
	p.SetFont("text", "B", 10.5)
	p.CellFormat(0, 6, s.title, "B", 1, "L", false, 0, "")
	p.Ln(0.8)
	width, height := p.GetPageSize()
	for _, row := range s.rows {
		p.SetFont("text", "", bodySize)
		lines := p.SplitText(plain(row.value), width-2*margin-labelWidth)
		if p.GetY()+float64(len(lines))*lineHeight > height-margin {
			p.AddPage()
		}
		y := p.GetY()
		p.SetTextColor(90, 90, 90)
		p.CellFormat(labelWidth, lineHeight, row.label, "", 0, "L", false, 0, "")
		p.SetTextColor(0, 0, 0)
		for i, line := range lines {
			p.SetXY(margin+labelWidth, y+float64(i)*lineHeight)
			p.CellFormat(0, lineHeight, line, "", 1, "L", false, 0, "")
		}
	}
}

// ink is room for two people to sign by hand.
func (p page) ink(r Record) {
	width, height := p.GetPageSize()
	if p.GetY()+inkHeight+3*lineHeight > height-margin {
		p.AddPage()
	}
	y, column := p.GetY()+inkHeight, (width-2*margin-8)/2
	p.SetFont("text", "", smallSize)
	for i, who := range []Signature{r.PerformedBy, r.VerifiedBy} {
		x := margin + float64(i)*(column+8)
		p.Line(x, y, x+column, y)
		p.SetXY(x, y+0.5)
		p.MultiCell(column, 3.8, p.words("paper.ink."+who.Role, nil), "", "L", false)
	}
}

func (p page) end(r Record) {
	p.Ln(2)
	p.SetFont("text", "", smallSize)
	p.SetTextColor(70, 70, 70)
	p.MultiCell(0, 3.8, p.words("paper.check", map[string]string{"address": r.Address, "key": r.Key}), "", "L", false)
}

// plain replaces what the font's writer cannot take: characters beyond the basic
// plane, and those without a look.
func plain(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > 0xFFFF || c == 0x7F {
			return '\ufffd'
		}
		return c
	}, text)
}
