package second

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// twoView is a page on which two people sign: retire, or waive a cloud.
type twoView struct {
	Path     string // of the unit
	Key      lifecycle.UnitKey
	Model    string
	Cloud    string   // waive: which
	Clouds   []string // waive: of which
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
	s, err := h.room.config.Shelf.Unit(c.Request().Context(), key)
	if err != nil {
		return err
	}
	view.Path, view.Key, view.Model = shelf.UnitPath(s.Unit.Key), s.Unit.Key, s.Model.Name
	view.Clouds = shelf.Waivable(s, web.Principal(c))
	return h.pages.Render(c, status, page, view)
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

func (h *Handler) waiveForm(c echo.Context) error {
	return h.twoPage(c, "waive.html", twoView{Cloud: c.QueryParam("cloud")}, nil)
}

func (h *Handler) waive(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	in, err := web.Bind[waiver](c)
	if err == nil {
		err = h.room.WaiveUnit(ctx, key, in.Cloud, in.second())
	}
	if err != nil {
		return h.twoPage(c, "waive.html", twoView{Cloud: in.Cloud, Email: in.SecondEmail}, err)
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
