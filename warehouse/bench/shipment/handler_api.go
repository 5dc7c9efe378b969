package bench

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) apiShip(c echo.Context) error {
	in, err := web.Bind[struct {
		To    string    `json:"to" validate:"required,max=200"` // id or name
		Units []unitRef `json:"units" validate:"required,min=1,max=200,dive"`
	}](c)
	if err != nil {
		return err
	}
	keys, err := keysOf(in.Units)
	if err != nil {
		return err
	}
	sent, results, err := h.bench.Ship(c.Request().Context(), in.To, keys)
	if err != nil {
		return err
	}
	items, err := h.items(c, results)
	if err != nil {
		return err
	}
	return web.JSON(c, statusOf(items), struct {
		ID lifecycle.ShipmentID `json:"id"`
		To lifecycle.OrgID      `json:"to"`
		web.List[itemJSON]
	}{sent.ID, sent.To, web.NewList(items, "")})
}

// arrival is what was taken off the truck: units by name, or one by its code.
type arrival struct {
	Units   []unitRef `json:"units" validate:"required_without=Payload,max=200,dive"`
	Payload string    `json:"payload" validate:"max=4096"`
}

func (h *Handler) apiReceive(c echo.Context) error {
	in, err := web.Bind[arrival](c)
	if err != nil {
		return err
	}
	keys, err := keysOf(in.Units)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if in.Payload != "" {
		key, err := h.bench.Scanned(ctx, in.Payload)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	results, err := h.bench.Receive(ctx, lifecycle.ShipmentID(web.Param(c, "id")), keys)
	if err != nil {
		return err
	}
	items, err := h.items(c, results)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}
