package signin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountAddress(r *web.Routes) {
	r.GET("/account/address", access.AccountRead, h.address)
	r.POST("/account/address", access.AddressAsk, h.askAddress)
	r.POST("/account/address/drop", access.AccountChange, h.dropAddress)
	r.GET("/account/address/:code", access.AccountRead, h.lookAtAddress)
	r.POST("/account/address/:code", access.AccountChange, h.confirmAddress)
	r.GET("/address/stop/:code", access.SessionStart, h.lookAtAddressStop)
	r.POST("/address/stop/:code", access.SessionStart, h.stopAddress)

	r.GET("/v1/account/address", access.AccountRead, h.apiAddress)
	r.POST("/v1/account/address", access.AddressAsk, h.apiAskAddress)
	r.POST("/v1/account/address/confirm", access.AccountChange, h.apiConfirmAddress)
	r.DELETE("/v1/account/address", access.AccountChange, h.apiDropAddress)
}

// addressView is the pages about one's mail address.
type addressView struct {
	Mail     bool   // links are mailed here
	Present  string // the address that counts now; empty: none
	Email    string // what was typed
	Change   access.AddressChange
	Undoes   bool // it has happened, and is taken back
	Mistakes *lifecycle.Invalid
}

func (h *Handler) address(c echo.Context) error {
	return h.showAddress(c, http.StatusOK, addressView{})
}

func (h *Handler) showAddress(c echo.Context, status int, view addressView) error {
	ctx, id := c.Request().Context(), web.Principal(c).Person
	person, _, err := h.entrance.standing(ctx, id)
	if err != nil {
		return err
	}
	view.Mail, view.Present = h.entrance.ByMail(), person.Email
	if view.Change, err = h.entrance.AskedAddress(ctx, id); err != nil {
		return err
	}
	return h.pages.Render(c, status, "address.html", view)
}

type addressInput struct {
	Email string `form:"email" json:"email" validate:"required,email,max=254"`
}

// signedIn is the person who asks, in the language of their page.
func (h *Handler) signedIn(c echo.Context) Asker {
	return Asker{Network: web.Network(c), Language: string(web.Words(c).Language())}
}

func (h *Handler) askAddress(c echo.Context) error {
	in, err := web.Bind[addressInput](c)
	if err == nil {
		err = web.DemandSession(c)
	}
	if err == nil {
		err = h.entrance.AskAddress(c.Request().Context(), web.Principal(c).Person, in.Email, h.signedIn(c))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAddress(c, http.StatusUnprocessableEntity, addressView{Email: in.Email, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, addressPage+"?done=address-asked")
}

func (h *Handler) dropAddress(c echo.Context) error {
	err := h.entrance.DropAddress(c.Request().Context(), web.Principal(c).Person)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	return web.SeeOther(c, addressPage+"?done=address-dropped")
}

// lookAtAddress shows a button, and uses nothing up.
func (h *Handler) lookAtAddress(c echo.Context) error {
	change, err := h.entrance.LookAtAddress(c.Request().Context(), web.Param(c, "code"), web.Principal(c).Person, web.Network(c))
	if err != nil {
		return h.addressOver(c, err)
	}
	return h.pages.Render(c, http.StatusOK, "address-confirm.html", addressView{Change: change})
}

func (h *Handler) confirmAddress(c echo.Context) error {
	err := h.entrance.ConfirmAddress(c.Request().Context(), web.Param(c, "code"), web.Principal(c).Person, h.signedIn(c))
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAddress(c, http.StatusUnprocessableEntity, addressView{Mistakes: wrong})
	}
	if err != nil {
		return h.addressOver(c, err)
	}
	return web.SeeOther(c, addressPage+"?done=address-changed")
}

func (h *Handler) lookAtAddressStop(c echo.Context) error {
	change, err := h.entrance.FindAddressStop(c.Request().Context(), web.Param(c, "code"), web.Network(c))
	if err != nil {
		return h.addressOver(c, err)
	}
	view := addressView{Change: change, Undoes: change.Stage == access.AddressChanged}
	return h.pages.Render(c, http.StatusOK, "address-stop.html", view)
}

func (h *Handler) stopAddress(c echo.Context) error {
	change, err := h.entrance.StopAddress(c.Request().Context(), web.Param(c, "code"), h.signedIn(c))
	if web.Mistakes(err) != nil {
		err = lifecycle.ErrNotFound // somebody has the address of before by now
	}
	if err != nil {
		return h.addressOver(c, err)
	}
	return web.SeeOther(c, "/sign-in?done=address-"+string(stageAfter(change.Stage)))
}

// stageAfter is what a stop makes of a change.
func stageAfter(was access.AddressStage) access.AddressStage {
	if was == access.AddressChanged {
		return access.AddressUndone
	}
	return access.AddressStopped
}

// addressOver is the one answer for a link that is used, too late, another
// person's, or never was.
func (h *Handler) addressOver(c echo.Context, err error) error {
	if !errors.Is(err, lifecycle.ErrNotFound) || c.Request().Method == http.MethodHead {
		return err
	}
	return h.pages.Render(c, http.StatusNotFound, "address-over.html", addressView{})
}

// addressBody is one's mail address in JSON.
type addressBody struct {
	Email string   `json:"email"`
	Asked string   `json:"asked,omitempty"` // the one that waits for its link to be opened
	Until web.Time `json:"asked_until"`
}

func (h *Handler) apiAddress(c echo.Context) error {
	person, _, err := h.entrance.standing(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	change, err := h.entrance.AskedAddress(c.Request().Context(), person.ID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, addressBody{person.Email, change.New, web.Time(change.Until)})
}

func (h *Handler) apiAskAddress(c echo.Context) error {
	in, err := web.Bind[addressInput](c)
	if err != nil {
		return err
	}
	if err := web.DemandSession(c); err != nil {
		return err
	}
	if err := h.entrance.AskAddress(c.Request().Context(), web.Principal(c).Person, in.Email, h.signedIn(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

type addressCode struct {
	Code string `json:"code" validate:"required,max=100"`
}

func (h *Handler) apiConfirmAddress(c echo.Context) error {
	in, err := web.Bind[addressCode](c)
	if err != nil {
		return err
	}
	if err := h.entrance.ConfirmAddress(c.Request().Context(), in.Code, web.Principal(c).Person, h.signedIn(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) apiDropAddress(c echo.Context) error {
	if err := h.entrance.DropAddress(c.Request().Context(), web.Principal(c).Person); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
