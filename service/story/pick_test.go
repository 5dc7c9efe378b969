package story

import "strings"

// in is for units of a state; those with a past of their own, which other
// stories are about, come first in demo.json and are left out.
func in(state string) func(unit) bool {
	return func(u unit) bool { return u.State == state && !u.Answers && !planted(u) }
}

// planted are the units that a sweep or a hold is about.
func planted(u unit) bool {
	switch u.Serial {
	case soldButBound, resoldWithoutReturn, stolen, keptForTheLaw:
		return true
	}
	return false
}

// The units with a past of their own, as service/demo plants them.
const (
	soldButBound        = "HI2-201000"
	resoldWithoutReturn = "HDB-201026"
	stolen              = "HOP-201065"
	keptForTheLaw       = "HDB-201078"
)

func serial(number string) func(unit) bool { return func(u unit) bool { return u.Serial == number } }

// model is for units of a model: HI2, HOP, HDB or HBY.
func model(prefix string) func(unit) bool {
	return func(u unit) bool { return strings.HasPrefix(u.Serial, prefix) }
}

func soldBy(org string) func(unit) bool { return func(u unit) bool { return u.Seller == org } }

func custodyOf(org string) func(unit) bool { return func(u unit) bool { return u.Custody == org } }

// The organisations of the demo.
const (
	vendor     = "Halden Optics"
	brightside = "Brightside Electronics"
	corner     = "Corner & Co"
	refit      = "Refit Works"
)
