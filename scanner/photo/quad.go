package photo

import (
	"cmp"
	"math"
	"slices"
)

// point is a place in a picture, in pixels.
type point struct{ x, y float64 }

// quad is four corners, clockwise.
type quad [4]point

// hull is the convex hull of points, clockwise as pictures are drawn (Andrew's
// monotone chain).
func hull(points []point) []point {
	slices.SortFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
	})
	chain := func(step func(int) point) []point {
		var side []point
		for i := range points {
			p := step(i)
			for len(side) > 1 && cross(side[len(side)-2], side[len(side)-1], p) <= 0 {
				side = side[:len(side)-1]
			}
			side = append(side, p)
		}
		return side[:max(0, len(side)-1)]
	}
	lower := chain(func(i int) point { return points[i] })
	upper := chain(func(i int) point { return points[len(points)-1-i] })
	return append(lower, upper...)
}

func cross(o, a, b point) float64 { return (a.x-o.x)*(b.y-o.y) - (a.y-o.y)*(b.x-o.x) }

// enclosing takes sides off a convex polygon, always the one whose neighbours
// meet soonest when they are drawn out, until four are left. A corner that a
// light module cut off grows back that way.
func enclosing(polygon []point) (quad, bool) {
	polygon = slices.Clone(polygon)
	for len(polygon) > 4 {
		best, least, meet := -1, math.Inf(1), point{}
		for i := range polygon {
			before, a, b, after := at(polygon, i-1), at(polygon, i), at(polygon, i+1), at(polygon, i+2)
			p, ok := crossing(before, a, after, b)
			if !ok {
				continue
			}
			if grown := math.Abs(cross(a, b, p)); grown < least {
				best, least, meet = i, grown, p
			}
		}
		if best < 0 {
			return quad{}, false
		}
		polygon[best] = meet
		polygon = slices.Delete(polygon, (best+1)%len(polygon), (best+1)%len(polygon)+1)
	}
	if len(polygon) < 4 {
		return quad{}, false
	}
	return quad(polygon), true
}

func at(polygon []point, i int) point { return polygon[(i+len(polygon))%len(polygon)] }

// crossing is where the line from a through b meets that from c through d,
// beyond b and d.
func crossing(a, b, c, d point) (point, bool) {
	ux, uy, vx, vy := b.x-a.x, b.y-a.y, d.x-c.x, d.y-c.y
	turn := ux*vy - uy*vx
	if math.Abs(turn) < 1e-9 {
		return point{}, false
	}
	t := ((c.x-a.x)*vy - (c.y-a.y)*vx) / turn
	s := ((c.x-a.x)*uy - (c.y-a.y)*ux) / turn
	if t < 1-1e-9 || s < 1-1e-9 {
		return point{}, false
	}
	return point{a.x + t*ux, a.y + t*uy}, true
}

// plane maps the unit square onto the quad, as a flat thing is seen (Heckbert,
// "Fundamentals of texture mapping", 1989, section 2.2.3).
func (q quad) plane() func(u, v float64) point {
	sx, sy := q[0].x-q[1].x+q[2].x-q[3].x, q[0].y-q[1].y+q[2].y-q[3].y
	dx1, dx2, dy1, dy2 := q[1].x-q[2].x, q[3].x-q[2].x, q[1].y-q[2].y, q[3].y-q[2].y
	determinant := dx1*dy2 - dx2*dy1
	var g, h float64
	if math.Abs(determinant) > 1e-9 {
		g, h = (sx*dy2-dx2*sy)/determinant, (dx1*sy-sx*dy1)/determinant
	}
	a, b := q[1].x-q[0].x+g*q[1].x, q[3].x-q[0].x+h*q[3].x
	d, e := q[1].y-q[0].y+g*q[1].y, q[3].y-q[0].y+h*q[3].y
	return func(u, v float64) point {
		w := g*u + h*v + 1
		return point{(a*u + b*v + q[0].x) / w, (d*u + e*v + q[0].y) / w}
	}
}

// turned begins at the next corner.
func (q quad) turned(times int) quad {
	return quad{q[times%4], q[(times+1)%4], q[(times+2)%4], q[(times+3)%4]}
}
