package web

import "quitclaim/service/lifecycle"

// ScanForm fills the part "scan": the one form by which every desk, till and
// bench asks for a verdict. It posts to the scanner's page; the room that
// shows it needs to know no more than the purpose.
type ScanForm struct {
	Purpose lifecycle.Purpose
	// Brand, Serial and Again are what was typed instead of a scan.
	Brand, Serial, Again string
	Mistakes             *lifecycle.Invalid
}

// Typed reports whether somebody typed instead of scanning, and must go on.
func (f ScanForm) Typed() bool { return f.Mistakes != nil || f.Serial != "" }
