package owner

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// bindView is the form by which a unit becomes the reader's.
type bindView struct {
	Form     bindInput
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason
	// Nothing: no unit that the reader could bind was found, whatever the cause.
	Nothing bool
}

// bindQuery names the unit where a link did.
type bindQuery struct {
	Brand  string `form:"brand"`
	Serial string `form:"serial"`
}

func (h *Handler) bindForm(c echo.Context) error {
	in, err := web.BindQuery[bindQuery](c)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "bind.html", bindView{Form: bindInput{Brand: brandText(in.Brand), Serial: in.Serial}})
}

func (h *Handler) submitBind(c echo.Context) error {
	in, err := web.Bind[bindInput](c)
	var bound Bound
	if err == nil {
		bound, err = h.tie(c, in)
	}
	if err != nil {
		return h.bindAgain(c, in, err)
	}
	return web.SeeOther(c, unitPath(bound.Key)+"?done="+doneBind(bound))
}

// bindAgain shows the form again, with what was wrong.
func (h *Handler) bindAgain(c echo.Context, in bindInput, err error) error {
	view := bindView{Form: in, Mistakes: web.Mistakes(err), Nothing: errors.Is(err, lifecycle.ErrNotFound)}
	refusal, isRefused := isRefusal(err)
	switch {
	case view.Mistakes != nil:
		return h.pages.Render(c, http.StatusUnprocessableEntity, "bind.html", view)
	case view.Nothing:
		return h.pages.Render(c, http.StatusNotFound, "bind.html", view)
	case isRefused:
		view.Refused = refusal.Reasons
		return h.pages.Render(c, http.StatusConflict, "bind.html", view)
	}
	return err
}

func doneBind(bound Bound) string {
	if bound.Live {
		return "mine-bound"
	}
	return "mine-pending"
}
