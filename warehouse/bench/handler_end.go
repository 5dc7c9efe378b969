package bench

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

func (h *Handler) apiReopen(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Cause string `json:"cause" validate:"required,max=32"`
	}](c)
	if err != nil {
		return err
	}
	outcome, err := h.bench.Reopen(c.Request().Context(), key, in.Cause)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, shelf.ItemOf(outcome))
}

// holdJSON is a hold as its custodian sees it.
type holdJSON struct {
	ID         lifecycle.HoldID   `json:"id"`
	Kind       lifecycle.HoldKind `json:"kind"`
	PlacedAt   web.Time           `json:"placed_at"`
	ApprovedBy lifecycle.PersonID `json:"approved_by,omitempty"`
	LiftedAt   web.Time           `json:"lifted_at"` // null while it stands
}

func asHoldJSON(hold lifecycle.Hold) holdJSON {
	return holdJSON{hold.ID, hold.Kind, web.Time(hold.PlacedAt), hold.ApprovedBy, web.Time(hold.LiftedAt)}
}

func (h *Handler) apiHold(c echo.Context) error {
	in, err := web.Bind[struct {
		Brand  string             `json:"brand" validate:"required,brand"`
		Serial string             `json:"serial" validate:"required,serial"`
		Kind   lifecycle.HoldKind `json:"kind" validate:"required,oneof=stolen dispute legal recall"`
	}](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	hold, err := h.bench.PlaceHold(c.Request().Context(), key, in.Kind)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, asHoldJSON(hold))
}

func (h *Handler) apiLift(c echo.Context) error {
	hold, _, err := h.bench.LiftHold(c.Request().Context(), lifecycle.HoldID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, asHoldJSON(hold))
}
