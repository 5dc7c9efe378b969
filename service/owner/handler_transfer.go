package owner

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type offerInput struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
	To     string `json:"to" validate:"omitempty,max=254,email"`
}

func (h *Handler) offer(c echo.Context) error {
	in, err := web.Bind[offerInput](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	offered, err := h.owner.Offer(c.Request().Context(), actorOf(c), key, in.To)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, h.offerBodyOf(offered))
}

func (h *Handler) proposal(c echo.Context) error {
	proposal, err := h.owner.Proposal(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, proposalBodyOf(proposal))
}

func (h *Handler) accept(c echo.Context) error {
	proof, err := proven(c)
	if err != nil {
		return err
	}
	bound, err := h.owner.Accept(c.Request().Context(), actorOf(c), web.Param(c, "code"), proof)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, boundBodyOf(bound))
}

func (h *Handler) refuse(c echo.Context) error { return h.ended(c, h.owner.Refuse) }

func (h *Handler) withdraw(c echo.Context) error { return h.ended(c, h.owner.Withdraw) }

func (h *Handler) ended(c echo.Context, end ender) error {
	state, err := end(c.Request().Context(), actorOf(c), web.Param(c, "code"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, endedBody{state})
}
