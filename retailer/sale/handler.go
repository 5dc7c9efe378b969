package sale

import (
	"embed"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the till's doors.
type Handler struct {
	sale  *Sale
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(sale *Sale) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{sale, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/v1/sales/check", access.SaleCheck, h.check)
	r.POST("/v1/sales", access.SaleRecord, h.create)
	r.POST("/v1/sales/:id/void", access.SaleVoid, h.void)

	r.GET("/till", access.SaleCheck, h.till)
	r.GET("/till/sell", access.SaleCheck, h.form)
	r.POST("/till/sales", access.SaleRecord, h.submit)
	r.GET("/till/sales/:id", access.SaleRead, h.page)
	r.POST("/till/sales/:id/void", access.SaleVoid, h.submitVoid)
}

// keyInput is the unit, by its key. Its shape is checked in one place,
// lifecycle.ParseUnitKey.
type keyInput struct {
	Brand  string `form:"brand" validate:"required,brand"`
	Serial string `form:"serial" validate:"required,serial"`
}

func (h *Handler) check(c echo.Context) error {
	in, err := web.BindQuery[keyInput](c)
	if err != nil {
		return err
	}
	check, err := h.ask(c, in)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, checkBody{
		Org: check.Org, Brand: check.Key.Brand, Serial: check.Key.Serial, Verdict: check.Verdict,
		Reasons: web.Reasons(c, check.Reasons), AsOf: web.Time(check.AsOf), CheckedAt: web.Time(check.CheckedAt),
		Until: web.Time(check.Until), Signature: check.SignatureText(),
	})
}

func (h *Handler) ask(c echo.Context, in keyInput) (Check, error) {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return Check{}, err
	}
	return h.sale.Check(c.Request().Context(), web.Principal(c).Actor(), key)
}

// checkBody is a signed answer: service/docs/sales-check.md.
type checkBody struct {
	Org       lifecycle.OrgID     `json:"org"`
	Brand     string              `json:"brand"`
	Serial    string              `json:"serial"`
	Verdict   lifecycle.Verdict   `json:"verdict"`
	Reasons   []web.ProblemReason `json:"reasons"`
	AsOf      web.Time            `json:"as_of"`
	CheckedAt web.Time            `json:"checked_at"`
	Until     web.Time            `json:"valid_until"`
	Signature string              `json:"signature"`
}

// saleInput is what a till sells.
type saleInput struct {
	Brand   string   `json:"brand" form:"brand" validate:"required,brand"`
	Serial  string   `json:"serial" form:"serial" validate:"required,serial"`
	Receipt string   `json:"receipt" form:"receipt" validate:"max=64,printable"`
	SoldAt  web.Time `json:"sold_at" form:"sold_at"`
}

func (h *Handler) create(c echo.Context) error {
	in, err := web.Bind[saleInput](c)
	if err != nil {
		return err
	}
	sold, err := h.sell(c, in)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, bodyOf(sold))
}

func (h *Handler) sell(c echo.Context, in saleInput) (Sold, error) {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return Sold{}, err
	}
	order := Order{Key: key, Receipt: in.Receipt, SoldAt: in.soldAt()}
	return h.sale.Sell(c.Request().Context(), web.Principal(c).Actor(), order)
}

func (h *Handler) void(c echo.Context) error {
	sold, err := h.undo(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, bodyOf(sold))
}

func (h *Handler) undo(c echo.Context) (Sold, error) {
	return h.sale.Void(c.Request().Context(), web.Principal(c).Actor(), lifecycle.SaleID(c.Param("id")))
}

// saleBody is a recorded sale.
type saleBody struct {
	ID         lifecycle.SaleID `json:"id"`
	Brand      string           `json:"brand"`
	Serial     string           `json:"serial"`
	State      lifecycle.State  `json:"state"`
	SoldAt     web.Time         `json:"sold_at"`
	RecordedAt web.Time         `json:"recorded_at"`
	VoidedAt   web.Time         `json:"voided_at"`
	// Flagged: it was recorded after the fact and would have been refused.
	Flagged bool `json:"flagged"`
	// Parts are what else was in the box of a kit's hub.
	Parts []partBody `json:"parts,omitempty"`
}

// partBody is one of them; Reasons say why it was not sold.
type partBody struct {
	Brand   string             `json:"brand"`
	Serial  string             `json:"serial"`
	Sale    lifecycle.SaleID   `json:"sale,omitempty"`
	Reasons []lifecycle.Reason `json:"reasons,omitempty"`
}

func bodyOf(sold Sold) saleBody {
	var parts []partBody
	for _, part := range sold.Parts {
		parts = append(parts, partBody{part.Key.Brand, part.Key.Serial, part.Sale, part.Refused})
	}
	return saleBody{
		Parts: parts,
		ID:    sold.Sale.ID, Brand: sold.Unit.Key.Brand, Serial: sold.Unit.Key.Serial, State: sold.Unit.State,
		SoldAt: web.Time(sold.Sale.SoldAt), RecordedAt: web.Time(sold.Sale.RecordedAt),
		VoidedAt: web.Time(sold.Sale.VoidedAt), Flagged: sold.Flagged,
	}
}
