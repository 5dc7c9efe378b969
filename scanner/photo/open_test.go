package photo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"quitclaim/scanner/photo"
	"quitclaim/service/lifecycle"
)

// corner is a picture with one dark corner, so that one sees how it lies.
func corner(width, height int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	for y := range height / 4 {
		for x := range width / 4 {
			picture.SetGray(x, y, color.Gray{})
		}
	}
	return picture
}

func asJPEG(tb testing.TB, picture image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, picture image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF structure that says the orientation, and a maker's note with
// a place nobody should learn.
func exif(order binary.AppendByteOrder, turn uint16) []byte {
	tiff := []byte("II*\x00")
	if order.String() == "BigEndian" {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]uint16{{0x0110, 1}, {0x0112, turn}} {
		tiff = order.AppendUint16(tiff, entry[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, entry[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	return append(tiff, "GPS 52.5200 N 13.4050 E"...)
}

func withExif(file, tiff []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := []byte{0xff, 0xd8, 0xff, 0xe1}
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(segment)))
	return append(append(out, segment...), file[2:]...)
}

func withChunk(file []byte, name string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, name...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const header = 8 + 12 + 13 // signature, IHDR
	return bytes.Join([][]byte{file[:header], chunk, file[header:]}, nil)
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	plain := asJPEG(t, corner(80, 40))
	where := []image.Point{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for turn := uint16(1); turn <= 8; turn++ {
		for name, file := range map[string][]byte{
			"little endian": withExif(plain, exif(binary.LittleEndian, turn)),
			"big endian":    withExif(plain, exif(binary.BigEndian, turn)),
			"PNG":           withChunk(asPNG(t, corner(80, 40)), "eXIf", exif(binary.BigEndian, turn)),
		} {
			picture, err := photo.Open(file)
			if err != nil {
				t.Fatalf("%s, orientation %d: %v", name, turn, err)
			}
			want := image.Pt(80, 40)
			if turn >= 5 {
				want = image.Pt(40, 80)
			}
			fitted := picture.Fit(1000)
			if picture.Size() != want || fitted.Bounds().Size() != want {
				t.Errorf("%s, orientation %d: size %v, drawn %v, want %v", name, turn, picture.Size(), fitted.Bounds().Size(), want)
			}
			if got := darkCorner(fitted); got != where[turn] {
				t.Errorf("%s, orientation %d: the dark corner is at %v, want %v", name, turn, got, where[turn])
			}
		}
	}
}

// darkCorner is the corner, as (0 or 1, 0 or 1), that is dark.
func darkCorner(picture image.Image) image.Point {
	size := picture.Bounds().Size()
	for _, at := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		inside := image.Pt(2+at.X*(size.X-5), 2+at.Y*(size.Y-5))
		if level, _, _, _ := picture.At(inside.X, inside.Y).RGBA(); level < 0x4000 {
			return at
		}
	}
	return image.Pt(-1, -1)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, corner(80, 40))
	tests := []struct {
		name string
		file []byte
		want error
		code string
	}{
		{"nothing", nil, photo.ErrNotPicture, "photo.not-a-picture"},
		{"text", []byte("<svg onload=alert(1)>"), photo.ErrNotPicture, "photo.not-a-picture"},
		{"a GIF by another name", []byte("GIF89a\x01\x00\x01\x00"), photo.ErrNotPicture, "photo.not-a-picture"},
		{"half a JPEG header", whole[:12], photo.ErrNotPicture, "photo.not-a-picture"},
		{"half a JPEG", whole[:len(whole)/2], photo.ErrNotPicture, "photo.not-a-picture"},
		{"a PNG of nothing", []byte("\x89PNG\r\n\x1a\n"), photo.ErrNotPicture, "photo.not-a-picture"},
		{"too large", append(whole[:len(whole):len(whole)], make([]byte, photo.MaxBytes)...), photo.ErrTooLarge, "photo.too-large"},
		{"a PNG that says 50,000 × 50,000", pngOf(50_000, 50_000), photo.ErrTooManyPixels, "photo.too-many-pixels"},
		{"a PNG that says 2,000,000,000 × 1", pngOf(2_000_000_000, 1), photo.ErrTooManyPixels, "photo.too-many-pixels"},
		{"a JPEG that says 65,000 × 65,000", sizedJPEG(t, 65_000, 65_000, false), photo.ErrTooManyPixels, "photo.too-many-pixels"},
		{"a progressive JPEG of 24 megapixels in full colour", sizedJPEG(t, 6000, 4000, true), photo.ErrTooManyPixels, "photo.too-many-pixels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := photo.Open(tt.file)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open = %v, want %v", err, tt.want)
			}
			invalid, ok := photo.Mistake("photo", err).(*lifecycle.Invalid) //nolint:errorlint // Mistake answers it bare
			if !ok || len(invalid.Reasons) != 1 || invalid.Reasons[0].Code != tt.code || invalid.Reasons[0].Field != "photo" {
				t.Errorf("Mistake = %v, want %s at the field", invalid, tt.code)
			}
		})
	}
	other := errors.New("other")
	if got := photo.Mistake("photo", other); !errors.Is(got, other) || photo.Mistake("photo", nil) != nil {
		t.Errorf("Mistake of another error = %v", got)
	}
}

