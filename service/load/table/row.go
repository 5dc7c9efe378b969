package table

import (
	"fmt"
	"strconv"
	"time"
)

// A row is one line of the table that ratios prints: what DESIGN section 8 asks
// for, and what was measured in this run.
type Row struct {
	What   string // "durable returns over HTTP, 64 clients"
	Ours   Figure
	Bare   Figure  // what the same work costs without us; none where the target is a plain limit
	Ratio  float64 // as the target speaks of it; 0: the target speaks of ours
	Target string  // "≥ 1.0 ×", "≤ 2 s"
	Met    bool
	Note   string // what else belongs to the figure: "p99 41 ms; 3 s a side"
}

// Figure is a measured number with its unit; the zero value is none.
type Figure struct {
	Value float64
	Unit  string // "/s", "µs", "MB"
}

// String is the figure with about three digits that mean something.
func (f Figure) String() string {
	switch {
	case f == Figure{}:
		return "–"
	case f.Unit == "/s":
		return number(f.Value) + f.Unit
	}
	return number(f.Value) + " " + f.Unit
}

func number(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// AtLeast is a row whose target is a share of what the bare program does in the
// same time: both figures are rates.
func AtLeast(share float64, what string, ours, bare Figure) Row {
	ratio := ours.Value / bare.Value
	return Row{What: what, Ours: ours, Bare: bare, Ratio: ratio, Target: fmt.Sprintf("≥ %.1f ×", share), Met: ratio >= share}
}

// AtMost is a row whose target is a multiple of what the bare program needs:
// both figures are times, sizes or costs.
func AtMost(multiple float64, what string, ours, bare Figure) Row {
	ratio := ours.Value / bare.Value
	return Row{What: what, Ours: ours, Bare: bare, Ratio: ratio, Target: fmt.Sprintf("≤ %.1f ×", multiple), Met: ratio <= multiple}
}

// Limit is a row whose target is a plain number, in the figure's own unit, that
// ours must not exceed.
func Limit(most float64, what string, ours Figure) Row {
	return Row{What: what, Ours: ours, Target: "≤ " + Figure{most, ours.Unit}.String(), Met: ours.Value <= most}
}

// Floor is a row whose target is a plain number that ours must reach.
func Floor(least float64, what string, ours Figure) Row {
	return Row{What: what, Ours: ours, Target: "≥ " + Figure{least, ours.Unit}.String(), Met: ours.Value >= least}
}

// PerSecond is a rate.
func PerSecond(rate float64) Figure { return Figure{rate, "/s"} }

// Milliseconds is a time.
func Milliseconds(d time.Duration) Figure { return Figure{float64(d.Microseconds()) / 1000, "ms"} }
