package station

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// switchPath is the switch page, from which the next person goes on to next.
func switchPath(next string) string {
	return "/switch?done=left&next=" + url.QueryEscape(next)
}

// pinView is the page of one's own PIN.
type pinView struct {
	PIN      access.PIN
	Mistakes *lifecycle.Invalid
}

func (h *Handler) pinForm(c echo.Context) error { return h.showPIN(c, http.StatusOK, nil) }

func (h *Handler) showPIN(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	pin, err := h.room.HasPIN(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "pin.html", pinView{pin, wrong})
}

type pinInput struct {
	Current string `form:"current" validate:"required"`
	PIN     string `form:"pin" validate:"required"`
	Again   string `form:"pin_again" validate:"eqfield=PIN"`
}

func (h *Handler) setPIN(c echo.Context) error {
	in, err := web.Bind[pinInput](c)
	if err = web.AllMistakes(err, access.CheckPIN(in.PIN)); err == nil {
		err = h.room.SetPIN(c.Request().Context(), web.Principal(c).Person, in.Current, in.PIN)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showPIN(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account/pin?done=pin-set")
}
