package bench

import (
	"embed"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the bench's doors: pages for people, JSON for machines, both
// calling the same methods.
type Handler struct {
	bench *Bench
	pages *web.Pages
}

// NewHandler parses the pages.
func NewHandler(b *Bench) (*Handler, error) {
	pages, err := web.ParsePages(templates, shelf.Templates)
	if err != nil {
		return nil, err
	}
	return &Handler{bench: b, pages: pages}, nil
}

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/bench", access.OrderRead, h.list)
	r.POST("/bench/scan", access.BenchWork, h.scan)
	r.GET("/bench/commands", access.OrderRead, h.commands)
	r.GET("/bench/units/:brand/:serial", access.OrderRead, h.unit)
	r.POST("/bench/units/:brand/:serial/codes", access.TaskAttest, h.codes)
	r.POST("/bench/units/:brand/:serial/checks", access.TaskAttest, h.check)
	r.POST("/bench/units/:brand/:serial/undo", access.TaskAttest, h.undo)
	r.POST("/bench/units/:brand/:serial/presence", access.TaskAttest, h.presence)
	r.POST("/bench/units/:brand/:serial/reopen", access.UnitReopen, h.reopen)
	r.POST("/bench/units/:brand/:serial/holds", access.HoldPlace, h.hold)
	r.POST("/bench/units/:brand/:serial/lift", access.HoldLift, h.lift)

	r.GET("/v1/orders/:id", access.OrderRead, h.Order)
	r.GET("/v1/orders/:id/events", access.OrderRead, h.apiEvents)
	r.POST("/v1/orders/:id/tasks/:task/attest", access.TaskAttest, h.apiAttest)
	r.POST("/v1/orders/:id/undo", access.TaskAttest, h.apiUndo)
	r.POST("/v1/orders/:id/presence", access.TaskAttest, h.apiPresence)
	r.POST("/v1/units/:brand/:serial/reopen", access.UnitReopen, h.apiReopen)
	r.POST("/v1/holds", access.HoldPlace, h.apiHold)
	r.POST("/v1/holds/:id/lift", access.HoldLift, h.apiLift)
}

// keyOf is the unit that the path names. A key that cannot be is as unknown as
// one that is not.
func keyOf(c echo.Context) (lifecycle.UnitKey, error) {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return key, lifecycle.ErrNotFound
	}
	return key, nil
}
