package bench

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

func (h *Handler) unit(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.bench.Unit(ctx, key)
	if err != nil {
		return err
	}
	view, err := h.bench.unitView(ctx, s, c.QueryParam("step"))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "unit.html", view)
}

// Again shows the unit once more after a form that did not go through: what
// was wrong stands in the step where it was sent. Any other error comes back.
func (h *Handler) Again(c echo.Context, key lifecycle.UnitKey, step string, chosen string, err error) error {
	mistakes := web.Mistakes(err)
	refusal := new(lifecycle.Refusal)
	refused := errors.As(err, &refusal)
	if mistakes == nil && !refused {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.bench.Unit(ctx, key)
	if err != nil {
		return err
	}
	view, err := h.bench.unitView(ctx, s, step)
	if err != nil {
		return err
	}
	view.fail(step, chosen, mistakes, refusal.Reasons)
	status := http.StatusUnprocessableEntity
	if refused {
		status = http.StatusConflict
	}
	return h.pages.Render(c, status, "unit.html", view)
}

// bothCodes is what was scanned off the box and off the unit.
type bothCodes struct {
	Box    string `form:"box" validate:"required,max=4096"`
	Device string `form:"device" validate:"required,max=4096"`
}

func (h *Handler) codes(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[bothCodes](c)
	if err == nil {
		_, err = h.bench.CompareCodes(c.Request().Context(), key, in.Box, in.Device)
	}
	if err != nil {
		// What was scanned is not shown again: it may hold a secret.
		return h.Again(c, key, lifecycle.CheckCodesAgree, "", err)
	}
	return web.SeeOther(c, shelf.UnitPath(key))
}

func (h *Handler) check(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Check string `form:"check" validate:"required,max=64"`
		Pass  bool   `form:"pass"`
		Note  string `form:"note" validate:"max=32,printable"`
	}](c)
	word := Word{Task: in.Check, Pass: in.Pass, Note: in.Note}
	if in.Check == lifecycle.CheckMedia && in.Note != "" {
		word.Pass = in.Note != noteMediaStuck // the choice says it, not a second button
	}
	if err == nil {
		err = h.bench.AttestUnit(c.Request().Context(), key, word)
	}
	if err != nil {
		return h.Again(c, key, in.Check, in.Note, err)
	}
	if word.Note == lifecycle.NoteStarted {
		return web.SeeOther(c, stepPath(key, in.Check))
	}
	return web.SeeOther(c, shelf.UnitPath(key))
}

func (h *Handler) presence(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	if _, err := h.bench.AskPresence(c.Request().Context(), key); err != nil {
		return h.Again(c, key, "presence", "", err)
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"#presence")
}

func (h *Handler) reopen(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Cause string `form:"cause" validate:"required,max=32"`
	}](c)
	if err == nil {
		_, err = h.bench.Reopen(c.Request().Context(), key, in.Cause)
	}
	if err != nil {
		return h.Again(c, key, "reopen", in.Cause, err)
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-reopened")
}

func (h *Handler) hold(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Kind lifecycle.HoldKind `form:"kind" validate:"required,oneof=stolen dispute legal recall"`
	}](c)
	if err == nil {
		_, err = h.bench.PlaceHold(c.Request().Context(), key, in.Kind)
	}
	if err != nil {
		return h.Again(c, key, "hold", string(in.Kind), err)
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-held")
}

func (h *Handler) lift(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Hold lifecycle.HoldID `form:"hold" validate:"required,max=64"`
	}](c)
	if err != nil {
		return h.Again(c, key, "hold", "", err)
	}
	hold, _, err := h.bench.LiftHold(c.Request().Context(), in.Hold)
	if err != nil {
		return h.Again(c, key, "hold", "", err)
	}
	if hold.Stands() {
		return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-approved")
	}
	return web.SeeOther(c, shelf.UnitPath(key)+"?done=bench-lifted")
}
