package sweep

import (
	"embed"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors: the API and the security officer's pages.
type Handler struct {
	sweep *Sweep
	pages *web.Pages
}

// NewHandler reads the pages.
func NewHandler(sweep *Sweep) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, fmt.Errorf("pages of the sweeps: %w", err)
	}
	return &Handler{sweep, pages}, nil
}

// Mount registers every route of the room.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/v1/flags", access.FlagRead, h.list)
	r.GET("/v1/flags/:id", access.FlagRead, h.get)
	r.POST("/v1/flags/:id/acknowledge", access.FlagWork, h.acknowledge)
	r.POST("/v1/flags/:id/resolve", access.FlagWork, h.resolve)
	r.GET("/v1/sweeps", access.FlagRead, h.sweeps)
	r.POST("/v1/sweeps/:job", access.SweepRun, h.run)

	r.GET("/flags", access.FlagRead, h.page)
	r.GET("/flags/:id", access.FlagRead, h.one)
	r.POST("/flags/:id", access.FlagWork, h.work)
	r.POST("/flags/sweeps/:job", access.SweepRun, h.runFromPage)
}

type flagJSON struct {
	ID       lifecycle.FlagID    `json:"id"`
	Kind     string              `json:"kind"`
	Severity lifecycle.Severity  `json:"severity"`
	State    lifecycle.FlagState `json:"state"`
	Unit     *unitJSON           `json:"unit,omitempty"`
	Evidence map[string]string   `json:"evidence"`
	FirstAt  web.Time            `json:"first_at"`
	LastAt   web.Time            `json:"last_at"`
	DoneAt   web.Time            `json:"done_at"`
	// Reopened is how often its cause came back after it had been settled.
	Reopened   int         `json:"reopened"`
	ReopenedAt web.Time    `json:"reopened_at"`
	History    []roundJSON `json:"history,omitempty"`
}

// roundJSON is how the flag stood when it had been settled.
type roundJSON struct {
	Severity   lifecycle.Severity `json:"severity"`
	Evidence   map[string]string  `json:"evidence"`
	DoneAt     web.Time           `json:"done_at"`
	ReopenedAt web.Time           `json:"reopened_at"`
}

type unitJSON struct {
	Brand  string          `json:"brand"`
	Serial string          `json:"serial"`
	State  lifecycle.State `json:"state,omitempty"`
}

func asJSON(f Found) flagJSON {
	flag := flagJSON{
		ID: f.ID, Kind: f.Kind, Severity: f.Severity, State: f.Flag.State, Evidence: f.Evidence,
		FirstAt: web.Time(f.FirstAt), LastAt: web.Time(f.LastAt), DoneAt: web.Time(f.DoneAt),
		Reopened: f.Reopened, ReopenedAt: web.Time(f.ReopenedAt),
	}
	if f.Unit != "" {
		flag.Unit = &unitJSON{Brand: f.Key.Brand, Serial: f.Key.Serial, State: f.State}
	}
	return flag
}

type listQuery struct {
	State string `form:"state" validate:"omitempty,oneof=open acknowledged resolved"`
	Kind  string `form:"kind" validate:"omitempty,max=64,printable"`
}

func (h *Handler) query(c echo.Context) ([]Found, string, listQuery, error) {
	query, err := web.BindQuery[listQuery](c)
	if err != nil {
		return nil, "", query, err
	}
	page, err := web.PageOf(c)
	if err != nil {
		return nil, "", query, err
	}
	filter := lifecycle.FlagFilter{Kind: query.Kind, State: lifecycle.FlagState(query.State)}
	found, next, err := h.sweep.List(c.Request().Context(), filter, lifecycle.Page{Limit: page.Limit, After: page.After})
	return found, next, query, err
}

func (h *Handler) list(c echo.Context) error {
	found, next, _, err := h.query(c)
	if err != nil {
		return err
	}
	flags := make([]flagJSON, len(found))
	for i, f := range found {
		flags[i] = asJSON(f)
	}
	return web.JSON(c, http.StatusOK, web.NewList(flags, next))
}

func (h *Handler) get(c echo.Context) error {
	found, err := h.sweep.Get(c.Request().Context(), lifecycle.FlagID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	rounds, err := h.sweep.History(c.Request().Context(), found.Flag)
	if err != nil {
		return err
	}
	answer := asJSON(found)
	for _, r := range rounds {
		answer.History = append(answer.History, roundJSON{r.Severity, r.Evidence, web.Time(r.DoneAt), web.Time(r.ReopenedAt)})
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (h *Handler) acknowledge(c echo.Context) error { return h.move(c, lifecycle.FlagAcknowledged) }

func (h *Handler) resolve(c echo.Context) error { return h.move(c, lifecycle.FlagResolved) }

func (h *Handler) move(c echo.Context, to lifecycle.FlagState) error {
	found, err := h.sweep.Work(c.Request().Context(), lifecycle.FlagID(web.Param(c, "id")), to)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, asJSON(found))
}
