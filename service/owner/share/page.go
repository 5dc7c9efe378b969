package share

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountPages(r *web.Routes) {
	const unit = "/mine/units/:brand/:serial/shares"
	r.GET(unit, access.OwnerRead, h.sharesPage)
	r.POST(unit, access.ShareOffer, h.submitInvite)
	r.GET(unit+"/:id/code.svg", access.OwnerRead, h.code)
	r.POST(unit+"/:id/end", access.BindingEnd, h.submitEnd)
	r.GET("/mine/shared", access.OwnerRead, h.sharedPage)
	r.POST("/mine/shared/:id/leave", access.BindingEnd, h.submitLeave)
	r.GET("/share", access.ShareAnswer, h.typed)
	r.GET("/share/:code", access.ShareAnswer, h.proposalPage)
	r.POST("/share/:code/accept", access.ShareAnswer, h.submitAccept)
	r.POST("/share/:code/refuse", access.ShareAnswer, h.submitRefuse)
}

type inviteForm struct {
	Name  string `form:"name" validate:"required,max=60"`
	To    string `form:"to" validate:"omitempty,max=254,email"`
	Until string `form:"until" validate:"omitempty,max=40"`
}

// sharesView is whom a unit is shared with, and the form for one more.
type sharesView struct {
	Sharing
	Path     string
	Unit     string // the unit's own page
	Form     inviteForm
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason
}

// Link is the address of an invitation that names somebody.
func (s Share) Link() string { return "/share/" + s.Code }

// Shown is the code as people read it: in fours.
func (s Share) Shown() string {
	var groups []string
	code := s.Code
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), "-")
}

func unitPath(key lifecycle.UnitKey) string {
	return "/mine/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

func (h *Handler) sharesPage(c echo.Context) error {
	return h.showShares(c, http.StatusOK, func(*sharesView) {})
}

func (h *Handler) showShares(c echo.Context, status int, change func(*sharesView)) error {
	sharing, err := h.shares.Of(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	view := sharesView{Sharing: sharing, Unit: unitPath(sharing.Key), Path: unitPath(sharing.Key) + "/shares"}
	change(&view)
	return h.pages.Render(c, status, "shares.html", view)
}

func (h *Handler) submitInvite(c echo.Context) error {
	in, err := web.Bind[inviteForm](c)
	until, errUntil := parseUntil(in.Until)
	err = web.AllMistakes(err, errUntil)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showShares(c, http.StatusUnprocessableEntity, func(v *sharesView) { v.Form, v.Mistakes = in, wrong })
	}
	if err != nil {
		return err
	}
	_, err = h.shares.Invite(c.Request().Context(), actorOf(c), keyOf(c), Invitation{in.Name, in.To, until})
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.showShares(c, http.StatusConflict, func(v *sharesView) { v.Form, v.Refused = in, refusal.Reasons })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(keyOf(c))+"/shares?done=share-invited")
}

// codeMM is the side of the QR code's picture: it is scanned off a phone.
const codeMM = 60

// code is the link to an invitation that nobody is named in, as a picture.
func (h *Handler) code(c echo.Context) error {
	sharing, err := h.shares.Of(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	for _, share := range sharing.Shares {
		if string(share.ID) != c.Param("id") || !share.Pending() {
			continue
		}
		picture, err := label.Label{Code: h.shares.Link(share.Code), WidthMM: codeMM, HeightMM: codeMM}.SVG()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "image/svg+xml", picture)
	}
	return fmt.Errorf("no such invitation: %w", lifecycle.ErrNotFound)
}

func (h *Handler) submitEnd(c echo.Context) error {
	key := keyOf(c)
	if err := h.shares.End(c.Request().Context(), actorOf(c), key, lifecycle.BindingID(c.Param("id"))); err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(key)+"/shares?done=share-ended")
}

func (h *Handler) sharedPage(c echo.Context) error {
	shared, err := h.shares.With(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "shared.html", shared)
}

func (h *Handler) submitLeave(c echo.Context) error {
	if err := h.shares.Leave(c.Request().Context(), actorOf(c), lifecycle.BindingID(c.Param("id"))); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/shared?done=share-left")
}

// typed takes a code that was read out; a link needs no form.
func (h *Handler) typed(c echo.Context) error {
	code := plain(c.QueryParam("code"))
	if code == "" {
		return web.SeeOther(c, "/mine/shared")
	}
	return web.SeeOther(c, sharePath(code))
}

func sharePath(code string) string { return "/share/" + url.PathEscape(code) }

// proposalView is the page of whoever is invited.
type proposalView struct {
	Proposal
	Path    string
	Refused []lifecycle.Reason
}

func (h *Handler) proposalPage(c echo.Context) error {
	return h.showProposal(c, http.StatusOK, nil)
}

func (h *Handler) showProposal(c echo.Context, status int, refused []lifecycle.Reason) error {
	proposal, err := h.shares.Proposal(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	if proposal.Own {
		return web.SeeOther(c, unitPath(proposal.Key)+"/shares")
	}
	if proposal.Over {
		status = http.StatusGone
	}
	return h.pages.Render(c, status, "share.html", proposalView{proposal, sharePath(proposal.Code), refused})
}

func (h *Handler) submitAccept(c echo.Context) error {
	_, err := h.shares.Join(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.showProposal(c, http.StatusConflict, refusal.Reasons)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/shared?done=share-joined")
}

func (h *Handler) submitRefuse(c echo.Context) error {
	if err := h.shares.Refuse(c.Request().Context(), actorOf(c), web.Param(c, "code")); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/shared?done=share-refused")
}
