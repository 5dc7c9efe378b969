package station

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountAPI(r *web.Routes) {
	r.GET("/v1/stations", access.StationRead, h.apiStations)
	r.POST("/v1/stations", access.StationManage, h.apiEnrol)
	r.DELETE("/v1/stations/:id", access.StationManage, h.apiEnd)
	r.POST("/v1/people/:id/badge", access.StationManage, h.apiIssueBadge)
	r.DELETE("/v1/people/:id/badge", access.StationManage, h.apiEndBadge)
}

// stationBody is a station in JSON. Code is its one-time code, once, in the
// answer that made it.
type stationBody struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Idle       int      `json:"idle_minutes"`
	Wrong      int64    `json:"wrong"`
	Code       string   `json:"code,omitempty"`
	Link       string   `json:"link,omitempty"`
	CreatedAt  web.Time `json:"created_at"`
	EnrolledAt web.Time `json:"enrolled_at"`
	EndedAt    web.Time `json:"ended_at"`
}

func stationBodyOf(s Enrolled) stationBody {
	return stationBody{
		ID: s.ID, Name: s.Name, Idle: int(s.Idle / time.Minute), Wrong: s.Wrong, Code: s.Code, Link: s.Link,
		CreatedAt: web.Time(s.CreatedAt), EnrolledAt: web.Time(s.EnrolledAt), EndedAt: web.Time(s.EndedAt),
	}
}

func (h *Handler) apiStations(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Stations(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	items := make([]stationBody, len(list))
	for i, station := range list {
		items[i] = stationBodyOf(Enrolled{Station: station})
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}

func (h *Handler) apiEnrol(c echo.Context) error {
	in, err := web.Bind[stationForm](c)
	if err != nil {
		return err
	}
	made, err := h.room.Enrol(c.Request().Context(), web.Principal(c), in.Name, time.Duration(in.Idle)*time.Minute)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, stationBodyOf(made))
}

func (h *Handler) apiEnd(c echo.Context) error {
	if err := h.room.End(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// badgeBody is a new badge in JSON, with its code, once.
type badgeBody struct {
	ID     string             `json:"id"`
	Person lifecycle.PersonID `json:"person"`
	Code   string             `json:"code"`
	MadeAt web.Time           `json:"made_at"`
}

func (h *Handler) apiIssueBadge(c echo.Context) error {
	made, err := h.room.IssueBadge(c.Request().Context(), web.Principal(c), lifecycle.PersonID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, badgeBody{made.ID, made.Person, made.Code, web.Time(made.MadeAt)})
}

func (h *Handler) apiEndBadge(c echo.Context) error {
	err := h.room.EndBadge(c.Request().Context(), web.Principal(c), lifecycle.PersonID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
