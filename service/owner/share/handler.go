package share

import (
	"embed"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	shares *Shares
	pages  *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(shares *Shares) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{shares, pages}, nil
}

// Mount registers the room's routes. DELETE /v1/bindings/{id}, which ends a
// share too, is the owner's room's.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/v1/shares", access.ShareOffer, h.invite)
	r.GET("/v1/mine/units/:brand/:serial/shares", access.OwnerRead, h.list)
	r.GET("/v1/mine/shared", access.OwnerRead, h.shared)
	r.GET("/v1/shares/:code", access.ShareAnswer, h.proposal)
	r.POST("/v1/shares/:code/accept", access.ShareAnswer, h.accept)
	r.POST("/v1/shares/:code/refuse", access.ShareAnswer, h.refuse)
	h.mountPages(r)
}

func actorOf(c echo.Context) lifecycle.Actor { return web.Principal(c).Actor() }

// keyOf is the unit in the path. A key that can be no unit's is looked for all
// the same: as the zero key, which nobody's is.
func keyOf(c echo.Context) lifecycle.UnitKey {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return lifecycle.UnitKey{}
	}
	return key
}

type inviteInput struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
	Name   string `json:"name" validate:"required,max=60"`
	To     string `json:"to" validate:"omitempty,max=254,email"`
	Until  string `json:"until" validate:"omitempty,max=40"`
}

func (h *Handler) invite(c echo.Context) error {
	in, err := web.Bind[inviteInput](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	until, err := parseUntil(in.Until)
	if err != nil {
		return err
	}
	share, err := h.shares.Invite(c.Request().Context(), actorOf(c), key, Invitation{in.Name, in.To, until})
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, h.shareBodyOf(share))
}

// parseUntil reads when a share ends: an instant (RFC 3339), or the last day of
// it, which ends with that day in UTC. Empty: it has no date.
func parseUntil(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Millisecond), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		var invalid lifecycle.Invalid
		invalid.Add("until", "share.date")
		return time.Time{}, invalid.Err()
	}
	return day.AddDate(0, 0, 1), nil
}

func (h *Handler) list(c echo.Context) error {
	sharing, err := h.shares.Of(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	bodies := make([]shareBody, len(sharing.Shares))
	for i, share := range sharing.Shares {
		bodies[i] = h.shareBodyOf(share)
	}
	return web.JSON(c, http.StatusOK, web.NewList(bodies, ""))
}

func (h *Handler) shared(c echo.Context) error {
	shared, err := h.shares.With(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, sharedBodyOf(shared))
}

func (h *Handler) proposal(c echo.Context) error {
	proposal, err := h.shares.Proposal(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, proposalBodyOf(proposal))
}

func (h *Handler) accept(c echo.Context) error {
	joined, err := h.shares.Join(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, joinedBody{joined.ID, joined.Key.Brand, joined.Key.Serial, web.Time(joined.Until)})
}

func (h *Handler) refuse(c echo.Context) error {
	if err := h.shares.Refuse(c.Request().Context(), actorOf(c), web.Param(c, "code")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
