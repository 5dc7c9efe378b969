package label_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/scanner/label"
	"quitclaim/scanner/label/labeltest"
	"quitclaim/service/lifecycle"
)

func refused(t *testing.T, l label.Label) {
	t.Helper()
	if picture, err := l.PNG(); !errors.Is(err, lifecycle.ErrInvalid) || picture != nil {
		t.Errorf("PNG() = %d bytes, %v, want invalid", len(picture), err)
	}
	if picture, err := l.SVG(); !errors.Is(err, lifecycle.ErrInvalid) || picture != nil {
		t.Errorf("SVG() = %d bytes, %v, want invalid", len(picture), err)
	}
}

// A foreign reader must read what we drew.
func TestPNGReadsBack(t *testing.T) {
	t.Parallel()
	reader := labeltest.Program(t, "zbarimg", "zbar-tools")
	for name, l := range labels() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			picture := drawPNG(t, l)
			file := filepath.Join(t.TempDir(), "label.png")
			if err := os.WriteFile(file, picture, 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			command := exec.CommandContext(context.WithoutCancel(t.Context()), reader, "--quiet", "--raw", file)
			command.Stderr = &stderr
			out, err := command.Output()
			if err != nil {
				t.Fatalf("zbarimg: %v\n%s", err, stderr.String())
			}
			if got := strings.TrimSuffix(string(out), "\n"); got != l.Code {
				t.Errorf("zbarimg reads %q, want %q", got, l.Code)
			}
		})
	}
}

func drawPNG(t *testing.T, l label.Label) []byte {
	t.Helper()
	picture, err := l.PNG()
	if err != nil {
		t.Fatalf("PNG: %v", err)
	}
	return picture
}

func decodePNG(t *testing.T, l label.Label) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(drawPNG(t, l)))
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return picture
}

func TestPNGSizeAndColours(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]image.Point{
		"unit":        {X: 399, Y: 199}, // 50 by 25 mm at 203 dpi
		"unit-100x50": {X: 1181, Y: 590},
		"unit-600dpi": {X: 1181, Y: 590},
		"no-text":     {X: 199, Y: 199},
	} {
		picture := decodePNG(t, labels()[name])
		if got := picture.Bounds().Size(); got != want {
			t.Errorf("%s: %v dots, want %v", name, got, want)
		}
		paletted, ok := picture.(*image.Paletted)
		if !ok || len(paletted.Palette) != 2 {
			t.Errorf("%s: %T, want two colours", name, picture)
		}
	}
}

// The file must say how large it is, or a printer scales it and blurs the
// modules.
func TestPNGNotesItsResolution(t *testing.T) {
	t.Parallel()
	picture := drawPNG(t, labels()["unit-100x50"])
	_, chunk, found := bytes.Cut(picture, []byte("pHYs"))
	if !found {
		t.Fatal("no pHYs chunk")
	}
	if got, want := binary.BigEndian.Uint32(chunk), uint32(11811); got != want { // 300 dpi
		t.Errorf("%d pixels per metre, want %d", got, want)
	}
}

// Without its quiet zone a code is lost among other print. The text must keep
// out of it, and the whole label keep in its bounds.
func TestPNGQuietZone(t *testing.T) {
	t.Parallel()
	for name, l := range labels() {
		picture := decodePNG(t, l)
		symbol, module := finder(t, picture)
		quiet := symbol.Inset(-4 * module)
		if !quiet.In(picture.Bounds()) {
			t.Errorf("%s: quiet zone %v sticks out of the label %v", name, quiet, picture.Bounds())
		}
		for y := quiet.Min.Y; y < quiet.Max.Y; y++ {
			for x := quiet.Min.X; x < quiet.Max.X; x++ {
				if !image.Pt(x, y).In(symbol) && dark(picture, x, y) {
					t.Fatalf("%s: ink in the quiet zone at %d, %d", name, x, y)
				}
			}
		}
	}
}

// finder measures the symbol by its finder patterns, seven modules wide, at
// the top left and top right.
func finder(t *testing.T, picture image.Image) (symbol image.Rectangle, module int) {
	t.Helper()
	bounds := picture.Bounds()
	for y := range bounds.Max.Y {
		for x := range bounds.Max.X {
			if !dark(picture, x, y) || !dark(picture, x, y+20) {
				continue
			}
			run := 0
			for dark(picture, x+run, y) {
				run++
			}
			if run < 21 || run%7 != 0 {
				continue // a letter's stroke
			}
			bottom := y
			for below := y; below < bounds.Max.Y; below++ {
				if dark(picture, x, below) && dark(picture, x+run-1, below) && dark(picture, x+run/2, below) {
					bottom = below
				}
			}
			side := bottom + 1 - y
			return image.Rect(x, y, x+side, y+side), run / 7
		}
	}
	t.Fatal("no finder pattern")
	return image.Rectangle{}, 0
}

func dark(picture image.Image, x, y int) bool {
	return color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 128 && image.Pt(x, y).In(picture.Bounds())
}

// Text is drawn, and every line of it changes the picture.
func TestPNGDrawsEveryLine(t *testing.T) {
	t.Parallel()
	ink := func(lines ...string) int {
		picture := decodePNG(t, label.Label{Code: unitURL, Lines: lines})
		symbol, _ := finder(t, picture)
		n := 0
		for y := range picture.Bounds().Max.Y {
			for x := symbol.Max.X; x < picture.Bounds().Max.X; x++ {
				if dark(picture, x, y) {
					n++
				}
			}
		}
		return n
	}
	none, one, two := ink(), ink("SN00A1"), ink("SN00A1", "acme")
	if none != 0 || one == 0 || two <= one {
		t.Errorf("ink beside the code: %d without text, %d with a line, %d with two", none, one, two)
	}
}
