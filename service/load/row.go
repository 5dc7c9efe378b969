package main

import (
	"fmt"
	"strconv"
)

// A row is one line of the table that ratios prints: what DESIGN section 8 asks
// for, and what was measured in this run.
type row struct {
	what   string // "durable returns over HTTP, 64 clients"
	ours   figure
	bare   figure  // what the same work costs without us; none where the target is a plain limit
	ratio  float64 // as the target speaks of it; 0: the target speaks of ours
	target string  // "≥ 1.0 ×", "≤ 2 s"
	met    bool
	note   string // what else belongs to the figure: "p99 41 ms; 3 s a side"
}

// figure is a measured number with its unit; the zero value is none.
type figure struct {
	value float64
	unit  string // "/s", "µs", "MB"
}

// String is the figure with about three digits that mean something.
func (f figure) String() string {
	switch {
	case f == figure{}:
		return "–"
	case f.unit == "/s":
		return number(f.value) + f.unit
	}
	return number(f.value) + " " + f.unit
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

// atLeast is a row whose target is a share of what the bare program does in the
// same time: both figures are rates.
func atLeast(share float64, what string, ours, bare figure) row {
	ratio := ours.value / bare.value
	return row{what: what, ours: ours, bare: bare, ratio: ratio, target: fmt.Sprintf("≥ %.1f ×", share), met: ratio >= share}
}

// atMost is a row whose target is a multiple of what the bare program needs:
// both figures are times, sizes or costs.
func atMost(multiple float64, what string, ours, bare figure) row {
	ratio := ours.value / bare.value
	return row{what: what, ours: ours, bare: bare, ratio: ratio, target: fmt.Sprintf("≤ %.1f ×", multiple), met: ratio <= multiple}
}

// limit is a row whose target is a plain number, in the figure's own unit, that
// ours must not exceed.
func limit(most float64, what string, ours figure) row {
	return row{what: what, ours: ours, target: "≤ " + figure{most, ours.unit}.String(), met: ours.value <= most}
}

// floor is a row whose target is a plain number that ours must reach.
func floor(least float64, what string, ours figure) row {
	return row{what: what, ours: ours, target: "≥ " + figure{least, ours.unit}.String(), met: ours.value >= least}
}
