package desk

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
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

// Handler is the desk's doors.
type Handler struct {
	desk  *Desk
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(desk *Desk) (*Handler, error) {
	pages, err := web.ParsePages(templates, queue.Templates)
	if err != nil {
		return nil, err
	}
	return &Handler{desk, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/v1/returns", access.ReturnOpen, h.create)
	r.POST("/v1/returns/sealed", access.ReturnSeal, h.sealed)
	r.GET("/v1/returns/:id", access.ReturnRead, h.read)
	r.GET("/v1/returns/:id/events", access.ReturnRead, h.events)
	r.POST("/v1/returns/:id/cancel", access.ReturnCancel, h.cancel)
	r.POST("/v1/returns/:id/vouch", access.ReturnVouch, h.vouch)

	h.mountKits(r)
	r.GET("/desk", access.ReturnOpen, h.desktop)
	r.GET("/desk/take-back", access.ReturnOpen, h.takeBackForm)
	r.GET("/desk/admit", access.ReturnOpen, h.admitForm)
	r.POST("/desk/returns", access.ReturnOpen, h.submit)
	r.GET("/desk/sealed", access.ReturnSeal, h.sealedForm)
	r.POST("/desk/sealed", access.ReturnSeal, h.submitSealed)
	r.GET("/desk/returns/:id", access.ReturnRead, h.page)
	r.GET("/desk/returns/:id/receipt", access.ReturnRead, h.receipt)
	r.GET("/desk/returns/:id/presence.svg", access.ReturnRead, h.presence)
	r.POST("/desk/returns/:id/cancel", access.ReturnCancel, h.submitCancel)
	r.POST("/desk/returns/:id/vouch", access.ReturnVouch, h.submitVouch)
}

// returnInput is what a clerk says of a unit that is brought back. The choices
// are those of lifecycle.Conditions and ReturnReasons.
type returnInput struct {
	Brand  string `json:"brand" form:"brand" validate:"required,brand"`
	Serial string `json:"serial" form:"serial" validate:"required,serial"`
	// Typed is the serial once more, where it was typed and not scanned.
	Typed           string            `json:"typed" form:"typed"`
	Condition       string            `json:"condition" form:"condition" validate:"required,oneof=sealed as-new used damaged dead"`
	Reason          string            `json:"reason" form:"reason" validate:"required,oneof=changed-mind faulty wrong-product duplicate trade-in other"`
	Receipt         string            `json:"receipt" form:"receipt" validate:"max=64,printable"`
	CustomerPresent bool              `json:"customer_present" form:"customer_present"`
	ScannedAt       web.Time          `json:"scanned_at" form:"scanned_at"`
	Model           lifecycle.ModelID `json:"model" form:"model"` // takes in a unit that nobody knows
	SecondEmail     string            `json:"second_email" form:"second_email" validate:"max=254"`
	SecondPassword  string            `json:"second_password" form:"second_password" validate:"max=256"`
}

// brought checks what tags cannot: a serial typed twice is the same twice.
func (in returnInput) brought() (Brought, error) {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return Brought{}, err
	}
	if in.Typed != "" && !strings.EqualFold(strings.TrimSpace(in.Typed), key.Serial) {
		return Brought{}, lifecycle.Mistake("typed", "serial.typed-apart")
	}
	return Brought{
		Key: key, Condition: in.Condition, Reason: in.Reason, Receipt: strings.TrimSpace(in.Receipt),
		CustomerPresent: in.CustomerPresent, ScannedAt: time.Time(in.ScannedAt), Model: in.Model,
		Second: Second{in.SecondEmail, in.SecondPassword},
	}, nil
}

// take is what page and API have in common.
func (h *Handler) take(c echo.Context, in returnInput) (Progress, error) {
	brought, err := in.brought()
	if err != nil {
		return Progress{}, err
	}
	return h.desk.TakeBack(c.Request().Context(), web.Principal(c).Actor(), brought)
}

func (h *Handler) create(c echo.Context) error {
	in, err := web.Bind[returnInput](c)
	if err != nil {
		return err
	}
	progress, err := h.take(c, in)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/returns/"+url.PathEscape(string(progress.Return.ID)))
	return web.JSON(c, http.StatusCreated, bodyOf(c, progress))
}

// answer is a return's progress as JSON.
func (h *Handler) answer(c echo.Context, status int, id lifecycle.ReturnID) error {
	progress, err := h.find(c, id)
	if err != nil {
		return err
	}
	return web.JSON(c, status, bodyOf(c, progress))
}

func (h *Handler) find(c echo.Context, id lifecycle.ReturnID) (Progress, error) {
	return h.desk.Find(c.Request().Context(), web.Principal(c).Actor(), id)
}

func idOf(c echo.Context) lifecycle.ReturnID { return lifecycle.ReturnID(c.Param("id")) }

func (h *Handler) read(c echo.Context) error { return h.answer(c, http.StatusOK, idOf(c)) }

func (h *Handler) events(c echo.Context) error {
	id := idOf(c)
	if _, err := h.find(c, id); err != nil {
		return err
	}
	actor := web.Principal(c).Actor()
	return web.Stream(c, func(ctx context.Context, send func(event, id string, data any) error) error {
		return h.desk.Follow(ctx, actor, id, func(place int64, p Progress) error {
			return send("change", strconv.FormatInt(place, 10), bodyOf(c, p))
		})
	})
}

type cancelInput struct {
	// Payload is the code of the unit, scanned again.
	Payload string `json:"payload" form:"payload" validate:"max=4096"`
}

func (h *Handler) cancel(c echo.Context) error {
	if err := h.undo(c); err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, idOf(c))
}

func (h *Handler) undo(c echo.Context) error {
	in, err := web.Bind[cancelInput](c)
	if err != nil {
		return err
	}
	return h.desk.Cancel(c.Request().Context(), web.Principal(c).Actor(), idOf(c), in.Payload)
}

type vouchInput struct {
	Receipt string `json:"receipt" form:"receipt" validate:"required,max=64,printable"`
}

func (h *Handler) vouch(c echo.Context) error {
	if _, err := h.stand(c); err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, idOf(c))
}

func (h *Handler) stand(c echo.Context) (vouchInput, error) {
	in, err := web.Bind[vouchInput](c)
	if err != nil {
		return in, err
	}
	return in, h.desk.Vouch(c.Request().Context(), web.Principal(c).Actor(), idOf(c), strings.TrimSpace(in.Receipt))
}

type sealedInput struct {
	Brand        string `json:"brand" form:"brand" validate:"required,brand"`
	Serial       string `json:"serial" form:"serial" validate:"required,serial"`
	SealAttested bool   `json:"seal_attested" form:"seal_attested"`
}

type sealedBody struct {
	Brand  string          `json:"brand"`
	Serial string          `json:"serial"`
	State  lifecycle.State `json:"state"`
}

func (h *Handler) sealed(c echo.Context) error {
	in, err := web.Bind[sealedInput](c)
	if err != nil {
		return err
	}
	unit, err := h.seal(c, in)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, sealedBody{unit.Key.Brand, unit.Key.Serial, unit.State})
}

func (h *Handler) seal(c echo.Context, in sealedInput) (lifecycle.Unit, error) {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	return h.desk.TakeBackSealed(c.Request().Context(), web.Principal(c).Actor(), key, in.SealAttested)
}
