package photo_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// hardship is one way in which pictures are bad; strength goes from 0 to 1.
type hardship struct {
	name string
	set  func(s *scene, strength float64)
}

func hardships() []hardship {
	return []hardship{
		{"plain", func(*scene, float64) {}},
		{"turned", func(s *scene, strength float64) { s.turn = strength * 2 * math.Pi }},
		{"tilted", func(s *scene, strength float64) { s.tiltX, s.tiltY = 0.25+0.45*strength, 0.4*strength }},
		{"blurred", func(s *scene, strength float64) { s.blur = 1 + 1.6*strength }},
		{"shaken", func(s *scene, strength float64) { s.shake = 3 + int(5*strength) }},
		{"small", func(s *scene, strength float64) { s.size = 0.62 - 0.24*strength }},
		{"noisy", func(s *scene, strength float64) { s.noise = 20 + 30*strength }},
		{"pale", func(s *scene, strength float64) { s.contrast = 0.30 - 0.17*strength }},
		{"glaring", func(s *scene, strength float64) { s.glare = 0.5 + 0.5*strength }},
		{"shaded", func(s *scene, strength float64) { s.shade = 0.5 + 0.35*strength }},
		{"damaged", func(s *scene, strength float64) { s.damage = 2 + int(3*strength) }},
		{"squeezed", func(s *scene, strength float64) { s.quality = 40 - int(25*strength) }},
		{"negative", func(s *scene, _ float64) { s.negative = true }},
		{"all at once", func(s *scene, strength float64) {
			s.turn, s.tiltX, s.blur, s.noise, s.contrast, s.shade, s.quality = 6*strength, 0.2*strength, 0.8+0.6*strength, 10, 0.6, 0.4, 60
		}},
	}
}

// scene is how a sticker is photographed.
type scene struct {
	random       *rand.Rand
	width        int // of the picture
	size         float64
	turn         float64 // radians
	tiltX, tiltY float64 // radians
	blur         float64 // sigma, pixels
	shake        int     // pixels of movement
	noise        float64
	contrast     float64 // share of the full range
	glare, shade float64
	damage       int // spots
	quality      int // of the JPEG
	negative     bool
}

func newScene(seed uint64) *scene {
	random := rand.New(rand.NewPCG(seed, 20160404)) // the day's number of a camera that still streamed
	return &scene{random: random, width: 640, size: 1.1, turn: (random.Float64() - 0.5) * 0.5, contrast: 0.85, noise: 3, quality: 85}
}

