package owner

import (
	"context"
	"strconv"

	"github.com/labstack/echo/v4"

	"quitclaim/service/web"
)

// events tells an open page that something happened to its unit, and not what:
// the page asks for itself again, and is answered as anybody who asks.
func (h *Handler) events(c echo.Context) error {
	actor, key := actorOf(c), keyOf(c)
	if _, err := h.owner.Look(c.Request().Context(), actor.Person, key); err != nil {
		return err
	}
	return web.Stream(c, func(ctx context.Context, send func(event, id string, data any) error) error {
		return h.owner.Watch(ctx, actor, key, func(place int64) error {
			return send("change", strconv.FormatInt(place, 10), struct{}{})
		})
	})
}
