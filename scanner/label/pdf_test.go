package label_test

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"strings"
	"testing"
	"time"

	"quitclaim/scanner/label"
	"quitclaim/scanner/label/labeltest"
	"quitclaim/service/lifecycle"
)

func day() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func units(n int) []label.Label {
	var list []label.Label
	for i := range n {
		key := lifecycle.UnitKey{Brand: "acme", Serial: fmt.Sprintf("SN%05d", i)}
		list = append(list, label.Unit(unitURL+fmt.Sprint(i%10), unitCode, key))
	}
	return list
}

func proof() label.Label {
	return label.Certificate(label.Proof{
		Text: certificateURL(), Address: certLabel + "ABCDEFGHIJ234567ABCDEFGHIJ", Code: "ABCDEFGHIJ234567ABCDEFGHIJ",
		Model: "ACME Cam 2", Serial: "SN00A1", Issuer: "Zweites Leben", Day: "2026-11-20", Grade: lifecycle.GradeDeviceSigned, Epoch: 7,
	})
}

// The print is the preview: the page of a roll, rasterised at its printer's
// resolution by a program that knows nothing of us, has the preview's code dot for
// dot, and its letters within two dots, for every rasteriser has its own edges.
func TestPrintedPixelsAreThePreview(t *testing.T) {
	t.Parallel()
	raster := labeltest.Program(t, "pdftoppm", "poppler-utils")
	for _, stock := range label.Stocks() {
		if stock.Form == label.FormSheet {
			continue // TestSheets
		}
		for name, l := range map[string]label.Label{"unit": units(1)[0], "certificate": proof()} {
			if name == "certificate" && stock.ID != "brother-62" && stock.ID != "dymo-30330" && os.Getenv("QUITCLAIM_TEST_LONG") != "1" {
				continue
			}
			t.Run(stock.ID+" "+name, func(t *testing.T) {
				t.Parallel()
				document, err := label.PDF([]label.Label{l}, stock, 0, day())
				if err != nil {
					t.Fatal(err)
				}
				preview := previewOf(t, l.On(stock, 0))
				printed, _ := rasterise(t, raster, document, stock.DPI, 1, image.Point{}, preview.size)
				compare(t, preview, printed)
			})
		}
	}
}

func dots(mm float64, dpi int) int { return int(mm*float64(dpi)/25.4 + 0.5) }

// bitmap is a picture in two colours.
type bitmap struct {
	size image.Point
	ink  []bool
	code image.Rectangle // the code with its quiet zone, where it is known
}

func (b bitmap) at(x, y int) bool {
	return image.Pt(x, y).In(image.Rectangle{Max: b.size}) && b.ink[y*b.size.X+x]
}

func (b bitmap) count() (n int) {
	for _, ink := range b.ink {
		if ink {
			n++
		}
	}
	return n
}

// near: there is ink at most two dots from here.
func (b bitmap) near(x, y int) bool {
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			if b.at(x+dx, y+dy) {
				return true
			}
		}
	}
	return false
}

func previewOf(t *testing.T, l label.Label) bitmap {
	t.Helper()
	picture, ok := decodePNG(t, l).(*image.Paletted)
	if !ok {
		t.Fatal("the preview is not in two colours")
	}
	b := bitmap{size: picture.Bounds().Size(), ink: make([]bool, len(picture.Pix)), code: codeOf(t, l)}
	for i, colour := range picture.Pix {
		b.ink[i] = colour == 1
	}
	return b
}

// codeOf is where the SVG of a label says that its code is.
func codeOf(t *testing.T, l label.Label) image.Rectangle {
	t.Helper()
	_, rest, _ := strings.Cut(string(drawSVG(t, l)), `<path transform="`)
	var x, y, module int
	if _, err := fmt.Sscanf(rest, "translate(%d %d) scale(%d)", &x, &y, &module); err != nil {
		t.Fatal(err)
	}
	side := 0
	for run := range strings.SplitSeq(rest, "M") {
		var start, row, length int
		if n, _ := fmt.Sscanf(run, "%d %dh%d", &start, &row, &length); n == 3 && row == 0 {
			side = start + length
		}
	}
	return image.Rect(x, y, x+side*module, y+side*module).Inset(-4 * module)
}

// rasterise prints a part of a page in grey: what is more than half black is ink.
func rasterise(t *testing.T, raster string, document []byte, dpi, page int, at, size image.Point) (bitmap, []byte) {
	t.Helper()
	n := fmt.Sprint
	out := labeltest.Run(t, raster, "-gray", "-r", n(dpi), "-f", n(page), "-l", n(page), "-x", n(at.X), "-y", n(at.Y),
		"-W", n(size.X), "-H", n(size.Y), labeltest.Keep(t, "labels.pdf", document))
	b := bitmap{}
	if _, err := fmt.Sscanf(string(out[:min(64, len(out))]), "P5\n%d %d\n255\n", &b.size.X, &b.size.Y); err != nil {
		t.Fatal(err)
	}
	for _, grey := range out[len(out)-b.size.X*b.size.Y:] {
		b.ink = append(b.ink, grey < 128)
	}
	return b, out
}

func compare(t *testing.T, preview, printed bitmap) {
	t.Helper()
	if printed.size != preview.size {
		t.Fatalf("printed %v dots, previewed %v", printed.size, preview.size)
	}
	differ, stray := 0, 0
	for i, ours := range preview.ink {
		at := image.Pt(i%preview.size.X, i/preview.size.X)
		switch theirs := printed.ink[i]; {
		case ours == theirs:
		case at.In(preview.code):
			differ++
		case ours && !printed.near(at.X, at.Y), theirs && !preview.near(at.X, at.Y):
			stray++
		}
	}
	if differ > 0 || stray > 0 {
		t.Errorf("%d dots of the code differ, and %d of the text are more than two dots away", differ, stray)
	}
}

