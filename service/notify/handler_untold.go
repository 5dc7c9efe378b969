package notify

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/notice"
	"quitclaim/service/web"
)

// untoldJSON is something of which not everybody could be told.
type untoldJSON struct {
	Source    notice.Source `json:"source"`
	Error     string        `json:"error"`
	Tries     int           `json:"tries"`
	FirstAt   web.Time      `json:"first_at"`
	NextAt    web.Time      `json:"next_at"`
	GivenUpAt web.Time      `json:"given_up_at"`
}

// untold lists, for operators, what could not be told.
func (h *Handler) untold(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Untold(c.Request().Context(), page)
	if err != nil {
		return err
	}
	items := make([]untoldJSON, len(list))
	for i, u := range list {
		items[i] = untoldJSON{u.Source, u.Error, u.Tries, web.Time(u.FirstAt), web.Time(u.NextAt), web.Time(u.GivenUpAt)}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}

// tryUntold has all of it tried again now.
func (h *Handler) tryUntold(c echo.Context) error {
	count, err := h.room.TryUntold(c.Request().Context())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, map[string]int64{"tried": count})
}