// photograph takes the picture and packs it as a telephone does.
func (s *scene) photograph(tb testing.TB, sticker *image.Gray, code image.Rectangle) []byte {
	tb.Helper()
	height := s.width * 3 / 4
	if s.damage > 0 {
		sticker = s.damaged(sticker, code)
	}
	light := s.project(sticker, s.width, height)
	light = blurred(light, s.width, height, s.blur)
	light = shaken(light, s.width, height, s.shake)
	picture := image.NewGray(image.Rect(0, 0, s.width, height))
	glareX, glareY := s.width/2+s.random.IntN(80)-40, height/2+s.random.IntN(80)-40
	for y := range height {
		for x := range s.width {
			value := light[y*s.width+x]
			if s.negative {
				value = 255 - value
			}
			value = 128 + (value-128)*s.contrast
			value *= 1 - s.shade*float64(x)/float64(s.width)
			if s.glare > 0 {
				d := math.Hypot(float64(x-glareX), float64(y-glareY)) / 70
				value += s.glare * 260 * math.Exp(-d*d)
			}
			value += s.random.NormFloat64() * s.noise
			picture.Pix[y*picture.Stride+x] = byte(min(max(value, 0), 255))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: s.quality}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// project lays the sticker on a table and looks at it.
func (s *scene) project(sticker *image.Gray, width, height int) []float64 {
	const distance = 900.0 // of the camera, in pixels of the sticker
	sinT, cosT := math.Sincos(s.turn)
	sinX, cosX := math.Sincos(s.tiltX)
	sinY, cosY := math.Sincos(s.tiltY)
	size := sticker.Bounds().Size()
	scale := s.size * float64(width) / 640
	light := make([]float64, width*height)
	for y := range height {
		for x := range width {
			// A ray through the pixel meets the plane that was turned about two axes.
			rayX, rayY := (float64(x)+0.5-float64(width)/2)/scale/distance, (float64(y)+0.5-float64(height)/2)/scale/distance
			normalX, normalY, normalZ := sinY*cosX, -sinX, cosY*cosX
			depth := distance * normalZ / (normalX*rayX + normalY*rayY + normalZ)
			px, py, pz := rayX*depth, rayY*depth, depth-distance
			u := px*cosY - pz*sinY
			v := py*cosX + (px*sinY+pz*cosY)*sinX
			u, v = u*cosT+v*sinT, v*cosT-u*sinT
			light[y*width+x] = onSticker(sticker, u+float64(size.X)/2, v+float64(size.Y)/2, x, y)
		}
	}
	return light
}

// onSticker is the brightness of the sticker at a point, or of the table with
// its grain.
func onSticker(sticker *image.Gray, u, v float64, x, y int) float64 {
	size := sticker.Bounds().Size()
	if u < 0 || v < 0 || u >= float64(size.X-1) || v >= float64(size.Y-1) {
		return 150 + 14*math.Sin(float64(x)/17+3*math.Sin(float64(y)/90)) + 6*math.Sin(float64(y)/5)
	}
	x0, y0 := int(u), int(v)
	fx, fy := u-float64(x0), v-float64(y0)
	at := func(x, y int) float64 { return float64(sticker.Pix[y*sticker.Stride+x]) }
	return (at(x0, y0)*(1-fx)+at(x0+1, y0)*fx)*(1-fy) + (at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx)*fy
}

// damaged scratches and spots the code.
func (s *scene) damaged(sticker *image.Gray, code image.Rectangle) *image.Gray {
	hurt := image.NewGray(sticker.Rect)
	copy(hurt.Pix, sticker.Pix)
	for range s.damage {
		centre := image.Pt(code.Min.X+s.random.IntN(code.Dx()), code.Min.Y+s.random.IntN(code.Dy()))
		radius, level := 3+s.random.IntN(6), byte(255*s.random.IntN(2))
		for y := -radius; y <= radius; y++ {
			for x := -radius; x <= radius; x++ {
				if at := centre.Add(image.Pt(x, y)); x*x+y*y <= radius*radius && at.In(hurt.Rect) {
					hurt.Pix[at.Y*hurt.Stride+at.X] = level
				}
			}
		}
	}
	return hurt
}

// blurred is out of focus: a Gaussian, one way and then the other.
func blurred(light []float64, w, h int, sigma float64) []float64 {
	if sigma == 0 {
		return light
	}
	radius := int(3*sigma + 0.5)
	kernel := make([]float64, 2*radius+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i-radius) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	pass := func(from []float64, stepX, stepY int) []float64 {
		to := make([]float64, len(from))
		for y := range h {
			for x := range w {
				value := 0.0
				for i, weight := range kernel {
					cx, cy := min(max(x+(i-radius)*stepX, 0), w-1), min(max(y+(i-radius)*stepY, 0), h-1)
					value += weight * from[cy*w+cx]
				}
				to[y*w+x] = value / sum
			}
		}
		return to
	}
	return pass(pass(light, 1, 0), 0, 1)
}

// shaken was moved while the shutter was open.
func shaken(light []float64, w, h, length int) []float64 {
	if length == 0 {
		return light
	}
	to := make([]float64, len(light))
	for y := range h {
		for x := range w {
			value := 0.0
			for i := range length {
				value += light[min(y+i/2, h-1)*w+min(x+i, w-1)]
			}
			to[y*w+x] = value / float64(length)
		}
	}
	return to
}