// pngOf is the header of a PNG of this size and no more.
func pngOf(width, height uint32) []byte {
	body := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	body = binary.BigEndian.AppendUint32(body, height)
	body = append(body, 8, 0, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	file = append(file, body...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(body))
}

// sizedJPEG is a small JPEG of full colour whose frame header claims a size.
func sizedJPEG(t *testing.T, width, height uint16, progressive bool) []byte {
	t.Helper()
	file := asJPEG(t, image.NewRGBA(image.Rect(0, 0, 16, 16)))
	at := bytes.Index(file, []byte{0xff, 0xc0})
	if at < 0 {
		t.Fatal("no frame header")
	}
	binary.BigEndian.PutUint16(file[at+5:], height)
	binary.BigEndian.PutUint16(file[at+7:], width)
	file[at+11] = 0x11 // no fewer colour samples than pixels
	if progressive {
		file[at+1] = 0xc2
	}
	return file
}

func TestCleanHoldsNothingButPixels(t *testing.T) {
	t.Parallel()
	file := withExif(asJPEG(t, corner(800, 400)), exif(binary.LittleEndian, 6))
	clean, err := photo.Clean(file, 200)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"Exif", "GPS", "II*"} {
		if bytes.Contains(clean, []byte(trace)) {
			t.Errorf("the clean picture still says %q", trace)
		}
	}
	picture, err := photo.Open(clean)
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.Size(); got != image.Pt(100, 200) {
		t.Errorf("size %v, want 100 × 200: turned upright and made to fit", got)
	}
	if got := darkCorner(picture.Fit(1000)); got != image.Pt(1, 0) {
		t.Errorf("the dark corner is at %v, want top right", got)
	}
	if _, err := photo.Clean([]byte("no"), 200); !errors.Is(err, photo.ErrNotPicture) {
		t.Errorf("Clean of no picture = %v", err)
	}
}

func TestSeeThroughIsWhite(t *testing.T) {
	t.Parallel()
	picture, err := photo.Open(asPNG(t, image.NewNRGBA(image.Rect(0, 0, 4, 4))))
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.Fit(10).RGBAAt(1, 1); got != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("a pixel of nothing is %v, want white", got)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(withExif(asJPEG(f, corner(16, 8)), exif(binary.LittleEndian, 6)))
	f.Add(withChunk(asPNG(f, corner(16, 8)), "eXIf", exif(binary.BigEndian, 3)))
	f.Add(asJPEG(f, image.NewRGBA(image.Rect(0, 0, 9, 9))))
	f.Add(pngOf(50_000, 50_000))
	f.Add([]byte("\xff\xd8\xff\xff\xe1\x00\x02\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		picture, err := photo.Open(file)
		if err != nil {
			if photo.Mistake("photo", err) == err { //nolint:errorlint // whether it was turned into another
				t.Errorf("Open = %v, which is no mistake in the input", err)
			}
			return
		}
		if size := picture.Size(); size.X*size.Y > photo.MaxPixels {
			t.Fatalf("a picture of %v was opened", size)
		} else if size.X*size.Y > 1<<20 {
			return
		}
		small := picture.Fit(64).Bounds().Size()
		if small.X < 1 || small.Y < 1 || max(small.X, small.Y) > 64 {
			t.Errorf("drawn as %v, want at most 64 a side", small)
		}
	})
}
