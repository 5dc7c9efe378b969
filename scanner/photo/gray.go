package photo

import (
	"image"
	"math"
)

// gray is a picture of brightness alone, rows one after the other.
type gray struct {
	w, h int
	pix  []byte
}

func newGray(w, h int) gray { return gray{w, h, make([]byte, w*h)} }

// brightness draws the picture upright in greys, made smaller by averaging
// where a side is longer than longest.
func (p Picture) brightness(longest int) gray {
	bounds := p.stored.Bounds()
	size := fit(bounds.Size(), longest)
	small := newGray(size.X, size.Y)
	row := make([]byte, bounds.Dx())
	sums, counts := make([]uint32, size.X), make([]uint32, size.X)
	read := rowReader(p.stored)
	for y := range size.Y {
		clear(sums)
		clear(counts)
		from, to := y*bounds.Dy()/size.Y, (y+1)*bounds.Dy()/size.Y
		for line := from; line < max(to, from+1); line++ {
			read(bounds.Min.Y+line, row)
			for x, level := range row {
				at := x * size.X / len(row)
				sums[at] += uint32(level)
				counts[at]++
			}
		}
		for x := range size.X {
			small.pix[y*size.X+x] = byte(sums[x] / max(1, counts[x]))
		}
	}
	return p.turn.applyGray(small)
}

// rowReader reads the brightness of one row of pixels; the kinds that our two
// decoders make are read without a detour.
func rowReader(picture image.Image) func(y int, row []byte) {
	left := picture.Bounds().Min.X
	switch from := picture.(type) {
	case *image.YCbCr:
		return func(y int, row []byte) { copy(row, from.Y[from.YOffset(left, y):]) }
	case *image.Gray:
		return func(y int, row []byte) { copy(row, from.Pix[from.PixOffset(left, y):]) }
	case *image.RGBA:
		return func(y int, row []byte) { fromRGBA(row, from.Pix[from.PixOffset(left, y):]) }
	case *image.NRGBA:
		return func(y int, row []byte) { fromNRGBA(row, from.Pix[from.PixOffset(left, y):]) }
	}
	return func(y int, row []byte) {
		for x := range row {
			r, g, b, a := picture.At(left+x, y).RGBA()
			level := (19595*r+38470*g+7471*b+1<<15)>>16 + 0xffff - a // on white; weights of ITU-R BT.601
			row[x] = byte(level >> 8)
		}
	}
}

func fromRGBA(row, pix []byte) {
	for x := range row {
		p := pix[4*x : 4*x+4]
		row[x] = byte((77*uint32(p[0])+150*uint32(p[1])+29*uint32(p[2]))>>8 + 255 - uint32(p[3]))
	}
}

func fromNRGBA(row, pix []byte) {
	for x := range row {
		p := pix[4*x : 4*x+4]
		level := (77*uint32(p[0]) + 150*uint32(p[1]) + 29*uint32(p[2])) >> 8
		row[x] = byte((level*uint32(p[3]) + 255*(255-uint32(p[3]))) / 255)
	}
}

func (o orientation) applyGray(stored gray) gray {
	if o == upright {
		return stored
	}
	turned := newGray(stored.w, stored.h)
	if o.swaps() {
		turned.w, turned.h = stored.h, stored.w
	}
	for y := range turned.h {
		for x := range turned.w {
			fromX, fromY := o.source(x, y, stored.w, stored.h)
			turned.pix[y*turned.w+x] = stored.pix[fromY*stored.w+fromX]
		}
	}
	return turned
}

// crop is a copy of the part of the picture that lies in the rectangle.
func (g gray) crop(part image.Rectangle) gray {
	part = part.Intersect(image.Rect(0, 0, g.w, g.h))
	cut := newGray(part.Dx(), part.Dy())
	for y := range cut.h {
		copy(cut.pix[y*cut.w:][:cut.w], g.pix[(part.Min.Y+y)*g.w+part.Min.X:])
	}
	return cut
}

