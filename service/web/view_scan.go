package web

import (
	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

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

// Reasons are the reasons of an answer that is no error, with their sentences:
// a verdict's, for example. They are never null in JSON.
func Reasons(c echo.Context, reasons []lifecycle.Reason) []ProblemReason {
	return serverOf(c).reasons(reasons)
}
