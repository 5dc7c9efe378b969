package batch

import (
	"embed"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/retailer/desk/queue"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// doors are the desk's own: what waited becomes a return there.
type doors interface {
	TakeQueued(c echo.Context, key lifecycle.UnitKey, condition, reason string, scanned time.Time) error
}

// Handler is the room's doors.
type Handler struct {
	room  *Room
	desk  doors
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(room *Room, desk doors) (*Handler, error) {
	pages, err := web.ParsePages(templates, queue.Templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, desk, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/v1/returns/queued", access.ReturnOpen, h.createQueued)
	r.GET("/v1/batches", access.ReturnRead, h.listBatches)
	r.POST("/v1/batches", access.ReturnOpen, h.createBatch)
	r.GET("/v1/batches/:id", access.ReturnRead, h.readBatch)
	r.POST("/v1/batches/:id/entries", access.ReturnOpen, h.enter)
	r.POST("/v1/batches/:id/entries/:entry/settle", access.ReturnOpen, h.settle)
	r.POST("/v1/batches/:id/again", access.ReturnOpen, h.again)
	r.POST("/v1/batches/:id/close", access.BatchClose, h.closeBatch)

	r.GET("/desk/offline", access.AssetRead, h.offline)
	r.GET("/desk/batches", access.ReturnRead, h.batchesPage)
	r.POST("/desk/batches", access.ReturnOpen, h.submitBatch)
	r.GET("/desk/batches/:id", access.ReturnRead, h.batchPage)
	r.GET("/desk/batches/:id/summary", access.ReturnRead, h.summaryPage)
	r.POST("/desk/batches/:id/entries", access.ReturnOpen, h.submitEntry)
	r.POST("/desk/batches/:id/entries/:entry/settle", access.ReturnOpen, h.submitSettle)
	r.POST("/desk/batches/:id/again", access.ReturnOpen, h.submitAgain)
	r.POST("/desk/batches/:id/close", access.BatchClose, h.submitClose)
}

type batchInput struct {
	Condition string `json:"condition" form:"condition" validate:"required,oneof=sealed as-new used damaged dead"`
	Reason    string `json:"reason" form:"reason" validate:"required,oneof=changed-mind faulty wrong-product duplicate trade-in other"`
}

func (h *Handler) createBatch(c echo.Context) error {
	in, err := web.Bind[batchInput](c)
	if err != nil {
		return err
	}
	batch, err := h.room.Open(c.Request().Context(), web.Principal(c).Actor(), in.Condition, in.Reason)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/batches/"+url.PathEscape(string(batch.ID)))
	return web.JSON(c, http.StatusCreated, batchBodyOf(batch))
}

func (h *Handler) listBatches(c echo.Context) error {
	list, next, err := h.batches(c)
	if err != nil {
		return err
	}
	items := make([]batchBody, len(list))
	for i, batch := range list {
		items[i] = batchBodyOf(batch)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, next))
}

// batches is a page of the list, and the cursor of the next.
func (h *Handler) batches(c echo.Context) ([]lifecycle.Batch, string, error) {
	page, err := web.PageOf(c)
	if err != nil {
		return nil, "", err
	}
	at := lifecycle.Page{Limit: page.Limit}
	if page.After != "" {
		parts, err := web.DecodeCursor(page.After, 1)
		if err != nil {
			return nil, "", err
		}
		at.After = parts[0]
	}
	list, next, err := h.room.List(c.Request().Context(), web.Principal(c).Actor(), at)
	if err != nil || next == "" {
		return list, "", err
	}
	return list, web.EncodeCursor(next), nil
}

func batchID(c echo.Context) lifecycle.BatchID { return lifecycle.BatchID(web.Param(c, "id")) }

func (h *Handler) pallet(c echo.Context) (Pallet, error) {
	return h.room.Find(c.Request().Context(), web.Principal(c).Actor(), batchID(c))
}

func (h *Handler) readBatch(c echo.Context) error {
	pallet, err := h.pallet(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, palletBodyOf(c, pallet))
}

// scanInput is one scan, now or from a device's queue. Its id is the
// idempotency key.
type scanInput struct {
	Payload   string   `json:"payload" form:"payload" validate:"max=4096"`
	Second    string   `json:"second_payload" form:"second_payload" validate:"max=4096"`
	Brand     string   `json:"brand" form:"brand" validate:"omitempty,brand"`
	Serial    string   `json:"serial" form:"serial" validate:"omitempty,serial"`
	Again     string   `json:"serial_again" form:"serial_again"` // the serial once more, where it was typed
	ScannedAt web.Time `json:"scanned_at" form:"scanned_at"`
	Queued    bool     `json:"queued" form:"queued"`
	// Operator is who scanned: nobody else may send it in their own name.
	Operator lifecycle.PersonID `json:"operator" form:"operator" validate:"max=64"`
}

// headerSentAt is the device's clock as it sends, outside of the body: by it
// the age of a scan is right though the clock is wrong, and a scan that is sent
// again has the same body.
const headerSentAt = "Sent-At"

// scanned is the scan behind a request.
func (h *Handler) scanned(c echo.Context, in scanInput) (Scanned, error) {
	if in.Operator != "" && in.Operator != web.Principal(c).Person && in.Operator != web.Principal(c).OnBehalfOf {
		return Scanned{}, errOther
	}
	if in.Payload == "" && in.Serial == "" {
		return Scanned{}, lifecycle.Mistake("payload", "field.required")
	}
	if in.Again != "" && !strings.EqualFold(strings.TrimSpace(in.Again), strings.TrimSpace(in.Serial)) {
		return Scanned{}, lifecycle.Mistake("serial_again", "serial.typed-apart")
	}
	attempt, _ := access.IdempotencyFrom(c.Request().Context())
	scanned := Scanned{
		ID: attempt.Key, Payload: in.Payload, Second: in.Second, Station: web.Principal(c).Station, At: time.Time(in.ScannedAt), Queued: in.Queued,
	}
	if in.Serial != "" {
		key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
		if err != nil {
			return Scanned{}, err
		}
		scanned.Key = key
	}
	sent, err := time.Parse(time.RFC3339, c.Request().Header.Get(headerSentAt))
	if age := sent.Sub(scanned.At); err == nil && !scanned.At.IsZero() && age >= 0 {
		scanned.At = h.room.now().Add(-age)
	}
	return scanned, nil
}

func (h *Handler) enter(c echo.Context) error {
	entered, err := h.enterOne(c)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if entered.Again {
		status = http.StatusOK
	}
	return web.JSON(c, status, enteredBody{entryBodyOf(c, entered.Entry), entered.Again})
}

func (h *Handler) enterOne(c echo.Context) (Entered, error) {
	in, err := web.Bind[scanInput](c)
	if err != nil {
		return Entered{}, err
	}
	return h.enterScan(c, in)
}

func (h *Handler) enterScan(c echo.Context, in scanInput) (Entered, error) {
	scanned, err := h.scanned(c, in)
	if err != nil {
		return Entered{}, err
	}
	return h.room.Enter(c.Request().Context(), web.Principal(c).Actor(), batchID(c), scanned)
}

// queuedInput is a return that waited on a device, and is of no batch.
type queuedInput struct {
	Payload   string             `json:"payload" validate:"max=4096"`
	Second    string             `json:"second_payload" validate:"max=4096"`
	Brand     string             `json:"brand" validate:"omitempty,brand"`
	Serial    string             `json:"serial" validate:"omitempty,serial"`
	Again     string             `json:"serial_again"`
	ScannedAt web.Time           `json:"scanned_at"`
	Queued    bool               `json:"queued"`
	Operator  lifecycle.PersonID `json:"operator" validate:"max=64"`
	Condition string             `json:"condition" validate:"required,oneof=sealed as-new used damaged dead"`
	Reason    string             `json:"reason" validate:"required,oneof=changed-mind faulty wrong-product duplicate trade-in other"`
}

func (h *Handler) createQueued(c echo.Context) error {
	in, err := web.Bind[queuedInput](c)
	if err != nil {
		return err
	}
	scanned, err := h.scanned(c, scanInput{in.Payload, in.Second, in.Brand, in.Serial, in.Again, in.ScannedAt, in.Queued, in.Operator})
	if err != nil {
		return err
	}
	if scanned.At.IsZero() {
		return lifecycle.Mistake("scanned_at", "field.required")
	}
	key, err := h.room.Waited(c.Request().Context(), scanned)
	if err != nil {
		return err
	}
	return h.desk.TakeQueued(c, key, in.Condition, in.Reason, scanned.At)
}

type settleInput struct {
	Settlement string `json:"settlement" form:"settlement" validate:"required,oneof=set-aside given-back taken-in nothing"`
}

func (h *Handler) settle(c echo.Context) error {
	entry, err := h.settleOne(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, entryBodyOf(c, entry))
}

func (h *Handler) settleOne(c echo.Context) (lifecycle.BatchEntry, error) {
	in, err := web.Bind[settleInput](c)
	if err != nil {
		return lifecycle.BatchEntry{}, err
	}
	return h.room.Settle(c.Request().Context(), web.Principal(c).Actor(), batchID(c), web.Param(c, "entry"), in.Settlement)
}

type againInput struct {
	// Entry is one entry's id; empty: all that wait for a second person.
	Entry          string `json:"entry" form:"entry" validate:"max=128"`
	SecondEmail    string `json:"second_email" form:"second_email" validate:"max=254"`
	SecondPassword string `json:"second_password" form:"second_password" validate:"max=256"`
}

func (h *Handler) tryAgain(c echo.Context) (int, []lifecycle.Reason, error) {
	in, err := web.Bind[againInput](c)
	if err != nil {
		return 0, nil, err
	}
	return h.room.TryAgain(c.Request().Context(), web.Principal(c).Actor(), batchID(c), in.Entry, in.SecondEmail, in.SecondPassword)
}

func (h *Handler) again(c echo.Context) error {
	taken, against, err := h.tryAgain(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, againBody{taken, web.Reasons(c, against)})
}

type closeInput struct {
	// Waiting is how many entries the browser that closes still keeps.
	Waiting int `json:"waiting" form:"waiting" validate:"min=0"`
}

func (h *Handler) closeOne(c echo.Context) (lifecycle.Batch, error) {
	in, err := web.Bind[closeInput](c)
	if err != nil {
		return lifecycle.Batch{}, err
	}
	return h.room.Close(c.Request().Context(), web.Principal(c).Actor(), batchID(c), in.Waiting)
}

func (h *Handler) closeBatch(c echo.Context) error {
	batch, err := h.closeOne(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, batchBodyOf(batch))
}
