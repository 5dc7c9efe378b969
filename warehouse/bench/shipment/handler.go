package shipment

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

// Handler is the room's doors.
type Handler struct {
	room  *Room
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(room *Room) (*Handler, error) {
	pages, err := web.ParsePages(templates, shelf.Templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/shipments", access.ShipmentSend, h.shipments)
	r.POST("/shipments", access.ShipmentSend, h.ship)
	r.POST("/shipments/receive", access.ShipmentReceive, h.receive)

	r.POST("/v1/shipments", access.ShipmentSend, h.apiShip)
	r.POST("/v1/shipments/:id/receive", access.ShipmentReceive, h.apiReceive)
}

// shipmentsView is what comes, what leaves, and the two forms for it.
type shipmentsView struct {
	Coming    []shelf.Parcel
	Leaving   []shelf.Parcel
	More      bool // one of the lists is longer than what is shown
	Receivers []access.Organisation
	// What was sent last and was wrong, and in which of the two forms.
	Failed    string
	To, Units string
	Mistakes  *lifecycle.Invalid
}

// roadShown is how much of each list the page shows: a truck, not an archive.
const roadShown = 100

func (h *Handler) shipments(c echo.Context) error {
	view := shipmentsView{}
	if key, err := lifecycle.ParseUnitKey(c.QueryParam("brand"), c.QueryParam("serial")); err == nil {
		view.Units = key.Brand + "/" + key.Serial
	}
	return h.renderShipments(c, http.StatusOK, view)
}

func (h *Handler) renderShipments(c echo.Context, status int, view shipmentsView) (err error) {
	ctx, page := c.Request().Context(), lifecycle.Page{Limit: roadShown}
	var moreComing, moreLeaving string
	if view.Coming, moreComing, err = h.room.config.Shelf.Arriving(ctx, page); err != nil {
		return err
	}
	if view.Leaving, moreLeaving, err = h.room.config.Shelf.Departing(ctx, page); err != nil {
		return err
	}
	view.More = moreComing != "" || moreLeaving != ""
	if view.Receivers, err = h.room.Receivers(ctx); err != nil {
		return err
	}
	return h.pages.Render(c, status, "shipments.html", view)
}

func (h *Handler) ship(c echo.Context) error {
	in, err := web.Bind[struct {
		To    string `form:"to" validate:"required,max=200"`
		Units string `form:"units" validate:"required,max=20000"`
	}](c)
	ctx := c.Request().Context()
	var keys []lifecycle.UnitKey
	if err == nil {
		keys, err = h.room.config.Shelf.Lines(ctx, in.Units)
	}
	var results []shelf.Result
	if err == nil {
		_, results, err = h.room.Ship(ctx, in.To, keys)
	}
	if mistakes := web.Mistakes(err); mistakes != nil {
		view := shipmentsView{Failed: "ship", To: in.To, Units: in.Units, Mistakes: mistakes}
		return h.renderShipments(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return h.shipped(c, results)
}

// shipped goes back to the lists where all went well, else it says what of it.
func (h *Handler) shipped(c echo.Context, results []shelf.Result) error {
	view := shelf.ResultsOf(results)
	view.Title, view.Back = "bench.results-shipped", "/shipments"
	switch {
	case view.Refused == 0:
		return web.SeeOther(c, "/shipments?done=bench-shipped")
	case view.Done == 0:
		return h.pages.Render(c, http.StatusConflict, "results.html", view)
	}
	return h.pages.Render(c, http.StatusOK, "results.html", view)
}

func (h *Handler) receive(c echo.Context) error {
	in, err := web.Bind[struct {
		Payload string `form:"payload" validate:"required,max=4096"`
	}](c)
	ctx := c.Request().Context()
	var key lifecycle.UnitKey
	if err == nil {
		key, err = h.room.Scanned(ctx, in.Payload)
	}
	if mistakes := web.Mistakes(err); mistakes != nil {
		return h.renderShipments(c, http.StatusUnprocessableEntity, shipmentsView{Failed: "receive", Mistakes: mistakes})
	}
	if err != nil {
		return err
	}
	results, err := h.room.Receive(ctx, "", []lifecycle.UnitKey{key})
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return results[0].Err
	}
	return web.SeeOther(c, "/shipments?done=bench-received")
}
