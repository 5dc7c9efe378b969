package owner

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// offerForm says to whom a unit is offered; nobody: whoever shows the code.
type offerForm struct {
	To string `form:"to" validate:"omitempty,max=254,email"`
}

func (h *Handler) submitOffer(c echo.Context) error {
	in, err := web.Bind[offerForm](c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showUnit(c, http.StatusUnprocessableEntity, "transfer.html", func(v *unitView) { v.Mistakes, v.To = wrong, in.To })
	}
	if err != nil {
		return err
	}
	offered, err := h.owner.Offer(c.Request().Context(), actorOf(c), keyOf(c), in.To)
	if refusal, ok := isRefusal(err); ok {
		return h.showUnit(c, http.StatusConflict, "transfer.html", func(v *unitView) { v.Refused, v.To = refusal.Reasons, in.To })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(offered.Key)+"/transfer")
}

// codeMM is the side of the QR code's picture: it is scanned off a phone.
const codeMM = 60

// offerCode is the link to the offer that stands, as a picture.
func (h *Handler) offerCode(c echo.Context) error {
	holding, err := h.owner.Holding(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	if holding.Offer == nil {
		return fmt.Errorf("no offer stands: %w", lifecycle.ErrNotFound)
	}
	link := h.owner.Link(holding.Offer.Code)
	picture, err := label.Label{Code: link, WidthMM: codeMM, HeightMM: codeMM}.SVG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", picture)
}

// codeForm takes a code that was read out; a link needs no form.
func (h *Handler) codeForm(c echo.Context) error {
	if code := plain(c.QueryParam("code")); code != "" {
		return web.SeeOther(c, transferPath(code))
	}
	return h.pages.Render(c, http.StatusOK, "code.html", nil)
}

func transferPath(code string) string { return "/transfer/" + url.PathEscape(code) }

// proposalView is the page of whoever a unit is offered to.
type proposalView struct {
	Proposal
	Path     string
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason
}

func (h *Handler) proposalPage(c echo.Context) error {
	return h.showProposal(c, http.StatusOK, func(*proposalView) {})
}

func (h *Handler) showProposal(c echo.Context, status int, change func(*proposalView)) error {
	proposal, err := h.owner.Proposal(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	if proposal.Own {
		return web.SeeOther(c, unitPath(proposal.Key)+"/transfer")
	}
	view := proposalView{Proposal: proposal, Path: transferPath(proposal.Code)}
	change(&view)
	if proposal.Over {
		status = http.StatusGone
	}
	return h.pages.Render(c, status, "proposal.html", view)
}

func (h *Handler) submitAccept(c echo.Context) error {
	proof, err := proven(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showProposal(c, http.StatusUnprocessableEntity, func(v *proposalView) { v.Mistakes = wrong })
	}
	if err != nil {
		return err
	}
	bound, err := h.owner.Accept(c.Request().Context(), actorOf(c), web.Param(c, "code"), proof)
	if refusal, ok := isRefusal(err); ok {
		return h.showProposal(c, http.StatusConflict, func(v *proposalView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, unitPath(bound.Key)+"?done=mine-accepted")
}

func (h *Handler) submitRefuse(c echo.Context) error {
	return h.endOffer(c, h.owner.Refuse, "mine-refused")
}

func (h *Handler) submitWithdraw(c echo.Context) error {
	return h.endOffer(c, h.owner.Withdraw, "mine-withdrawn")
}

func (h *Handler) endOffer(c echo.Context, end ender, done string) error {
	if _, err := end(c.Request().Context(), actorOf(c), web.Param(c, "code")); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine?done="+done)
}
