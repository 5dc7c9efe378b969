package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color/palette"
	"image/draw"
	"image/png"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/photo"
)

// sheet lays stickers out side by side on white.
func sheet(stickers ...*image.Gray) *image.Gray {
	width, height := 40, 0
	for _, s := range stickers {
		width, height = width+s.Rect.Dx()+40, max(height, s.Rect.Dy()+80)
	}
	all := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(all, all.Rect, image.White, image.Point{}, draw.Src)
	x := 40
	for _, s := range stickers {
		draw.Draw(all, s.Rect.Add(image.Pt(x, 40)), s, image.Point{}, draw.Src)
		x += s.Rect.Dx() + 40
	}
	return all
}

func TestEveryCodeInAPicture(t *testing.T) {
	t.Parallel()
	all := symbols(t)
	var want []string
	for _, s := range all {
		want = append(want, s.payload)
	}
	for _, s := range all[3:] {
		if got := codesIn(t, asPNG(t, sheet(s.sticker))); !slices.Equal(got, []string{s.payload}) {
			t.Errorf("%s alone = %q, want %q", s.name, got, s.payload)
		}
	}
	slices.Sort(want[:3])
	if diff := cmp.Diff(want[:3], codesIn(t, asPNG(t, sheet(all[0].sticker, all[1].sticker, all[2].sticker)))); diff != "" {
		t.Errorf("three codes in one picture (-want +got):\n%s", diff)
	}
}

func TestCodesInEveryKindOfPicture(t *testing.T) {
	t.Parallel()
	s := symbols(t)[4]
	bare := image.NewGray(image.Rectangle{Max: s.code.Size()})
	draw.Draw(bare, bare.Rect, s.sticker, s.code.Min, draw.Src)
	from := sheet(bare)
	as := func(to draw.Image) []byte {
		draw.Draw(to, to.Bounds(), from, image.Point{}, draw.Src)
		return asPNG(t, to)
	}
	mirrored := exif(binary.BigEndian, 2)
	turned := image.NewGray(from.Rect)
	for y := range from.Rect.Dy() {
		for x := range from.Rect.Dx() {
			turned.SetGray(from.Rect.Dx()-1-x, y, from.GrayAt(x, y))
		}
	}
	for name, file := range map[string][]byte{
		"gray":      as(image.NewGray(from.Rect)),
		"RGBA":      as(image.NewRGBA(from.Rect)),
		"NRGBA":     as(image.NewNRGBA(from.Rect)),
		"16 bits":   as(image.NewNRGBA64(from.Rect)),
		"a palette": as(image.NewPaletted(from.Rect, palette.Plan9)),
		"JPEG":      asJPEG(t, from),
		"mirrored":  withChunk(asPNG(t, turned), "eXIf", mirrored),
		"in colour": asJPEG(t, tinted(from)),
		"very wide": asPNG(t, sheet(bare, image.NewGray(image.Rect(0, 0, 900, 1)))),
	} {
		if got := codesIn(t, file); !slices.Equal(got, []string{s.payload}) {
			t.Errorf("%s = %q, want %q", name, got, s.payload)
		}
	}
}

// tinted is as under a lamp.
func tinted(from *image.Gray) *image.RGBA {
	to := image.NewRGBA(from.Rect)
	for i, level := range from.Pix {
		to.Pix[4*i], to.Pix[4*i+1], to.Pix[4*i+2], to.Pix[4*i+3] = level, level/4*3, level/2, 255
	}
	return to
}

func TestCodesEndWithTheirContext(t *testing.T) {
	t.Parallel()
	picture, err := photo.Open(asPNG(t, sheet(symbols(t)[0].sticker)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := photo.Codes(ctx, picture); len(got) > 0 {
		t.Errorf("read %q although there was no time", got)
	}
}

// FuzzCodes looks for pictures on which a decoder falls over.
func FuzzCodes(f *testing.F) {
	f.Add(uint8(40), []byte("\x00\xff\x00\xff"))
	for _, s := range symbols(f) {
		small := s.sticker.SubImage(s.code.Inset(-8)).(*image.Gray)
		var pixels []byte
		for y := small.Rect.Min.Y; y < small.Rect.Max.Y; y += 2 {
			for x := small.Rect.Min.X; x < small.Rect.Max.X; x += 2 {
				pixels = append(pixels, small.GrayAt(x, y).Y)
			}
		}
		f.Add(uint8((small.Rect.Dx()+1)/2), pixels)
	}
	f.Fuzz(func(t *testing.T, width uint8, pixels []byte) {
		if width == 0 || len(pixels) < int(width) || len(pixels) > 40_000 {
			return
		}
		picture := &image.Gray{Pix: pixels, Stride: int(width), Rect: image.Rect(0, 0, int(width), len(pixels)/int(width))}
		var b bytes.Buffer
		if err := png.Encode(&b, picture); err != nil {
			t.Fatal(err)
		}
		opened, err := photo.Open(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range photo.Codes(t.Context(), opened) {
			if len(payload) < 4 || payload[0] != ']' || payload[1] != 'Q' && payload[1] != 'd' {
				t.Errorf("read %q, which names no symbology", payload)
			}
		}
	})
}
