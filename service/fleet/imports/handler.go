package imports

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/fleet/rows"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	imports *Imports
	pages   *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(imports *Imports) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{imports, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/v1/imports", access.ImportSend, h.apiReceive)
	r.GET("/v1/imports", access.ImportRead, h.apiList)
	r.GET("/v1/imports/:id", access.ImportRead, h.apiImport)
	r.GET("/v1/imports/:id/events", access.ImportRead, h.events)
	r.GET("/v1/imports/:id/errors", access.ImportRead, h.apiErrors)
	r.POST("/v1/imports/:id/columns", access.ImportChange, h.apiAssign)
	r.POST("/v1/imports/:id/start", access.ImportChange, h.apiStart)
	r.POST("/v1/imports/:id/cancel", access.ImportChange, h.apiCancel)

	r.GET("/imports", access.ImportRead, h.list)
	r.POST("/imports", access.ImportSend, h.receive)
	r.GET("/imports/:id", access.ImportRead, h.page)
	r.GET("/imports/:id/errors.csv", access.ImportRead, h.download)
	r.POST("/imports/:id/columns", access.ImportChange, h.assign)
	r.POST("/imports/:id/start", access.ImportChange, h.start)
	r.POST("/imports/:id/cancel", access.ImportChange, h.cancel)
}

func idOf(c echo.Context) lifecycle.ImportID { return lifecycle.ImportID(web.Param(c, "id")) }

// assignInput says which column is which, and what holds for every row.
type assignInput struct {
	Serial    string            `json:"serial" form:"column.serial" validate:"max=512"`
	Brand     string            `json:"brand" form:"column.brand" validate:"max=512"`
	GTIN      string            `json:"gtin" form:"column.gtin" validate:"max=512"`
	Model     string            `json:"model" form:"column.model" validate:"max=512"`
	DeviceKey string            `json:"device_key" form:"column.device_key" validate:"max=512"`
	SoldAt    string            `json:"sold_at" form:"column.sold_at" validate:"max=512"`
	Receipt   string            `json:"receipt" form:"column.receipt" validate:"max=512"`
	AllBrand  string            `json:"all_brand" form:"brand" validate:"max=64"`
	AllModel  lifecycle.ModelID `json:"all_model" form:"model" validate:"max=64"`
}

func (in assignInput) layout() lifecycle.ImportLayout {
	layout := lifecycle.ImportLayout{Columns: map[string]string{}, Brand: in.AllBrand, Model: in.AllModel}
	for name, column := range map[string]string{
		"serial": in.Serial, "brand": in.Brand, "gtin": in.GTIN, "model": in.Model, "device_key": in.DeviceKey,
		"sold_at": in.SoldAt, "receipt": in.Receipt,
	} {
		if column != "" {
			layout.Columns[name] = column
		}
	}
	return layout
}

// events tells whoever watches that an import has moved on.
func (h *Handler) events(c echo.Context) error {
	p, id := web.Principal(c), idOf(c)
	if _, err := h.imports.Look(c.Request().Context(), p, id); err != nil {
		return err
	}
	return web.Stream(c, func(ctx context.Context, send func(event, id string, data any) error) error {
		return h.imports.Follow(ctx, p, id, func(job lifecycle.Import) error {
			return send("change", strconv.FormatInt(job.ChangedAt.UnixMilli(), 10), bodyOf(job))
		})
	})
}

// Follow tells every change of an import until it is over or ctx ends.
func (i *Imports) Follow(ctx context.Context, p access.Principal, id lifecycle.ImportID, tell func(lifecycle.Import) error) error {
	ticks, stop := i.config.Watch()
	defer stop()
	var last time.Time
	for {
		job, err := i.Look(ctx, p, id)
		if err != nil {
			return err
		}
		if !job.ChangedAt.Equal(last) {
			last = job.ChangedAt
			if err := tell(job); err != nil {
				return err
			}
		}
		if job.State.Final() {
			return nil
		}
		select {
		case <-ticks:
		case <-ctx.Done():
			return nil
		}
	}
}

// download is every error as CSV. The values are a stranger's: rows.Writer keeps
// them from being run.
func (h *Handler) download(c echo.Context) error {
	ctx, p, id := c.Request().Context(), web.Principal(c), idOf(c)
	if _, err := h.imports.Look(ctx, p, id); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	header.Set(echo.HeaderContentDisposition, `attachment; filename="errors.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	out, err := rows.NewWriter(c.Response())
	if err == nil {
		err = out.Write("row", "column", "code", "error", "value")
	}
	page := lifecycle.Page{Limit: 200}
	for err == nil {
		var list []lifecycle.ImportError
		if list, page.After, err = h.imports.Errors(ctx, p, id, page); err != nil {
			break
		}
		for _, e := range list {
			sentence := web.Words(c).Text(e.Code, e.Args)
			if err := out.Write(strconv.FormatInt(e.Row, 10), e.Column, e.Code, sentence, e.Value); err != nil {
				return err
			}
		}
		if page.After == "" {
			return out.Flush()
		}
	}
	return err
}
