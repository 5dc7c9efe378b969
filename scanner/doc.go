// Package scanner is the first step of every flow: a payload comes in, a
// verdict and what can be done next go out.
//
//	payload ─► code.Parse ─► unit ─► lifecycle.Scan ─► verdict, next actions
//
// From any state → the same state: a scan only looks. The one thing that it
// leaves behind is a flag, where a unit turns up in other hands than those
// that have it on record.
//
// It trusts nothing of a payload. What goes any further than code.Parse is the
// reading, in which no secret is; neither payload nor serial is ever logged.
// Which room an action leads to stands in one table of paths (links.go): rooms
// never call each other.
package scanner
