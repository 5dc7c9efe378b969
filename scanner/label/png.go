package label

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// PNG draws the label as a picture of pure black and white, one pixel to a
// printer's dot: printers turn grey into specks. It notes its resolution, so
// that it prints in its true size.
func (l Label) PNG() ([]byte, error) {
	d, err := layout(l)
	if err != nil {
		return nil, err
	}
	picture, err := d.picture()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("encode label: %w", err)
	}
	return withResolution(b.Bytes(), d.DPI), nil
}

// picture is the label dot by dot: colour 1 is ink.
func (d drawing) picture() (*image.Paletted, error) {
	picture := image.NewPaletted(image.Rect(0, 0, d.width, d.height), color.Palette{color.White, color.Black})
	d.drawSymbol(picture)
	if err := d.drawText(picture); err != nil {
		return nil, err
	}
	return picture, nil
}

func (d drawing) drawSymbol(picture draw.Image) {
	for y, line := range d.symbol {
		for x, dark := range line {
			if !dark {
				continue
			}
			corner := image.Pt(d.x+x*d.module, d.y+y*d.module)
			draw.Draw(picture, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(d.module, d.module))}, image.Black, image.Point{}, draw.Src)
		}
	}
}

// drawText draws in greys and keeps what is more than half black.
func (d drawing) drawText(picture *image.Paletted) error {
	if len(d.rows) == 0 {
		return nil
	}
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		return fmt.Errorf("parse the label font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(d.size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return fmt.Errorf("size the label font: %w", err)
	}
	grey := image.NewGray(picture.Bounds())
	pen := font.Drawer{Dst: grey, Src: image.White, Face: face}
	for _, r := range d.rows {
		for i, c := range []rune(r.text) {
			pen.Dot = fixed.P(r.x+i*d.pitch, r.y)
			pen.DrawString(string(c))
		}
	}
	for i, ink := range grey.Pix {
		if ink > math.MaxUint8/2 {
			picture.Pix[i] = 1
		}
	}
	return nil
}

// withResolution adds the pHYs chunk, pixels per metre, behind the header (PNG
// specification, third edition, 11.3.4.3). The standard library cannot.
func withResolution(picture []byte, dpi int) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature, and length, name, content and checksum of IHDR
	perMetre := uint32(math.Round(float64(dpi) * 1000 / mmPerInch))
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	out := append([]byte{}, picture[:header]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, picture[header:]...)
}
