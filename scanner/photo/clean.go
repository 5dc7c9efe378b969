package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"

	xdraw "golang.org/x/image/draw"
)

// quality of a cleaned picture: one can read a screen in it.
const quality = 85

// Clean opens a file and draws it anew as a JPEG whose sides are at most
// longest, the right way up, with nothing in it but its pixels.
func Clean(file []byte, longest int) ([]byte, error) {
	picture, err := Open(file)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture.Fit(longest), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}

// Fit is a copy of the picture, the right way up on white ground, made smaller
// where one of its sides is longer than longest.
func (p Picture) Fit(longest int) *image.RGBA {
	from := p.stored.Bounds()
	size := fit(from.Size(), longest)
	scaled := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(scaled, scaled.Bounds(), image.White, image.Point{}, draw.Src)
	if size == from.Size() {
		draw.Draw(scaled, scaled.Bounds(), p.stored, from.Min, draw.Over)
	} else {
		xdraw.BiLinear.Scale(scaled, scaled.Bounds(), p.stored, from, xdraw.Over, nil)
	}
	return p.turn.apply(scaled)
}

// fit is the largest size of the same shape with no side longer than longest.
func fit(size image.Point, longest int) image.Point {
	side := max(size.X, size.Y)
	if side <= longest {
		return size
	}
	return image.Pt(max(1, size.X*longest/side), max(1, size.Y*longest/side))
}

func (o orientation) apply(stored *image.RGBA) *image.RGBA {
	if o == upright {
		return stored
	}
	size := stored.Bounds().Size()
	turned := image.NewRGBA(image.Rectangle{Max: size})
	if o.swaps() {
		turned = image.NewRGBA(image.Rect(0, 0, size.Y, size.X))
	}
	for y := range turned.Rect.Dy() {
		for x := range turned.Rect.Dx() {
			fromX, fromY := o.source(x, y, size.X, size.Y)
			copy(turned.Pix[turned.PixOffset(x, y):][:4], stored.Pix[stored.PixOffset(fromX, fromY):][:4])
		}
	}
	return turned
}
