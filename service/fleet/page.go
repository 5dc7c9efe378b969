package fleet

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// listView is the page of units.
type listView struct {
	Form     listInput
	Rows     []Row
	Next     string
	States   []lifecycle.State
	Vendor   bool
	Register bool // who looks may put units on record
	Mistakes *lifecycle.Invalid
}

// OfMaker: the list is of what a vendor made, whose comings and goings are its
// customers' business.
func (v listView) OfMaker() bool { return v.Form.Made }

func (h *Handler) list(c echo.Context) error {
	in, err := web.BindQuery[listInput](c)
	var rows []Row
	var next string
	if err == nil {
		rows, next, err = h.rows(c, in)
	}
	if err == nil && in.Serial != "" && len(rows) == 1 {
		return web.SeeOther(c, unitPath(rows[0].Key))
	}
	p, status := web.Principal(c), http.StatusOK
	wrong := web.Mistakes(err)
	switch {
	case wrong != nil:
		status = http.StatusUnprocessableEntity
	case err != nil:
		return err
	}
	return h.pages.Render(c, status, "units.html", listView{
		Form: in, Rows: rows, Next: web.NextCursor(next), States: lifecycle.States(), Mistakes: wrong,
		Vendor: p.OrgKind == lifecycle.OrgVendor, Register: access.Allowed(p, access.UnitRegister),
	})
}

// registerView is the form of a new unit.
type registerView struct {
	Form     registerInput
	Mistakes *lifecycle.Invalid
}

func (h *Handler) registerForm(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "register.html", registerView{})
}

func (h *Handler) register(c echo.Context) error {
	in, unit, err := h.enter(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.pages.Render(c, http.StatusUnprocessableEntity, "register.html", registerView{in, wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(unit.Key)+"?done=registered")
}

// unitView is the page of one unit.
type unitView struct {
	Sight
	Path     string // of the page itself
	Buttons  []*web.Button
	Past     bool // who looks may read the past
	Events   []Event
	Next     string
	Further  bool // a further part of the past was asked for
	Confirm  bool // who looks may confirm it
	Labelled bool // who looks may print its label
	Mistakes *lifecycle.Invalid
}

func (h *Handler) unit(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	return h.showUnit(c, http.StatusOK, key, nil)
}

func (h *Handler) showUnit(c echo.Context, status int, key lifecycle.UnitKey, wrong *lifecycle.Invalid) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	sight, err := h.fleet.Look(ctx, p, key)
	if err != nil {
		return err
	}
	view := unitView{
		Sight: sight, Path: unitPath(sight.Key), Buttons: buttons(h.routes.List(), p, sight), Mistakes: wrong,
		Past: access.Allowed(p, access.UnitHistory), Further: c.QueryParam("after") != "",
		Confirm:  sight.Unconfirmed && sight.View == lifecycle.ViewVendor && access.Allowed(p, access.UnitRegister),
		Labelled: (sight.View == lifecycle.ViewVendor || sight.View == lifecycle.ViewCustodian && !sight.Arriving) && access.Allowed(p, access.LabelPrint),
	}
	if view.Past {
		page, err := web.PositionOf(c)
		if err != nil {
			return err
		}
		var next string
		if view.Events, next, err = h.fleet.History(ctx, p, key, page); err != nil {
			return err
		}
		view.Next = web.NextCursor(next)
	}
	return h.pages.Render(c, status, "unit.html", view)
}

func (h *Handler) confirm(c echo.Context) error {
	unit, err := h.say(c)
	if wrong := web.Mistakes(err); wrong != nil {
		key, err := keyOf(c)
		if err != nil {
			return err
		}
		return h.showUnit(c, http.StatusUnprocessableEntity, key, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(unit.Key)+"?done=confirmed")
}
