package assets_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "draw the icons anew")

// mark draws the sign of favicon.svg, of which this is the same geometry, on its
// 32 by 32 grid: a field, a broken ring and a stroke out of it.
func mark(size int, maskable bool) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	const fine = 4 // samples to a pixel's side
	for y := range size {
		for x := range size {
			var field, sign int
			for i := range fine * fine {
				px := (float64(x) + (float64(i%fine)+0.5)/fine) * 32 / float64(size)
				py := (float64(y) + (float64(i/fine)+0.5)/fine) * 32 / float64(size)
				if maskable || inField(px, py) {
					field++
				}
				if maskable { // W3C: what must be seen lies within 40 % of the middle
					px, py = 16+(px-16)*1.25, 16+(py-16)*1.25
				}
				if inSign(px, py) {
					sign++
				}
			}
			part := float64(sign) / (fine * fine)
			mix := func(a, b float64) uint8 { return uint8(math.Round(a + (b-a)*part)) }
			picture.SetNRGBA(x, y, color.NRGBA{mix(0x1d, 255), mix(0x4a, 255), mix(0x86, 255), uint8(field * 255 / (fine * fine))})
		}
	}
	return picture
}

func inField(x, y float64) bool {
	const r = 7
	dx, dy := math.Max(math.Abs(x-16)-(16-r), 0), math.Max(math.Abs(y-16)-(16-r), 0)
	return math.Hypot(dx, dy) <= r
}

func inSign(x, y float64) bool {
	const half = 1.3
	cx, cy, r := 15.2, 15.2, 7.5
	at := math.Atan2(y-cy, x-cx)
	from, to := math.Atan2(17.9-cy, 22.2-cx), math.Atan2(20.5-cy, 20.5-cx)
	ring := math.Abs(math.Hypot(x-cx, y-cy)-r) <= half && (at < from || at > to)
	for _, end := range [][2]float64{{cx + r*math.Cos(from), cy + r*math.Sin(from)}, {cx + r*math.Cos(to), cy + r*math.Sin(to)}} {
		ring = ring || math.Hypot(x-end[0], y-end[1]) <= half
	}
	along := math.Min(math.Max(((x-18.5)+(y-18.5))/2, 0), 6.5)
	return ring || math.Hypot(x-18.5-along, y-18.5-along) <= half
}

// TestIconsAreDrawn: the icons in the tree are those that this draws.
func TestIconsAreDrawn(t *testing.T) {
	t.Parallel()
	for _, icon := range []struct {
		name     string
		size     int
		maskable bool
	}{{"icon-192.png", 192, false}, {"icon-512.png", 512, false}, {"icon-maskable.png", 512, true}} {
		want := mark(icon.size, icon.maskable)
		if *update {
			var out bytes.Buffer
			encoder := png.Encoder{CompressionLevel: png.BestCompression}
			if err := encoder.Encode(&out, want); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(icon.name, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		file, err := os.ReadFile(icon.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", icon.name, err)
		}
		apart := 0
		for y := range icon.size {
			for x := range icon.size {
				r, g, b, a := got.At(x, y).RGBA()
				wr, wg, wb, wa := want.At(x, y).RGBA()
				if far(r, wr) || far(g, wg) || far(b, wb) || far(a, wa) {
					apart++
				}
			}
		}
		if got.Bounds() != want.Bounds() || apart > 0 {
			t.Errorf("%s is %v with %d other pixels; draw it anew with -update", icon.name, got.Bounds(), apart)
		}
	}
}

// far: another processor may round another way.
func far(a, b uint32) bool { return math.Abs(float64(a)-float64(b)) > 3*257 }
