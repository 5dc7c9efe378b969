package web

import "github.com/labstack/echo/v4"

// ProblemOf is the problem document that an error would become, for answers
// about a list, where one unit's refusal is not the request's. An error that
// is nobody's fault but ours says no more here than anywhere else.
func ProblemOf(c echo.Context, err error) Problem { return problemIn(wordsOf(c), kindOf(err), err) }
