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
	// Action is where the form goes that a room takes the answer of itself, with
	// an idempotency key; empty: to the scanner's page.
	Action string
	// Brand, Serial and Again are what was typed instead of a scan.
	Brand, Serial, Again string
	Mistakes             *lifecycle.Invalid
}

// Typed reports whether somebody typed instead of scanning, and must go on.
func (f ScanForm) Typed() bool { return f.Mistakes != nil || f.Serial != "" }

// scanMark is in a page that has the part "scan", and in no other: what a
// template fills in cannot hold the quotation mark.
var scanMark = []byte(` data-decoder="`)

// allowCamera lets this one page open the camera and read its pictures.
func allowCamera(c echo.Context) {
	AllowWasm(c)
	c.Response().Header().Set("Permissions-Policy", permissions("(self)"))
}

// permissions is what a page may ask the browser for: of everything that we
// know of, the camera at most.
func permissions(camera string) string {
	return "camera=" + camera + ", microphone=(), geolocation=(), payment=(), usb=()"
}
