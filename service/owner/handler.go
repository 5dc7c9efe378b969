package owner

import (
	"embed"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	owner *Owner
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(owner *Owner) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{owner, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/v1/mine", access.OwnerRead, h.mine)
	r.GET("/v1/mine/units/:brand/:serial", access.OwnerRead, h.unit)
	r.GET("/v1/mine/units/:brand/:serial/events", access.OwnerRead, h.events)
	r.GET("/v1/mine/past", access.OwnerPast, h.past)
	r.POST("/v1/mine/past/:binding/contest", access.ContestOpen, h.contest)
	r.POST("/v1/mine/past/:binding/delete", access.PastDelete, h.deletePast)
	r.POST("/v1/mine/stolen", access.StolenMark, h.stolen)
	r.POST("/v1/mine/stolen/lift", access.StolenLift, h.found)
	r.POST("/v1/bindings", access.BindingCreate, h.bind)
	r.DELETE("/v1/bindings/:id", access.BindingEnd, h.unbind)
	r.POST("/v1/transfers", access.TransferOffer, h.offer)
	r.GET("/v1/transfers/:code", access.TransferAnswer, h.proposal)
	r.POST("/v1/transfers/:code/accept", access.TransferAnswer, h.accept)
	r.POST("/v1/transfers/:code/refuse", access.TransferEnd, h.refuse)
	r.POST("/v1/transfers/:code/withdraw", access.TransferEnd, h.withdraw)
	r.POST("/v1/returns/:id/cancel-own", access.ReturnCancelOwn, h.cancelOwn)
	h.mountPages(r)
}

func actorOf(c echo.Context) lifecycle.Actor { return web.Principal(c).Actor() }

// keyInput names a unit.
type keyInput struct {
	Brand  string `json:"brand" form:"brand" validate:"required,brand"`
	Serial string `json:"serial" form:"serial" validate:"required,serial"`
}

// keyed binds a body that is a unit's key and nothing else.
func keyed(c echo.Context) (lifecycle.UnitKey, error) {
	in, err := web.Bind[keyInput](c)
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	return lifecycle.ParseUnitKey(in.Brand, in.Serial)
}

// keyOf is the unit in the path. A key that can be no unit's is looked for all
// the same: as the zero key, which nobody's is.
func keyOf(c echo.Context) lifecycle.UnitKey {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return lifecycle.UnitKey{}
	}
	return key
}

// proofInput is a credential, as the unit shows it.
type proofInput struct {
	Proof string `json:"proof" form:"proof" validate:"required,max=128,printable"`
}

// proven binds a body that is a credential and nothing else.
func proven(c echo.Context) (Proof, error) {
	in, err := web.Bind[proofInput](c)
	if err != nil {
		return "", err
	}
	return ParseProof(in.Proof)
}

// brandText is a brand as people write it: a telephone begins a field with a
// capital, and the label of the unit may, too.
type brandText string

// UnmarshalText takes the brand as keys have it.
func (b *brandText) UnmarshalText(text []byte) error {
	*b = brandText(strings.ToLower(strings.TrimSpace(string(text))))
	return nil
}

type bindInput struct {
	Brand  brandText `json:"brand" form:"brand" validate:"required,brand"`
	Serial string    `json:"serial" form:"serial" validate:"required,serial"`
	Proof  string    `json:"proof" form:"proof" validate:"required,max=128,printable"`
}

// tie is what page and API have in common.
func (h *Handler) tie(c echo.Context, in bindInput) (Bound, error) {
	key, err := lifecycle.ParseUnitKey(string(in.Brand), in.Serial)
	if err != nil {
		return Bound{}, err
	}
	proof, err := ParseProof(in.Proof)
	if err != nil {
		return Bound{}, err
	}
	return h.owner.Bind(c.Request().Context(), actorOf(c), key, proof)
}

func (h *Handler) bind(c echo.Context) error {
	in, err := web.Bind[bindInput](c)
	if err != nil {
		return err
	}
	bound, err := h.tie(c, in)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if !bound.Live {
		status = http.StatusAccepted // it waits for the unit itself
	}
	return web.JSON(c, status, boundBodyOf(bound))
}

func (h *Handler) unbind(c echo.Context) error {
	err := h.owner.Unbind(c.Request().Context(), actorOf(c), lifecycle.BindingID(c.Param("id")))
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) mine(c echo.Context) error {
	mine, err := h.owner.Mine(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, mineBodyOf(mine))
}

func (h *Handler) unit(c echo.Context) error {
	whole, err := h.owner.Whole(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, wholeBodyOf(whole))
}

func (h *Handler) stolen(c echo.Context) error { return h.markedAs(c, h.owner.MarkStolen) }

func (h *Handler) found(c echo.Context) error { return h.markedAs(c, h.owner.LiftMark) }

func (h *Handler) markedAs(c echo.Context, mark marker) error {
	key, err := keyed(c)
	if err != nil {
		return err
	}
	marked, err := mark(c.Request().Context(), actorOf(c), key)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, markBody{marked.Key.Brand, marked.Key.Serial, web.Time(marked.At)})
}

func (h *Handler) past(c echo.Context) error {
	past, err := h.owner.Past(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	bodies := make([]periodBody, len(past))
	for i, period := range past {
		bodies[i] = periodBodyOf(period)
	}
	return web.JSON(c, http.StatusOK, web.NewList(bodies, ""))
}

func (h *Handler) contest(c echo.Context) error {
	in, err := wordsOf(c)
	if err != nil {
		return err
	}
	at, err := h.owner.Contest(c.Request().Context(), actorOf(c), lifecycle.BindingID(c.Param("binding")), in.Words)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, contestBody{web.Time(at)})
}

// contestInput is what somebody says who objects. They need say nothing.
type contestInput struct {
	Words string `json:"words" form:"words" validate:"omitempty,max=1000"`
}

// wordsOf binds it; a request without a body has no words.
func wordsOf(c echo.Context) (contestInput, error) {
	if c.Request().ContentLength == 0 {
		return contestInput{}, nil
	}
	return web.Bind[contestInput](c)
}

func (h *Handler) cancelOwn(c echo.Context) error {
	proof, err := proven(c)
	if err != nil {
		return err
	}
	key, err := h.owner.CancelReturn(c.Request().Context(), actorOf(c), lifecycle.ReturnID(c.Param("id")), proof)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, keyBody{key.Brand, key.Serial})
}

// isRefusal finds the refusal that a page shows beside its form.
func isRefusal(err error) (*lifecycle.Refusal, bool) {
	var refusal *lifecycle.Refusal
	ok := errors.As(err, &refusal)
	return refusal, ok
}
