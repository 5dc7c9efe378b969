package photo

import (
	"fmt"

	"github.com/makiuchi-d/gozxing"
)

// source shows a gray picture to gozxing.
type source struct {
	gozxing.LuminanceSourceBase
	gray gray
}

func sourceOf(g gray) *source {
	return &source{gozxing.LuminanceSourceBase{Width: g.w, Height: g.h}, g}
}

// GetRow implements gozxing.LuminanceSource.
func (s *source) GetRow(y int, row []byte) ([]byte, error) {
	if y < 0 || y >= s.gray.h {
		return row, fmt.Errorf("row %d of %d", y, s.gray.h)
	}
	return s.gray.pix[y*s.gray.w:][:s.gray.w], nil
}

// GetMatrix implements gozxing.LuminanceSource.
func (s *source) GetMatrix() []byte { return s.gray.pix }

// Invert implements gozxing.LuminanceSource.
func (s *source) Invert() gozxing.LuminanceSource { return sourceOf(s.gray.inverted()) }

// String implements gozxing.LuminanceSource; what a picture shows is nobody's
// business.
func (s *source) String() string { return fmt.Sprintf("%d × %d", s.gray.w, s.gray.h) }

// binarise decides which pixels are dark; there are three ways.
type binarise func(gray) (*gozxing.BitMatrix, error)

// hybrid compares each pixel with its surroundings of a few dozen pixels.
func hybrid(g gray) (*gozxing.BitMatrix, error) {
	return gozxing.NewHybridBinarizer(sourceOf(g)).GetBlackMatrix()
}

// global looks for one threshold for the whole picture.
func global(g gray) (*gozxing.BitMatrix, error) {
	return gozxing.NewGlobalHistgramBinarizer(sourceOf(g)).GetBlackMatrix()
}

// local compares each pixel with the mean of a wide surrounding (Bradley and
// Roth, "Adaptive thresholding using the integral image", 2007): a shadow or a
// glare over half the code does not reach the other half.
func local(share int) binarise {
	return func(g gray) (*gozxing.BitMatrix, error) {
		around := g.mean(max(4, max(g.w, g.h)/share))
		matrix, err := gozxing.NewBitMatrix(g.w, g.h)
		if err != nil {
			return nil, fmt.Errorf("make a matrix: %w", err)
		}
		for y := range g.h {
			for x := range g.w {
				if i := y*g.w + x; int(g.pix[i])*100 < int(around.pix[i])*96 {
					matrix.Set(x, y)
				}
			}
		}
		return matrix, nil
	}
}
