package web

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

// A form that was half filled in when its session was covered is not lost: the
// page that asks for the PIN carries what was sent, and the page after it sends
// it on, as if nothing had been between (WCAG 2.2, success criterion 2.2.1).
// Scripts cover the page itself instead; this is for browsers without.

const (
	keptAction = "kept-action"
	keptPrefix = "kept."
)

// keptField is one field of the form.
type keptField struct{ Name, Value string }

// keptView is the page that asks for the PIN, and the one after it.
type keptView struct {
	Action   string // where the form goes; empty: there is none
	Fields   []keptField
	Mistakes *lifecycle.Invalid
}

// keep answers a form that came to a covered session.
func (s *Server) keep(c echo.Context) (answered bool, failed error) {
	if c.Get(coveredKey) == nil || c.Request().Method != http.MethodPost {
		return false, nil
	}
	media, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	form, parsed := c.FormParams()
	if media != echo.MIMEApplicationForm || parsed != nil {
		return false, nil //nolint:nilerror // what cannot be read cannot be kept: the switch page is next
	}
	view := keptView{Action: LocalPath(c.Request().URL.RequestURI()), Fields: keptFields(form, "")}
	return true, s.pages.Render(c, http.StatusUnauthorized, "covered.html", view)
}

// RenderCovered asks for the PIN again, with the form that waits behind it.
func RenderCovered(c echo.Context, mistakes *lifecycle.Invalid) error {
	view := keptOf(c)
	view.Mistakes = mistakes
	return serverOf(c).pages.Render(c, http.StatusUnprocessableEntity, "covered.html", view)
}

// RenderKept gives the form back to who filled it in. ok is false where none
// waits.
func RenderKept(c echo.Context) (ok bool, err error) {
	view := keptOf(c)
	if view.Action == "" {
		return false, nil
	}
	return true, serverOf(c).pages.Render(c, http.StatusOK, "kept.html", view)
}

func keptOf(c echo.Context) keptView {
	form, err := c.FormParams()
	if err != nil || form.Get(keptAction) == "" {
		return keptView{}
	}
	return keptView{Action: LocalPath(form.Get(keptAction)), Fields: keptFields(form, keptPrefix)}
}

// keptFields are the fields whose names begin with the prefix. What is secret is
// asked for again: it must not stand in a page.
func keptFields(form url.Values, prefix string) []keptField {
	var fields []keptField
	for _, name := range slices.Sorted(maps.Keys(form)) {
		plain, has := strings.CutPrefix(name, prefix)
		if !has || strings.Contains(plain, "password") || plain == "pin" || plain == "current" {
			continue
		}
		for _, value := range form[name] {
			fields = append(fields, keptField{plain, value})
		}
	}
	return fields
}
