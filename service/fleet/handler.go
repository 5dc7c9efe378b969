package fleet

import (
	"embed"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	fleet  *Fleet
	pages  *web.Pages
	routes *web.Routes // which pages of other rooms there are to lead to
}

// NewHandler parses the room's pages.
func NewHandler(fleet *Fleet) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{fleet: fleet, pages: pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	h.routes = r
	r.POST("/v1/units", access.UnitRegister, h.apiRegister)
	r.GET("/v1/units", access.UnitRead, h.apiList)
	r.GET("/v1/units/:brand/:serial", access.UnitRead, h.apiUnit)
	r.GET("/v1/units/:brand/:serial/history", access.UnitHistory, h.apiHistory)
	r.POST("/v1/units/:brand/:serial/confirm", access.UnitRegister, h.apiConfirm)

	r.GET("/v1/search", access.UnitRead, h.apiSearch)

	r.GET("/search", access.UnitRead, h.search)
	r.GET("/units", access.UnitRead, h.list)
	r.GET("/units/new", access.UnitRegister, h.registerForm)
	r.POST("/units", access.UnitRegister, h.register)
	r.GET("/units/:brand/:serial", access.UnitRead, h.unit)
	r.POST("/units/:brand/:serial/confirm", access.UnitRegister, h.confirm)
}

// keyOf is the unit in the path. What can be no key is not found, like any
// other unit that is not on record.
func keyOf(c echo.Context) (lifecycle.UnitKey, error) {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return lifecycle.UnitKey{}, fmt.Errorf("no such unit: %w", lifecycle.ErrNotFound)
	}
	return key, nil
}

// unitPath is the page of a unit.
func unitPath(key lifecycle.UnitKey) string {
	return "/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

type registerInput struct {
	Brand     string            `json:"brand" form:"brand" validate:"required"`
	Serial    string            `json:"serial" form:"serial" validate:"required"`
	Model     lifecycle.ModelID `json:"model" form:"model"`
	GTIN      string            `json:"gtin" form:"gtin"`
	DeviceKey string            `json:"device_key" form:"device_key"` // base64 (RFC 4648 section 4) of 32 bytes
}

func (h *Handler) enter(c echo.Context) (registerInput, lifecycle.Unit, error) {
	ctx, p := c.Request().Context(), web.Principal(c)
	in, err := web.Bind[registerInput](c)
	registration := Registration{
		Brand: in.Brand, Serial: in.Serial, Model: in.Model, GTIN: in.GTIN, DeviceKey: decodeKey(in.DeviceKey),
	}
	if err := web.AllMistakes(err, h.fleet.Check(ctx, p, registration)); err != nil {
		return in, lifecycle.Unit{}, err
	}
	unit, err := h.fleet.Register(ctx, p, registration)
	return in, unit, err
}

type confirmInput struct {
	DeviceKey string `json:"device_key" form:"device_key"`
}

func (h *Handler) say(c echo.Context) (lifecycle.Unit, error) {
	key, err := keyOf(c)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	in, err := web.Bind[confirmInput](c)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	return h.fleet.Confirm(c.Request().Context(), web.Principal(c), key, decodeKey(in.DeviceKey))
}

// listInput is the query of a list.
type listInput struct {
	Brand  string          `form:"brand" validate:"max=64"`
	Serial string          `form:"serial" validate:"max=64"`
	State  lifecycle.State `form:"state" validate:"omitempty,oneof=stock sold bound returned reset certified retired"`
	Made   bool            `form:"made"`
}

// rows is one part of a list, or what a serial finds.
func (h *Handler) rows(c echo.Context, in listInput) ([]Row, string, error) {
	ctx, p := c.Request().Context(), web.Principal(c)
	if in.Serial != "" {
		rows, err := h.fleet.Search(ctx, p, in.Brand, in.Serial)
		return rows, "", err
	}
	page, err := web.PositionOf(c)
	if err != nil {
		return nil, "", err
	}
	return h.fleet.List(ctx, p, Filter{State: in.State, Made: in.Made}, page)
}

func (h *Handler) apiList(c echo.Context) error {
	in, err := web.BindQuery[listInput](c)
	if err != nil {
		return err
	}
	rows, next, err := h.rows(c, in)
	if err != nil {
		return err
	}
	items := make([]rowBody, len(rows))
	for i, row := range rows {
		items[i] = rowBodyOf(row)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}
