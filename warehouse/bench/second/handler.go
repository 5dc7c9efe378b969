package second

import (
	"embed"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

//go:embed templates/*.html
var templates embed.FS

// bench is the bench's own doors.
type bench interface {
	// Order answers with the order of the path as it is now.
	Order(c echo.Context) error
}

// Handler is the room's doors.
type Handler struct {
	room  *Room
	bench bench
	pages *web.Pages
}

// NewHandler parses the room's pages; bench is the bench's own handler.
func NewHandler(room *Room, bench bench) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, bench, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/bench/units/:brand/:serial/silent", access.TaskAttest, h.silentForm)
	r.POST("/bench/units/:brand/:serial/silent", access.TaskAttest, h.silent)
	r.GET("/bench/units/:brand/:serial/retire", access.UnitRetire, h.retireForm)
	r.POST("/bench/units/:brand/:serial/retire", access.UnitRetire, h.retire)
	r.GET("/bench/units/:brand/:serial/waive", access.WaiverSign, h.waiveForm)
	r.POST("/bench/units/:brand/:serial/waive", access.WaiverSign, h.waive)

	r.POST("/v1/orders/:id/silent", access.TaskAttest, h.apiSilent)
	r.POST("/v1/orders/:id/waive", access.WaiverSign, h.apiWaive)
	r.POST("/v1/units/:brand/:serial/retire", access.UnitRetire, h.apiRetire)
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

func orderOf(c echo.Context) lifecycle.OrderID { return lifecycle.OrderID(web.Param(c, "id")) }

// signature is the second person's own password.
type signature struct {
	SecondEmail    string `json:"second_email" form:"second_email" validate:"required,max=254"`
	SecondPassword string `json:"second_password" form:"second_password" validate:"required,max=1024"`
}

func (s signature) second() Person { return Person{Email: s.SecondEmail, Password: s.SecondPassword} }

// retirement is what ends a unit: the unit scanned once more, and the second
// person's own password.
type retirement struct {
	Scan           string `json:"scan" form:"scan" validate:"required,max=4096"`
	SecondEmail    string `json:"second_email" form:"second_email" validate:"required,max=254"`
	SecondPassword string `json:"second_password" form:"second_password" validate:"required,max=1024"`
}

func (r retirement) second() Person { return Person{Email: r.SecondEmail, Password: r.SecondPassword} }

func (h *Handler) apiRetire(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[retirement](c)
	if err != nil {
		return err
	}
	outcome, err := h.room.Retire(c.Request().Context(), key, in.Scan, in.second())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, shelf.ItemOf(outcome))
}

// waiver gives up a cloud, with the second person's own password.
type waiver struct {
	Cloud          string `json:"cloud" form:"cloud" validate:"required,max=64"`
	Reason         string `json:"reason" form:"reason" validate:"max=64"`
	SecondEmail    string `json:"second_email" form:"second_email" validate:"required,max=254"`
	SecondPassword string `json:"second_password" form:"second_password" validate:"required,max=1024"`
}

func (w waiver) what() Waiver { return Waiver{Cloud: w.Cloud, Reason: w.Reason} }

func (w waiver) second() Person { return Person{Email: w.SecondEmail, Password: w.SecondPassword} }

func (h *Handler) apiWaive(c echo.Context) error {
	in, err := web.Bind[waiver](c)
	if err != nil {
		return err
	}
	outcome, err := h.room.Waive(c.Request().Context(), orderOf(c), in.what(), in.second())
	if err != nil {
		return err
	}
	if outcome.Change.Unit.Custody == "" {
		return web.JSON(c, http.StatusOK, shelf.ItemOf(outcome)) // its order is nobody's bench's to read
	}
	return h.bench.Order(c)
}

func (h *Handler) apiSilent(c echo.Context) error {
	in, err := web.Bind[signature](c)
	if err != nil {
		return err
	}
	s, err := h.room.config.Shelf.Order(c.Request().Context(), orderOf(c))
	if err != nil {
		return err
	}
	if _, err := h.room.AttestSilent(c.Request().Context(), s.Unit.Key, in.second()); err != nil {
		return err
	}
	return h.bench.Order(c)
}
