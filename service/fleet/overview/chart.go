package overview

import (
	"math"
	"time"

	"quitclaim/service/lifecycle"
)

// The sizes of the charts, in the units of their viewBox. They scale with the
// page; text in them stays readable down to 320 px because there is little.
const (
	chartWidth  = 420
	chartHeight = 190
	axisLeft    = 44 // room for the numbers beside: six figures
	axisBottom  = 26 // room for the days below
	axisTop     = 10
)

// Bars is a column chart, with everything that its template draws.
type Bars struct {
	Width, Height int
	Left, Bottom  int // the corner of the axes
	Columns       []Column
	Lines         []Line
	Marks         []Mark
	Most          int // the highest count
}

// Column is one bar.
type Column struct{ X, Y, Width, Height float64 }

// Line is a horizontal line with its number.
type Line struct {
	Y     float64
	Count int
}

// Mark names a day below the axis.
type Mark struct {
	X      float64
	Day    time.Time
	Anchor string // text-anchor (SVG 2, 11.10.1): start, middle, end
}

// barsOf draws counts by day.
func barsOf(days []lifecycle.DayCount) Bars {
	b := Bars{Width: chartWidth, Height: chartHeight, Left: axisLeft, Bottom: chartHeight - axisBottom}
	for _, day := range days {
		b.Most = max(b.Most, day.Count)
	}
	step := niceStep(b.Most)
	top := max(step, (b.Most+step-1)/step*step)
	tall := float64(b.Bottom - axisTop)
	for count := 0; count <= top; count += step {
		b.Lines = append(b.Lines, Line{Y: float64(b.Bottom) - tall*float64(count)/float64(top), Count: count})
	}
	pitch := float64(chartWidth-axisLeft) / float64(max(1, len(days)))
	for i, day := range days {
		height := tall * float64(day.Count) / float64(top)
		b.Columns = append(b.Columns, Column{
			X: axisLeft + pitch*float64(i) + pitch*.12, Width: pitch * .76, Y: float64(b.Bottom) - height, Height: height,
		})
	}
	if last := len(days) - 1; last > 0 {
		b.Marks = []Mark{
			{X: axisLeft, Day: days[0].Day, Anchor: "start"},
			{X: axisLeft + pitch*(float64(last/2)+.5), Day: days[last/2].Day, Anchor: "middle"},
			{X: chartWidth, Day: days[last].Day, Anchor: "end"},
		}
	}
	return b
}

// niceStep is the distance of at most five lines: 1, 2 or 5 times a power of
// ten.
func niceStep(most int) int {
	if most <= 4 {
		return 1
	}
	rough := float64(most) / 4
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, times := range []float64{1, 2, 5} {
		if rough <= times*power {
			return int(times * power)
		}
	}
	return int(10 * power)
}

// Strip is one state's bar, cut into the bands of age.
type Strip struct {
	StateRow
	Parts []Part
}

// Part is one band of a strip; Band is its place in lifecycle.AgeBands.
type Part struct {
	Band     int
	X, Width float64 // percent of the chart's width
}

// stripsOf draws rows on one scale, the longest as wide as the chart.
func stripsOf(rows []StateRow) []Strip {
	most := Count(1)
	for _, row := range rows {
		most = max(most, row.Units)
	}
	strips := make([]Strip, len(rows))
	for i, row := range rows {
		strips[i].StateRow = row
		x := 0.0
		for band, units := range row.Bands {
			width := 100 * float64(units) / float64(most)
			if units > 0 {
				strips[i].Parts = append(strips[i].Parts, Part{Band: band, X: x, Width: width})
			}
			x += width
		}
	}
	return strips
}
