package oidc

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

func (h *Handler) mountAccount(r *web.Routes) {
	r.GET("/account/providers", access.AccountRead, h.ways)
	r.POST("/account/providers/:provider/link", access.AccountLink, h.link)
	r.POST("/account/providers/:provider/unlink", access.AccountLink, h.unlink)
	r.GET("/v1/account/providers", access.AccountRead, h.apiWays)
	r.DELETE("/v1/account/providers/:provider", access.AccountLink, h.apiUnlink)
}

// waysView is the page of one's own ways in through providers.
type waysView struct {
	Linked, Open []Way
}

func (h *Handler) ways(c echo.Context) error {
	ways, err := h.room.Ways(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	var view waysView
	for _, way := range ways {
		if way.Linked.Person != "" {
			view.Linked = append(view.Linked, way)
		} else {
			view.Open = append(view.Open, way)
		}
	}
	return h.pages.Render(c, http.StatusOK, "ways.html", view)
}

func (h *Handler) link(c echo.Context) error {
	person := web.Principal(c).Person
	if err := h.room.MayLink(c.Request().Context(), person, web.Param(c, "provider")); err != nil {
		return err
	}
	if err := web.DemandSession(c); err != nil {
		return err
	}
	return h.depart(c, Begin{Purpose: access.ForLink, Person: person, Next: "/account/providers"})
}

// unlinked ends the way in of the path, and leaves the session that asks.
func (h *Handler) unlinked(c echo.Context) error {
	here, err := web.PresentSession(c)
	if err != nil {
		return err
	}
	return h.room.Unlink(c.Request().Context(), web.Principal(c).Person, web.Param(c, "provider"), here)
}

func (h *Handler) unlink(c echo.Context) error {
	if err := h.unlinked(c); err != nil {
		return err
	}
	return web.SeeOther(c, "/account/providers?done=provider-unlinked")
}

// wayBody is a way in in JSON.
type wayBody struct {
	Provider string   `json:"provider"`
	Name     string   `json:"name"`
	LinkedAt web.Time `json:"linked_at"`
}

func (h *Handler) apiWays(c echo.Context) error {
	ways, err := h.room.Ways(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	items := make([]wayBody, 0, len(ways))
	for _, way := range ways {
		items = append(items, wayBody{way.Provider.ID, way.Provider.Name, web.Time(way.Linked.LinkedAt)})
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}

func (h *Handler) apiUnlink(c echo.Context) error {
	if err := h.unlinked(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
