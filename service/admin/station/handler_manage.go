package station

import (
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountManage(r *web.Routes) {
	r.GET("/stations", access.StationRead, h.stations)
	r.POST("/stations", access.StationManage, h.enrol)
	r.POST("/stations/:id/end", access.StationManage, h.end)
	r.POST("/stations/alarms/:id/seen", access.AlarmWork, h.seeAlarm)
	r.GET("/stations/badges", access.StationManage, h.badges)
	r.POST("/stations/badges/:person/issue", access.StationManage, h.issueBadge)
	r.POST("/stations/badges/:person/end", access.StationManage, h.endBadge)
}

// stationsView is the page of an organisation's stations and alarms.
type stationsView struct {
	Stations []access.Station
	Next     string
	Alarms   []Alarm
	Now      time.Time
	Manages  bool
	Works    bool
	Form     stationForm
	Idles    []web.Option
	Mistakes *lifecycle.Invalid
}

type stationForm struct {
	Name string `form:"name" json:"name" validate:"required,printable,max=60"`
	Idle int    `form:"idle" json:"idle_minutes" validate:"required"`
}

// idles are the times to choose from, in minutes.
func idles() []web.Option {
	var options []web.Option
	for _, minutes := range []string{"1", "2", "5", "15", "60"} {
		options = append(options, web.Option{Value: minutes, Message: "station.idle-" + minutes})
	}
	return options
}

func (h *Handler) stations(c echo.Context) error {
	return h.showStations(c, http.StatusOK, stationsView{Form: stationForm{Idle: 2}})
}

func (h *Handler) showStations(c echo.Context, status int, view stationsView) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Stations(ctx, p, page)
	if err != nil {
		return err
	}
	if view.Alarms, err = h.room.Alarms(ctx, p); err != nil {
		return err
	}
	view.Stations, view.Next, view.Idles, view.Now = list, web.NextCursor(next), idles(), h.room.config.Now()
	view.Manages, view.Works = access.Allowed(p, access.StationManage), access.Allowed(p, access.AlarmWork)
	return h.pages.Render(c, status, "stations.html", view)
}

func (h *Handler) enrol(c echo.Context) error {
	in, err := web.Bind[stationForm](c)
	var made Enrolled
	if err == nil {
		made, err = h.room.Enrol(c.Request().Context(), web.Principal(c), in.Name, time.Duration(in.Idle)*time.Minute)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showStations(c, http.StatusUnprocessableEntity, stationsView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusCreated, "station-made.html", made)
}

func (h *Handler) end(c echo.Context) error {
	if err := h.room.End(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/stations?done=station-ended")
}

func (h *Handler) seeAlarm(c echo.Context) error {
	if err := h.room.SeeAlarm(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/stations?done=alarm-seen")
}

// badgesView is the page of the staff's badges.
type badgesView struct {
	Holders []Holder
	Next    string
}

func (h *Handler) badges(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Holders(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "badges.html", badgesView{list, web.NextCursor(next)})
}

// badgeView is the sheet that a badge is cut out of.
type badgeView struct {
	IssuedBadge
	Picture template.HTML
}

func (h *Handler) issueBadge(c echo.Context) error {
	p := web.Principal(c)
	made, err := h.room.IssueBadge(c.Request().Context(), p, lifecycle.PersonID(web.Param(c, "person")))
	if err != nil {
		return err
	}
	// The size of a payment card: ISO/IEC 7810, ID-1, less the rim of its holder.
	card := label.Label{Code: made.Code, Lines: []string{made.Holder.Name, p.OrgName}, WidthMM: 80, HeightMM: 48, DPI: 300}
	picture, err := card.SVG()
	if err != nil {
		return fmt.Errorf("draw badge: %w", err)
	}
	view := badgeView{made, template.HTML(picture)} //nolint:gosec // label escapes every text in it
	return h.pages.Render(c, http.StatusCreated, "badge.html", view)
}

func (h *Handler) endBadge(c echo.Context) error {
	err := h.room.EndBadge(c.Request().Context(), web.Principal(c), lifecycle.PersonID(web.Param(c, "person")))
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/stations/badges?done=badge-ended")
}
