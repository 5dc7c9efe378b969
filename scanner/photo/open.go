package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"quitclaim/service/lifecycle"
)

const (
	// MaxBytes is the largest file that is opened (DESIGN section 7).
	MaxBytes = 10 << 20
	// MaxPixels is 24 binary megapixels, so that what telephones call 24
	// megapixels (5712 × 4284) is among them.
	MaxPixels = 24 << 20
	// maxMemory bounds the decoders: a progressive JPEG of full colour needs
	// 15 bytes for each pixel, a plain one 3.
	maxMemory = 256 << 20
)

// What is wrong with a file. Mistake turns them into a mistake in the input.
var (
	// ErrTooLarge: more than MaxBytes.
	ErrTooLarge = errors.New("picture file too large")
	// ErrNotPicture: neither JPEG nor PNG by its content, or broken.
	ErrNotPicture = errors.New("no JPEG or PNG picture")
	// ErrTooManyPixels: more than MaxPixels by the header, or none at all.
	ErrTooManyPixels = errors.New("picture has too many pixels")
)

// Mistake is an error of this package as a mistake in the form field; any
// other error, and nil, comes back as it is.
func Mistake(field string, err error) error {
	var invalid lifecycle.Invalid
	switch {
	case errors.Is(err, ErrTooLarge):
		invalid.Add(field, "photo.too-large")
	case errors.Is(err, ErrTooManyPixels):
		invalid.Add(field, "photo.too-many-pixels")
	case errors.Is(err, ErrNotPicture):
		invalid.Add(field, "photo.not-a-picture")
	default:
		return err
	}
	return invalid.Err()
}

// Picture is an opened picture, the right way up.
type Picture struct {
	stored image.Image // as in the file
	turn   orientation
}

// Open decodes a JPEG or PNG file, whatever its name says, after a look at
// its header.
func Open(file []byte) (Picture, error) {
	if len(file) > MaxBytes {
		return Picture{}, fmt.Errorf("%d bytes: %w", len(file), ErrTooLarge)
	}
	var (
		h      header
		decode func([]byte) (image.Image, error)
		err    error
	)
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")): // ITU-T T.81 B.1.1.3: SOI, and the next marker
		h, err = jpegHeader(file)
		decode = decodeJPEG
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")): // PNG (third edition) 5.2
		h, err = pngHeader(file)
		decode = decodePNG
	default:
		return Picture{}, ErrNotPicture
	}
	if err != nil {
		return Picture{}, fmt.Errorf("header: %w: %w", ErrNotPicture, err)
	}
	if !h.fits() {
		return Picture{}, fmt.Errorf("%d × %d: %w", h.width, h.height, ErrTooManyPixels)
	}
	stored, err := decode(file)
	if err != nil {
		return Picture{}, fmt.Errorf("decode: %w: %w", ErrNotPicture, err)
	}
	return Picture{stored: stored, turn: h.turn}, nil
}

// Size is the picture's width and height, the right way up.
func (p Picture) Size() image.Point {
	size := p.stored.Bounds().Size()
	if p.turn.swaps() {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// header is what is known of a picture before it is decoded.
type header struct {
	width, height int
	// perPixel is how much memory the decoder needs for a pixel, in
	// sixteenths of a byte.
	perPixel int
	turn     orientation
}

func (h header) fits() bool {
	if h.width <= 0 || h.height <= 0 || h.width > MaxPixels || h.height > MaxPixels {
		return false
	}
	pixels := int64(h.width) * int64(h.height)
	return pixels <= MaxPixels && pixels*int64(h.perPixel)/16 <= maxMemory
}

func pngHeader(file []byte) (header, error) {
	config, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return header{}, err
	}
	h := header{width: config.Width, height: config.Height, perPixel: 4 * 16, turn: pngOrientation(file)}
	switch config.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		h.perPixel = 8 * 16
	}
	return h, nil
}

func decodeJPEG(file []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(file)) }

func decodePNG(file []byte) (image.Image, error) { return png.Decode(bytes.NewReader(file)) }
