package photo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	dmencoder "github.com/makiuchi-d/gozxing/datamatrix/encoder"
	"github.com/makiuchi-d/gozxing/qrcode"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
)

// symbol is a sticker with a code on it, and what a scanner would send.
type symbol struct {
	name    string
	payload string
	sticker *image.Gray
	code    image.Rectangle // where on the sticker the code is
}

const (
	labelURL = "https://qc.example/u/7K3MQ9XR2TVBHD4C8EJN0PSW5ZX"
	gs1Text  = "010950600013435210LOT7\x1d21SN00A1"
)

// symbols are what the hard pictures show: our own label as it is printed, and
// codes as makers print them.
func symbols(tb testing.TB) []symbol {
	tb.Helper()
	return []symbol{
		{"unit label", "]Q1" + labelURL, unitLabel(tb), image.Rect(0, 0, 200, 200)},
		qrSticker(tb, "GS1 QR", "]Q3"+gs1Text, gs1Text, true),
		qrSticker(tb, "maker's QR", "]Q1{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}", "{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}", false),
		matrixSticker(tb, "GS1 DataMatrix", "]d2\x1d"+gs1Text, append([]byte{fnc1}, ascii(gs1Text)...)),
		matrixSticker(tb, "DataMatrix", "]d15G043D4PAJ361D8", ascii("5G043D4PAJ361D8")),
	}
}

func unitLabel(tb testing.TB) *image.Gray {
	tb.Helper()
	sticker := label.Unit(labelURL, "7K3M-Q9XR-2TVB-HD4C-8EJN-0PSW-5ZX", lifecycle.UnitKey{Brand: "acme", Serial: "SN00A1"})
	file, err := sticker.PNG()
	if err != nil {
		tb.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	gray := image.NewGray(picture.Bounds())
	draw.Draw(gray, gray.Bounds(), picture, image.Point{}, draw.Src)
	return gray
}

func qrSticker(tb testing.TB, name, payload, text string, gs1 bool) symbol {
	tb.Helper()
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_MARGIN: 0, gozxing.EncodeHintType_ERROR_CORRECTION: "M"}
	if gs1 {
		hints[gozxing.EncodeHintType_GS1_FORMAT] = true
	}
	matrix, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 1, 1, hints)
	if err != nil {
		tb.Fatal(err)
	}
	sticker, code := stick(matrix.GetWidth(), matrix.GetHeight(), matrix.Get)
	return symbol{name, payload, sticker, code}
}

// fnc1 is the codeword of FNC1 (ISO/IEC 16022 table 2).
const fnc1 = 232

// ascii encodes a text in ASCII encodation, a codeword for each character.
func ascii(text string) []byte {
	words := []byte(nil)
	for i := range len(text) {
		if text[i] == 0x1d {
			words = append(words, fnc1)
			continue
		}
		words = append(words, text[i]+1)
	}
	return words
}

func matrixSticker(tb testing.TB, name, payload string, words []byte) symbol {
	tb.Helper()
	info, err := dmencoder.SymbolInfo_Lookup(len(words), dmencoder.SymbolShapeHint_FORCE_SQUARE, nil, nil, true)
	if err != nil {
		tb.Fatal(err)
	}
	for i := len(words); i < info.GetDataCapacity(); i++ { // padding, ISO/IEC 16022 annex B.1.1
		if i == len(words) && len(words) > 0 && words[len(words)-1] != 129 {
			words = append(words, 129)
			continue
		}
		words = append(words, byte((129+(149*(i+1))%253+1-1)%254+1))
	}
	all, err := dmencoder.ErrorCorrection_EncodeECC200(words, info)
	if err != nil {
		tb.Fatal(err)
	}
	place := dmencoder.NewDefaultPlacement(all, info.GetSymbolDataWidth(), info.GetSymbolDataHeight())
	place.Place()
	w, h := info.GetSymbolWidth(), info.GetSymbolHeight()
	if w != info.GetSymbolDataWidth()+2 {
		tb.Fatalf("%s is %d wide, which has more than one region", name, w)
	}
	sticker, code := stick(w, h, func(x, y int) bool {
		switch {
		case x == 0, y == h-1:
			return true // the solid finder lines
		case y == 0:
			return x%2 == 0
		case x == w-1:
			return y%2 == 1
		default:
			return place.GetBit(x-1, y-1)
		}
	})
	return symbol{name, payload, sticker, code}
}

// stick prints a code on a sticker beside lines that look like text.
func stick(w, h int, dark func(x, y int) bool) (*image.Gray, image.Rectangle) {
	const side = 200 // of the code, about
	module := side / max(w, h)
	quiet := 4 * module
	code := image.Rect(quiet, quiet, quiet+w*module, quiet+h*module)
	sticker := image.NewGray(image.Rect(0, 0, 2*quiet+w*module+220, 2*quiet+h*module))
	for i := range sticker.Pix {
		sticker.Pix[i] = 250
	}
	for y := range h {
		for x := range w {
			if dark(x, y) {
				at := image.Pt(quiet+x*module, quiet+y*module)
				draw.Draw(sticker, image.Rectangle{at, at.Add(image.Pt(module, module))}, image.NewUniform(color.Gray{12}), image.Point{}, draw.Src)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, uint64(w)))
	for line := range 5 {
		for x := code.Max.X + quiet; x < sticker.Rect.Max.X-10; x += 3 + random.IntN(7) {
			y := 20 + line*36
			draw.Draw(sticker, image.Rect(x, y, x+2+random.IntN(3), y+8+random.IntN(12)), image.NewUniform(color.Gray{20}), image.Point{}, draw.Src)
		}
	}
	return sticker, code
}
