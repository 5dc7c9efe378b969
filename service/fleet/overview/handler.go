package overview

import (
	"embed"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	room  *Room
	pages *web.Pages
}

// NewHandler parses the room's page.
func NewHandler(room *Room) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room: room, pages: pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/overview", access.UnitRead, h.page)
	r.GET("/v1/overview", access.UnitRead, h.api)
}

// view is the page.
type view struct {
	Sight
	Bands   []lifecycle.AgeBand
	Strips  []Strip
	Columns []chart
}

// chart is one column chart and its table.
type chart struct {
	Name string // of its messages
	Bars Bars
	Days []lifecycle.DayCount // the newest first
}

func chartOf(name string, days []lifecycle.DayCount) chart {
	newest := make([]lifecycle.DayCount, 0, len(days))
	for i := range days {
		newest = append(newest, days[len(days)-1-i])
	}
	return chart{Name: name, Bars: barsOf(days), Days: newest}
}

func (h *Handler) page(c echo.Context) error {
	sight, err := h.room.Look(c.Request().Context(), web.Principal(c))
	if err != nil {
		return err
	}
	v := view{
		Sight: sight, Bands: lifecycle.AgeBands(), Strips: stripsOf(sight.Units),
	}
	// A vendor's desks, if it has any, are not where its units come back.
	if returns := chartOf("returns", sight.Returns); !sight.Vendor || returns.Bars.Most > 0 {
		v.Columns = append(v.Columns, returns)
	}
	if sight.Vendor {
		v.Columns = append(v.Columns, chartOf("came-back", sight.CameBack))
	}
	return h.pages.Render(c, http.StatusOK, "overview.html", v)
}

// body is the overview in JSON. A count of lifecycle.CountCap means at least so
// many.
type body struct {
	AsOf     web.Time    `json:"as_of"`
	Units    []unitsBody `json:"units"`
	Made     []unitsBody `json:"made,omitempty"`
	Waits    []waitBody  `json:"waits"`
	Stuck    []stuckBody `json:"stuck"`
	Returns  []dayBody   `json:"returns"`
	CameBack []dayBody   `json:"came_back,omitempty"`
	Flags    []flagBody  `json:"flags,omitempty"`
}

type unitsBody struct {
	State lifecycle.State             `json:"state"`
	Units Count                       `json:"units"`
	Ages  map[lifecycle.AgeBand]Count `json:"ages,omitempty"`
}

type waitBody struct {
	For   Waiter   `json:"for"`
	Cloud string   `json:"cloud,omitempty"`
	Units Count    `json:"units"`
	Since web.Time `json:"since,omitzero"`
}

type stuckBody struct {
	Brand   string   `json:"brand"`
	Serial  string   `json:"serial"`
	Custody string   `json:"custody"`
	Cloud   string   `json:"cloud,omitempty"`
	Attempt int      `json:"attempt"`
	Since   web.Time `json:"since"`
	Code    string   `json:"code,omitempty"`
}

type dayBody struct {
	Day   string `json:"day"` // RFC 3339 full-date, UTC
	Count int    `json:"count"`
}

type flagBody struct {
	Severity lifecycle.Severity `json:"severity"`
	Count    int                `json:"count"`
}

func (h *Handler) api(c echo.Context) error {
	sight, err := h.room.Look(c.Request().Context(), web.Principal(c))
	if err != nil {
		return err
	}
	out := body{
		AsOf: web.Time(sight.AsOf), Units: unitsBodies(sight.Units, true), Made: unitsBodies(sight.Made, false),
		Waits: []waitBody{}, Stuck: []stuckBody{}, Returns: dayBodies(sight.Returns), CameBack: dayBodies(sight.CameBack),
	}
	for _, w := range sight.Waits {
		out.Waits = append(out.Waits, waitBody{w.For, w.Cloud, w.Units, web.Time(w.Since)})
	}
	for _, s := range sight.Stuck {
		out.Stuck = append(out.Stuck, stuckBody{s.Key.Brand, s.Key.Serial, s.Holder, s.Cloud, s.Attempt, web.Time(s.FirstAt), s.Code})
	}
	for _, f := range sight.Flags {
		out.Flags = append(out.Flags, flagBody{f.Severity, f.Count})
	}
	return web.JSON(c, http.StatusOK, out)
}

func unitsBodies(rows []StateRow, aged bool) []unitsBody {
	bodies := []unitsBody{}
	for _, row := range rows {
		b := unitsBody{State: row.State, Units: row.Units}
		if aged {
			b.Ages = map[lifecycle.AgeBand]Count{}
			for i, band := range lifecycle.AgeBands() {
				b.Ages[band] = row.Bands[i]
			}
		}
		bodies = append(bodies, b)
	}
	return bodies
}

func dayBodies(days []lifecycle.DayCount) []dayBody {
	bodies := make([]dayBody, len(days))
	for i, day := range days {
		bodies[i] = dayBody{day.Day.Format(time.DateOnly), day.Count}
	}
	return bodies
}
