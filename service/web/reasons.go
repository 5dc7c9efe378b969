package web

import (
	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

// Reasons are the reasons of an answer that is no error, with their sentences:
// a verdict's, for example. They are never null in JSON.
func Reasons(c echo.Context, reasons []lifecycle.Reason) []ProblemReason {
	return reasonsIn(wordsOf(c), reasons)
}
