package story

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// The pictures that a camera over a desk takes: labels as they are printed,
// held as people hold them.
const (
	filmWidth, filmHeight = 640, 480
	filmRate              = 30 // frames a second of Chromium's film camera
)

// pose is how a label lies before the camera.
type pose struct {
	turn  float64 // degrees
	tilt  float64 // how much narrower its far edge is, 0 to 0.3
	blur  int     // pixels
	glare float64 // of a lamp on the foil, 0 to 1
	noise float64 // of a cheap sensor, in grey levels
	near  float64 // how much of the picture it fills
}

// poses are seeded: the same film each time. Bars are held straighter and
// nearer, as everybody learns to within a day.
func poses(seed uint64, bars bool) []pose {
	random := rand.New(rand.NewPCG(seed, 4))
	list := make([]pose, 3)
	for i := range list {
		list[i] = pose{
			turn: random.Float64()*24 - 12, tilt: random.Float64() * 0.22, blur: 1 + random.IntN(2),
			glare: random.Float64() * 0.5, noise: 6 + random.Float64()*6, near: 0.62,
		}
		if bars {
			list[i].turn, list[i].blur, list[i].near = list[i].turn/4, 0, 0.8
		}
	}
	return list
}

// bars reports whether a label is as wide as only bars are; ours are 2 by 1.
func bars(label image.Image) bool {
	size := label.Bounds().Size()
	return size.X*5 > size.Y*11
}

// still is one frame: the label on a dark bench, nil for the bench alone.
func still(label image.Image, p pose, seed uint64) *image.Gray {
	frame := image.NewGray(image.Rect(0, 0, filmWidth, filmHeight))
	for i := range frame.Pix {
		frame.Pix[i] = 70
	}
	if label != nil {
		lay(frame, label, p)
		shine(frame, p.glare)
		frame = soften(frame, p.blur)
	}
	random := rand.New(rand.NewPCG(seed, 5))
	for i, v := range frame.Pix {
		frame.Pix[i] = level(float64(v) + random.NormFloat64()*p.noise)
	}
	return frame
}

// lay draws the label turned and tilted: each pixel of the frame looks up where
// on the label it is.
func lay(frame *image.Gray, label image.Image, p pose) {
	size := label.Bounds().Size()
	scale := math.Min(filmWidth*p.near/float64(size.X), filmHeight*p.near/float64(size.Y))
	sin, cos := math.Sincos(p.turn * math.Pi / 180)
	for y := range filmHeight {
		for x := range filmWidth {
			dx, dy := float64(x-filmWidth/2), float64(y-filmHeight/2)
			u, v := dx*cos+dy*sin, dy*cos-dx*sin
			away := 1 + p.tilt*v/filmHeight // the far edge is smaller
			u, v = u*away/scale+float64(size.X)/2, v*away/scale+float64(size.Y)/2
			if u < 0 || v < 0 || u >= float64(size.X)-1 || v >= float64(size.Y)-1 {
				continue
			}
			frame.SetGray(x, y, color.Gray{Y: between(label, u, v)})
		}
	}
}

// between mixes the four pixels around a point.
func between(picture image.Image, x, y float64) uint8 {
	left, top := int(x), int(y)
	fx, fy := x-float64(left), y-float64(top)
	at := func(x, y int) float64 {
		return float64(color.GrayModel.Convert(picture.At(picture.Bounds().Min.X+x, picture.Bounds().Min.Y+y)).(color.Gray).Y)
	}
	return level(at(left, top)*(1-fx)*(1-fy) + at(left+1, top)*fx*(1-fy) + at(left, top+1)*(1-fx)*fy + at(left+1, top+1)*fx*fy)
}

// shine adds the lamp's reflection beside the middle.
func shine(frame *image.Gray, strength float64) {
	for y := range filmHeight {
		for x := range filmWidth {
			dx, dy := float64(x)-filmWidth*0.64, float64(y)-filmHeight*0.36
			add := strength * 200 * math.Exp(-(dx*dx+dy*dy)/(2*60*60))
			frame.Pix[frame.PixOffset(x, y)] = level(float64(frame.Pix[frame.PixOffset(x, y)]) + add)
		}
	}
}

// soften is a lens that is not in focus: the mean of the pixels around.
func soften(frame *image.Gray, radius int) *image.Gray {
	soft := image.NewGray(frame.Rect)
	for y := range filmHeight {
		for x := range filmWidth {
			sum, n := 0, 0
			for dy := max(0, y-radius); dy <= min(filmHeight-1, y+radius); dy++ {
				for dx := max(0, x-radius); dx <= min(filmWidth-1, x+radius); dx++ {
					sum += int(frame.Pix[dy*frame.Stride+dx])
					n++
				}
			}
			soft.Pix[y*soft.Stride+x] = uint8(sum / n)
		}
	}
	return soft
}

func level(v float64) uint8 { return uint8(math.Max(0, math.Min(255, v))) }

// film writes what the camera sees, again and again: the bench, then each label
// for a second, and the bench for a moment after each.
func film(t *testing.T, labels ...image.Image) string {
	t.Helper()
	var reel bytes.Buffer
	shoot := func(frames int, stills ...*image.Gray) {
		var shots [][]byte
		for _, s := range stills {
			var shot bytes.Buffer
			// Colour, for the film camera takes no grey pictures.
			colour := image.NewYCbCr(s.Rect, image.YCbCrSubsampleRatio420)
			copy(colour.Y, s.Pix)
			for i := range colour.Cb {
				colour.Cb[i], colour.Cr[i] = 128, 128
			}
			if err := jpeg.Encode(&shot, colour, &jpeg.Options{Quality: 80}); err != nil {
				t.Fatal(err)
			}
			shots = append(shots, shot.Bytes())
		}
		for i := range frames {
			reel.Write(shots[i%len(shots)])
		}
	}
	bench := still(nil, pose{noise: 6}, 1)
	shoot(filmRate, bench)
	for i, label := range labels {
		var stills []*image.Gray
		for n, p := range poses(uint64(i), bars(label)) {
			stills = append(stills, still(label, p, uint64(n)))
		}
		shoot(filmRate, stills...)
		shoot(filmRate/2, bench)
	}
	path := filepath.Join(t.TempDir(), "film.mjpeg")
	if err := os.WriteFile(path, reel.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
