package owner

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) pastPage(c echo.Context) error {
	past, err := h.owner.Past(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "past.html", past)
}

// periodView is the page of one past time with a unit.
type periodView struct {
	Period
	Path     string
	Words    string // of who objects, when the form is shown again
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason
}

func bindingOf(c echo.Context) lifecycle.BindingID { return lifecycle.BindingID(c.Param("binding")) }

func periodPath(id lifecycle.BindingID) string { return "/mine/past/" + url.PathEscape(string(id)) }

func (h *Handler) periodPage(c echo.Context) error {
	return h.showPeriod(c, http.StatusOK, func(*periodView) {})
}

func (h *Handler) showPeriod(c echo.Context, status int, change func(*periodView)) error {
	period, err := h.owner.Period(c.Request().Context(), actorOf(c), bindingOf(c))
	if err != nil {
		return err
	}
	view := periodView{Period: period, Path: periodPath(period.ID)}
	change(&view)
	return h.pages.Render(c, status, "period.html", view)
}

func (h *Handler) submitContest(c echo.Context) error {
	in, err := wordsOf(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showPeriod(c, http.StatusUnprocessableEntity, func(v *periodView) { v.Mistakes, v.Words = wrong, in.Words })
	}
	if err != nil {
		return err
	}
	_, err = h.owner.Contest(c.Request().Context(), actorOf(c), bindingOf(c), in.Words)
	if refusal, ok := isRefusal(err); ok {
		return h.showPeriod(c, http.StatusConflict, func(v *periodView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, periodPath(bindingOf(c))+"?done=mine-contested")
}

func (h *Handler) submitCancel(c echo.Context) error {
	proof, err := proven(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showPeriod(c, http.StatusUnprocessableEntity, func(v *periodView) { v.Mistakes = wrong })
	}
	if err != nil {
		return err
	}
	key, err := h.undo(c, proof)
	if refusal, ok := isRefusal(err); ok {
		return h.showPeriod(c, http.StatusConflict, func(v *periodView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	again := url.Values{"brand": {key.Brand}, "serial": {key.Serial}, "done": {"mine-cancelled"}}
	return web.SeeOther(c, "/mine/bind?"+again.Encode())
}

// undo cancels the return that ended the binding in the path.
func (h *Handler) undo(c echo.Context, proof Proof) (lifecycle.UnitKey, error) {
	ret, err := h.owner.returnOf(c.Request().Context(), actorOf(c).Person, bindingOf(c))
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	return h.owner.CancelReturn(c.Request().Context(), actorOf(c), ret, proof)
}