// A sheet has each label in its cell and its text as text, skips the cells that
// are used up, and goes on on another page.
func TestSheets(t *testing.T) {
	t.Parallel()
	raster, text, reader := labeltest.Program(t, "pdftoppm", "poppler-utils"), labeltest.Program(t, "pdftotext", "poppler-utils"), labeltest.Program(t, "zbarimg", "zbar-tools")
	for _, stock := range label.Stocks() {
		if stock.Form != label.FormSheet {
			continue
		}
		t.Run(stock.ID, func(t *testing.T) {
			t.Parallel()
			const skip = 3
			list := units(stock.Cells())
			list[1] = proof()
			document, err := label.PDF(list, stock, skip, day())
			if err != nil {
				t.Fatal(err)
			}
			words := string(labeltest.Run(t, text, "-layout", labeltest.Keep(t, "sheet.pdf", document), "-"))
			if pages := strings.Count(words, "\f"); pages != 2 {
				t.Errorf("%d pages, want 2", pages)
			}
			for _, want := range []string{"SN00000", "Zweites Leben", fmt.Sprintf("SN%05d", stock.Cells()-1)} {
				if !strings.Contains(words, want) {
					t.Errorf("the sheet does not say %q:\n%s", want, words)
				}
			}
			for _, number := range []int{1, stock.Cells() - 1}[stock.Columns-2:] { // the certificate here, the last unit there
				drawn := previewOf(t, list[number].On(stock, 0))
				x, y := stock.Cell(skip + number)
				page := 1 + (skip+number)/stock.Cells()
				printed, file := rasterise(t, raster, document, stock.DPI, page, image.Pt(dots(x, stock.DPI), dots(y, stock.DPI)), drawn.size)
				compare(t, drawn, printed)
				got := strings.TrimSpace(string(labeltest.Run(t, reader, "--quiet", "--raw", labeltest.Keep(t, "cell.pgm", file))))
				if got != list[number].Code && got != list[number].Short {
					t.Errorf("cell %d reads %q, want %q", number, got, list[number].Code)
				}
			}
			x, y := stock.Cell(0)
			free, _ := rasterise(t, raster, document, 100, 1, image.Pt(dots(x, 100), dots(y, 100)), image.Pt(dots(stock.WidthMM, 100), dots(stock.HeightMM, 100)))
			if free.count() > 0 {
				t.Error("there is ink in a cell that was to be skipped")
			}
		})
	}
}

// A document says its true size, and that nobody is to change it.
func TestPDFIsNotScaled(t *testing.T) {
	t.Parallel()
	info := labeltest.Program(t, "pdfinfo", "poppler-utils")
	for id, want := range map[string]string{
		"avery-l7163": "595.28 x 841.89 pts (A4)", "avery-5520": "612 x 792 pts (letter)",
		"brother-62": "175.75 x 93.54 pts", "dymo-30252": "252 x 79 pts", "dymo-30330": "144 x 54 pts",
	} {
		stock, err := label.StockByID(id)
		if err != nil {
			t.Fatal(err)
		}
		document, err := label.PDF(units(2), stock, 0, day())
		if err != nil {
			t.Fatal(err)
		}
		if said := string(labeltest.Run(t, info, labeltest.Keep(t, id+".pdf", document))); !strings.Contains(said, want) {
			t.Errorf("%s: the page is not %s:\n%s", id, want, said)
		}
		if !bytes.Contains(document, []byte("/PrintScaling /None")) {
			t.Errorf("%s: viewers may scale it", id)
		}
	}
}

func TestPDFRefuses(t *testing.T) {
	t.Parallel()
	stock := label.Stocks()[0]
	for name, try := range map[string]func() ([]byte, error){
		"no labels":       func() ([]byte, error) { return label.PDF(nil, stock, 0, day()) },
		"too many labels": func() ([]byte, error) { return label.PDF(make([]label.Label, 1001), stock, 0, day()) },
		"a skip below 0":  func() ([]byte, error) { return label.PDF(units(1), stock, -1, day()) },
		"a whole page":    func() ([]byte, error) { return label.PDF(units(1), stock, stock.Cells(), day()) },
		"no code":         func() ([]byte, error) { return label.PDF([]label.Label{{}}, stock, 0, day()) },
	} {
		if document, err := try(); !isInvalid(err) || document != nil {
			t.Errorf("%s: %d bytes, %v, want invalid", name, len(document), err)
		}
	}
}

// Whatever a serial says, it stays text: no operator of a page and no object of
// the file comes of it, and the file stays one that can be read.
func TestPDFTextCannotBecomeMarkup(t *testing.T) {
	t.Parallel()
	text := labeltest.Program(t, "pdftotext", "poppler-utils")
	stock, err := label.StockByID("avery-l7163")
	if err != nil {
		t.Fatal(err)
	}
	for _, serial := range []string{`)Tj ET (`, `\)\(`, "endstream endobj", "\x00\x0d(", "\U0001F600ß Ω Ж", hostile} {
		document, err := label.PDF([]label.Label{{Code: unitURL, Lines: []string{serial, "after"}}}, stock, 0, day())
		if err != nil {
			t.Fatalf("%q: %v", serial, err)
		}
		words := string(labeltest.Run(t, text, labeltest.Keep(t, "hostile.pdf", document), "-"))
		if !strings.Contains(words, "after") {
			t.Errorf("%q: the line after it is lost: %q", serial, words)
		}
	}
}
