package shipment

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

func (h *Handler) apiShip(c echo.Context) error {
	in, err := web.Bind[struct {
		To    string          `json:"to" validate:"required,max=200"` // id or name
		Units []shelf.UnitRef `json:"units" validate:"required,min=1,max=200,dive"`
	}](c)
	if err != nil {
		return err
	}
	keys, err := shelf.KeysOf(in.Units)
	if err != nil {
		return err
	}
	sent, results, err := h.room.Ship(c.Request().Context(), in.To, keys)
	if err != nil {
		return err
	}
	items, err := shelf.Items(results, func(err error) any { return web.ProblemOf(c, err) })
	if err != nil {
		return err
	}
	return web.JSON(c, shelf.StatusOf(items), struct {
		ID lifecycle.ShipmentID `json:"id"`
		To lifecycle.OrgID      `json:"to"`
		web.List[shelf.Item]
	}{sent.ID, sent.To, web.NewList(items, "")})
}

// arrival is what was taken off the truck: units by name, or one by its code.
type arrival struct {
	Units   []shelf.UnitRef `json:"units" validate:"required_without=Payload,max=200,dive"`
	Payload string          `json:"payload" validate:"max=4096"`
}

func (h *Handler) apiReceive(c echo.Context) error {
	in, err := web.Bind[arrival](c)
	if err != nil {
		return err
	}
	keys, err := shelf.KeysOf(in.Units)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if in.Payload != "" {
		key, err := h.room.Scanned(ctx, in.Payload)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	results, err := h.room.Receive(ctx, lifecycle.ShipmentID(web.Param(c, "id")), keys)
	if err != nil {
		return err
	}
	items, err := shelf.Items(results, func(err error) any { return web.ProblemOf(c, err) })
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}