// scaled is the picture with its longer side this long: averaged where it
// becomes smaller, interpolated where it becomes larger.
func (g gray) scaled(longest int) gray {
	factor := float64(longest) / float64(max(g.w, g.h))
	w, h := max(1, int(math.Round(float64(g.w)*factor))), max(1, int(math.Round(float64(g.h)*factor)))
	if factor < 1 {
		return Picture{stored: &image.Gray{Pix: g.pix, Stride: g.w, Rect: image.Rect(0, 0, g.w, g.h)}, turn: upright}.brightness(longest)
	}
	large := newGray(w, h)
	for y := range h {
		fromY := clamp((float64(y)+0.5)/factor-0.5, g.h)
		for x := range w {
			large.pix[y*w+x] = g.between(clamp((float64(x)+0.5)/factor-0.5, g.w), fromY)
		}
	}
	return large
}

func clamp(at float64, size int) float64 { return min(max(at, 0), float64(size-1)) }

// between interpolates the brightness at a point between pixels.
func (g gray) between(x, y float64) byte {
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, g.w-1), min(y0+1, g.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top := float64(g.pix[y0*g.w+x0])*(1-fx) + float64(g.pix[y0*g.w+x1])*fx
	bottom := float64(g.pix[y1*g.w+x0])*(1-fx) + float64(g.pix[y1*g.w+x1])*fx
	return byte(top*(1-fy) + bottom*fy + 0.5)
}

// inverted is the negative: some labels are white on black.
func (g gray) inverted() gray {
	negative := newGray(g.w, g.h)
	for i, level := range g.pix {
		negative.pix[i] = 255 - level
	}
	return negative
}

// stretched spreads the brightness over the whole range, but for the darkest
// and the brightest hundredth.
func (g gray) stretched() gray {
	var histogram [256]int
	for _, level := range g.pix {
		histogram[level]++
	}
	low, high := 0, 255
	for seen := histogram[0]; low < 255 && seen < len(g.pix)/100; seen += histogram[low] {
		low++
	}
	for seen := histogram[255]; high > 0 && seen < len(g.pix)/100; seen += histogram[high] {
		high--
	}
	if high <= low {
		return g
	}
	wide := newGray(g.w, g.h)
	for i, level := range g.pix {
		wide.pix[i] = byte(min(max((int(level)-low)*255/(high-low), 0), 255))
	}
	return wide
}

// mean is the average of the square of pixels around each, from sums over the
// whole rectangle up to it.
func (g gray) mean(radius int) gray {
	sums := make([]uint32, (g.w+1)*(g.h+1)) // 24 megapixels of 255 do not fit, but no such picture gets here
	for y := range g.h {
		var line uint32
		for x := range g.w {
			line += uint32(g.pix[y*g.w+x])
			sums[(y+1)*(g.w+1)+x+1] = sums[y*(g.w+1)+x+1] + line
		}
	}
	average := newGray(g.w, g.h)
	for y := range g.h {
		top, bottom := max(0, y-radius)*(g.w+1), min(g.h, y+radius+1)*(g.w+1)
		rows := uint32((bottom - top) / (g.w + 1))
		for x := range g.w {
			left, right := max(0, x-radius), min(g.w, x+radius+1)
			sum := sums[bottom+right] - sums[bottom+left] - sums[top+right] + sums[top+left]
			average.pix[y*g.w+x] = byte(sum / (rows * uint32(right-left)))
		}
	}
	return average
}

// sharpened adds what a pixel differs from its surroundings by once more: blur
// undone as far as noise allows.
func (g gray) sharpened(radius int, times float64) gray {
	around := g.mean(radius)
	sharp := newGray(g.w, g.h)
	for i, level := range g.pix {
		value := float64(level) + times*(float64(level)-float64(around.pix[i]))
		sharp.pix[i] = byte(min(max(value, 0), 255))
	}
	return sharp
}
