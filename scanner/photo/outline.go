package photo

import (
	"cmp"
	"slices"

	"github.com/makiuchi-d/gozxing"
	datamatrix "github.com/makiuchi-d/gozxing/datamatrix/decoder"
	qrcode "github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// Decoders look for the finder of a code and follow its lines pixel by pixel:
// noise loses them the lines of a DataMatrix code, a scratch in one of its three
// finders a whole QR code. Here the corners are found first, from the outline,
// then the finder is asked whether it fits, and every module is measured as a
// whole.

// candidate is one way to lay a symbol into a quad.
type candidate struct {
	corners quad
	size    lattice
	score   float64 // share of the finder that fits
}

const (
	goodFinder   = 0.80 // below that it is not tried
	fairFinder   = 0.62 // below that the corners are not worth moving
	maxCandidate = 4
)

// outlined reads the codes in a part of a picture that stand apart from their
// surroundings.
func (g gray) outlined() []sighting {
	contrast := g.darkness()
	var seen []sighting
	for _, reach := range []int{6, 12} {
		for _, outline := range g.outlines(contrast, reach) {
			corners, ok := enclosing(outline)
			if !ok {
				continue
			}
			seen = append(seen, contrast.readLattice(corners)...)
			if len(seen) > 0 {
				return seen
			}
		}
	}
	return seen
}

// darkness is by how much each pixel is darker than its wide surroundings.
type darkness struct {
	w, h int
	by   []int16
}

func (g gray) darkness() darkness {
	around, pixels := g.mean(max(8, max(g.w, g.h)/6)), g.mean(1)
	d := darkness{g.w, g.h, make([]int16, len(g.pix))}
	for i := range d.by {
		d.by[i] = int16(around.pix[i]) - int16(pixels.pix[i])
	}
	return d
}

// outlines are the hulls of what is dark and hangs together when gaps up to
// the reach are closed, the largest first.
func (g gray) outlines(contrast darkness, reach int) [][]point {
	dark := newGray(g.w, g.h)
	for i, by := range contrast.by {
		if by > 10 {
			dark.pix[i] = 255
		}
	}
	dense := dark.mean(reach)
	blobs := cells{g.w, g.h, make([]bool, len(g.pix))}
	for i, share := range dense.pix {
		blobs.busy[i] = share > 70
	}
	var outlines [][]point
	var sizes []int
	for i := range blobs.busy {
		if !blobs.busy[i] {
			continue
		}
		inside := blobs.flood(i)
		if len(inside)*30 < len(g.pix) {
			continue
		}
		if ends := dark.ends(inside); len(ends) > 20 {
			outlines, sizes = append(outlines, hull(ends)), append(sizes, len(inside))
		}
	}
	order := make([]int, len(outlines))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(sizes[b], sizes[a]) })
	var sorted [][]point
	for _, i := range order[:min(len(order), 3)] {
		sorted = append(sorted, outlines[i])
	}
	return sorted
}

// ends are the first and the last dark pixel in each row: no other can be a
// corner of the hull.
func (g gray) ends(inside []int) []point {
	first, last := make([]int, g.h), make([]int, g.h)
	for y := range first {
		first[y], last[y] = g.w, -1
	}
	for _, i := range inside {
		if x, y := i%g.w, i/g.w; g.pix[i] != 0 {
			first[y], last[y] = min(first[y], x), max(last[y], x)
		}
	}
	var points []point
	for y := range first {
		if last[y] >= 0 {
			points = append(points, point{float64(first[y]), float64(y)}, point{float64(last[y]), float64(y)})
		}
	}
	return points
}

// flood collects the cells that hang together with this one and marks them.
func (c cells) flood(start int) []int {
	c.busy[start] = false
	queue := []int{start}
	for next := 0; next < len(queue); next++ {
		i := queue[next]
		for _, j := range [4]int{i - 1, i + 1, i - c.w, i + c.w} {
			wraps := j == i-1 && i%c.w == 0 || j == i+1 && j%c.w == 0
			if j < 0 || j >= len(c.busy) || !c.busy[j] || wraps {
				continue
			}
			c.busy[j] = false
			queue = append(queue, j)
		}
	}
	return queue
}

// readLattice tries the sizes and turns whose finder fits best.
func (d darkness) readLattice(corners quad) []sighting {
	var candidates []candidate
	for _, size := range lattices() {
		for turn := range 4 {
			c := candidate{corners: corners.turned(turn), size: size}
			c.score = d.finder(c)
			candidates = append(candidates, c)
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, c := range candidates[:maxCandidate] {
		if c.score < fairFinder {
			break
		}
		if c = d.refined(c); c.score < goodFinder {
			continue
		}
		if seen := d.decode(c); len(seen) > 0 {
			return seen
		}
	}
	return nil
}

// finder is the share of the finder's modules, and of the light ones around it,
// that are as they must be.
func (d darkness) finder(c candidate) float64 {
	place := c.corners.plane()
	rows, columns := float64(c.size.rows), float64(c.size.columns)
	fits, of := 0, 0
	check := func(row, column int, dark bool) {
		of++
		p := place((float64(column)+0.5)/columns, (float64(row)+0.5)/rows)
		if by, inside := d.near(p); dark && by > 0 || !dark && (by <= 0 || !inside) {
			fits++
		}
	}
	if c.size.qr {
		checkQR(c.size.rows, check)
	} else {
		checkMatrix(c.size, check)
	}
	return float64(fits) / float64(of)
}

// near is the darkness at a point; inside is false beyond the picture's edge.
func (d darkness) near(p point) (by int, inside bool) {
	x, y := int(p.x+0.5), int(p.y+0.5)
	if x < 0 || y < 0 || x >= d.w || y >= d.h {
		return 0, false
	}
	return int(d.by[y*d.w+x]), true
}

// refined moves the corners, each a little, to where the finder fits best.
func (d darkness) refined(c candidate) candidate {
	c.score = d.finder(c)
	for _, step := range []float64{6, 3, 1.5} {
		for better := true; better; {
			better = false
			for corner := range 4 {
				for _, move := range []point{{step, 0}, {-step, 0}, {0, step}, {0, -step}} {
					moved := c
					moved.corners[corner].x += move.x
					moved.corners[corner].y += move.y
					if moved.score = d.finder(moved); moved.score > c.score {
						c, better = moved, true
					}
				}
			}
		}
	}
	return c
}

// decode measures every module in its middle and hands the grid on.
func (d darkness) decode(c candidate) []sighting {
	grid, err := gozxing.NewBitMatrix(c.size.columns, c.size.rows)
	if err != nil {
		return nil
	}
	place := c.corners.plane()
	for row := range c.size.rows {
		for column := range c.size.columns {
			sum := 0
			for _, dy := range []float64{0.3, 0.5, 0.7} {
				for _, dx := range []float64{0.3, 0.5, 0.7} {
					by, _ := d.near(place((float64(column)+dx)/float64(c.size.columns), (float64(row)+dy)/float64(c.size.rows)))
					sum += by
				}
			}
			if sum > 0 {
				grid.Set(column, row)
			}
		}
	}
	if c.size.qr {
		result, err := qrcode.NewDecoder().DecodeWithoutHint(grid)
		if err != nil {
			return nil
		}
		return appendSighting(nil, 'Q', result, weakQR(result))
	}
	result, err := datamatrix.NewDecoder().Decode(grid)
	if err != nil {
		return nil
	}
	return appendSighting(nil, 'd', result, weakMatrix(result))
}
