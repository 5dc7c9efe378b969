package second

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// twoView is a page on which two people sign: retire, or waive a cloud.
type twoView struct {
	Path     string // of the unit at the bench
	Back     string // where who signs comes from
	Key      lifecycle.UnitKey
	Model    string
	Cloud    string   // waive: which
	Clouds   []string // waive: of which
	Customer bool     // waive: a customer has the unit
	Reason   string   // waive: why, and of which reasons
	Why      []string
	Email    string
	Mistakes *lifecycle.Invalid
	Reasons  []lifecycle.Reason
}

func (h *Handler) twoPage(c echo.Context, page string, view twoView, err error) error {
	status := http.StatusOK
	refusal := new(lifecycle.Refusal)
	switch {
	case err == nil:
	case errors.As(err, &refusal):
		status, view.Reasons = http.StatusConflict, refusal.Reasons
	case web.Mistakes(err) != nil:
		status, view.Mistakes = http.StatusUnprocessableEntity, web.Mistakes(err)
	default:
		return err
	}
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	find := h.room.config.Shelf.Unit
	if page == waivePage {
		find = h.room.unit
	}
	s, err := find(c.Request().Context(), key)
	if err != nil {
		return err
	}
	view.Path, view.Key, view.Model = shelf.UnitPath(s.Unit.Key), s.Unit.Key, s.Model.Name
	view.Back, view.Clouds = view.Path, shelf.Waivable(s, web.Principal(c))
	if withCustomer(s) {
		view.Customer, view.Why = true, lifecycle.WaiveReasons()
		view.Back, view.Clouds = homePath(s.Unit.Key), owing(s, h.room.config.Shelf.Now())
	}
	return h.pages.Render(c, status, page, view)
}

// homePath is the page of a unit that is at nobody's bench.
func homePath(key lifecycle.UnitKey) string {
	return "/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

func (h *Handler) retireForm(c echo.Context) error {
	return h.twoPage(c, "retire.html", twoView{}, nil)
}

func (h *Handler) retire(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[retirement](c)
	if err == nil {
		_, err = h.room.Retire(c.Request().Context(), key, in.Scan, in.second())
	}
	if err != nil {
		return h.twoPage(c, "retire.html", twoView{Email: in.SecondEmail}, err)
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-retired")
}

const waivePage = "waive.html"

func (h *Handler) waiveForm(c echo.Context) error {
	return h.twoPage(c, waivePage, twoView{Cloud: c.QueryParam("cloud")}, nil)
}

func (h *Handler) waive(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	var outcome lifecycle.Outcome
	in, err := web.Bind[waiver](c)
	if err == nil {
		outcome, err = h.room.WaiveUnit(c.Request().Context(), key, in.what(), in.second())
	}
	if err != nil {
		return h.twoPage(c, waivePage, twoView{Cloud: in.Cloud, Reason: in.Reason, Email: in.SecondEmail}, err)
	}
	if outcome.Change.Unit.Custody == "" {
		return web.SeeOther(c, homePath(key)+"?done=waived")
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-waived")
}

func (h *Handler) silentForm(c echo.Context) error {
	return h.twoPage(c, "silent.html", twoView{}, nil)
}

func (h *Handler) silent(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[signature](c)
	if err == nil {
		_, err = h.room.AttestSilent(c.Request().Context(), key, in.second())
	}
	if err != nil {
		return h.twoPage(c, "silent.html", twoView{Email: in.SecondEmail}, err)
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-silent")
}
