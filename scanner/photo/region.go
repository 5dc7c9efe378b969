package photo

import (
	"cmp"
	"image"
	"slices"
)

const (
	regionScale = 640 // on which codes are looked for
	regionCell  = 8   // pixels of a cell at that scale
	maxRegions  = 6
)

// regions are the parts of the picture that are busy in both directions, as
// codes are, the busiest first. The rectangles are in pixels of the picture.
func (g gray) regions() []image.Rectangle {
	small := g
	if max(g.w, g.h) > regionScale {
		small = g.scaled(regionScale)
	}
	cells := small.busyCells()
	var found []region
	for y := range cells.h {
		for x := range cells.w {
			if cells.busy[y*cells.w+x] {
				if r := cells.take(x, y); r.codeLike() {
					found = append(found, r)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b region) int { return cmp.Compare(b.cells, a.cells) })
	var parts []image.Rectangle
	for _, r := range found[:min(len(found), maxRegions)] {
		parts = append(parts, r.in(g, small))
	}
	return parts
}

// cells is the picture as a raster of cells, each busy or not.
type cells struct {
	w, h int
	busy []bool
}

// busyCells marks the cells where brightness changes much, both ways: a line
// of text or a bar code changes mostly one way.
func (g gray) busyCells() cells {
	c := cells{w: g.w / regionCell, h: g.h / regionCell}
	c.busy = make([]bool, c.w*c.h)
	across, down := make([]int, c.w*c.h), make([]int, c.w*c.h)
	total := 0
	for y := range c.h * regionCell {
		for x := range c.w * regionCell {
			at := y*g.w + x
			cell := y/regionCell*c.w + x/regionCell
			if x > 0 {
				across[cell] += apart(g.pix[at], g.pix[at-1])
			}
			if y > 0 {
				down[cell] += apart(g.pix[at], g.pix[at-g.w])
			}
		}
	}
	for i := range across {
		total += min(across[i], down[i])
	}
	limit := max(regionCell*regionCell*2, total/max(1, len(across))*3/2)
	for i := range c.busy {
		c.busy[i] = min(across[i], down[i]) > limit
	}
	return c
}

func apart(a, b byte) int { return max(int(a), int(b)) - min(int(a), int(b)) }

// region is a group of busy cells that touch, with at most one calm cell
// between.
type region struct {
	min, max image.Point // in cells, max included
	cells    int
}

// take collects the group and marks its cells as done.
func (c cells) take(x, y int) region {
	r := region{min: image.Pt(x, y), max: image.Pt(x, y)}
	queue := []image.Point{{X: x, Y: y}}
	c.busy[y*c.w+x] = false
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		r.cells++
		r.min = image.Pt(min(r.min.X, at.X), min(r.min.Y, at.Y))
		r.max = image.Pt(max(r.max.X, at.X), max(r.max.Y, at.Y))
		for ny := max(0, at.Y-2); ny <= min(c.h-1, at.Y+2); ny++ {
			for nx := max(0, at.X-2); nx <= min(c.w-1, at.X+2); nx++ {
				if c.busy[ny*c.w+nx] {
					c.busy[ny*c.w+nx] = false
					queue = append(queue, image.Pt(nx, ny))
				}
			}
		}
	}
	return r
}

// codeLike: neither a speck nor a line. Rectangular DataMatrix codes are up to
// four times as wide as high.
func (r region) codeLike() bool {
	w, h := r.max.X-r.min.X+1, r.max.Y-r.min.Y+1
	return r.cells >= 4 && max(w, h) <= 5*min(w, h)
}

// in is the region in pixels of the whole picture, with room around it for the
// quiet zone.
func (r region) in(g, small gray) image.Rectangle {
	factor := float64(g.w) / float64(small.w)
	side := max(r.max.X-r.min.X+1, r.max.Y-r.min.Y+1) * regionCell
	margin := max(regionCell*2, side/5)
	scale := func(at int) int { return int(float64(at) * factor) }
	return image.Rect(
		scale(r.min.X*regionCell-margin), scale(r.min.Y*regionCell-margin),
		scale((r.max.X+1)*regionCell+margin), scale((r.max.Y+1)*regionCell+margin),
	).Intersect(image.Rect(0, 0, g.w, g.h))
}
