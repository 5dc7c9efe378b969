package signin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

func (h *Handler) endSession(c echo.Context) error {
	if err := web.EndSessionOf(c, web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=session-ended")
}

func (h *Handler) endOtherSessions(c echo.Context) error {
	if err := web.EndOtherSessions(c); err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=sessions-ended")
}

// sessionBody is a session in JSON.
type sessionBody struct {
	ID      string       `json:"id"`
	Means   access.Means `json:"means,omitempty"`
	Browser string       `json:"browser,omitempty"`
	System  string       `json:"system,omitempty"`
	Since   web.Time     `json:"since"`
	SeenAt  web.Time     `json:"seen_at"`
	Here    bool         `json:"here"`
}

func (h *Handler) apiSessions(c echo.Context) error {
	list, err := web.OpenSessions(c)
	if err != nil {
		return err
	}
	items := make([]sessionBody, len(list))
	for i, s := range list {
		items[i] = sessionBody{s.ID, s.Means, s.Browser, s.System, web.Time(s.Since), web.Time(s.Seen), s.Here}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}

func (h *Handler) apiEndSession(c echo.Context) error {
	if err := web.EndSessionOf(c, web.Param(c, "id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
