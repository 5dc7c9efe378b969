package signin

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// accountView is the page of one's own account.
type accountView struct {
	Account
	Sessions  []web.OpenSession // this one first
	Others    bool              // there are others than this one
	TokenName string
	Mistakes  *lifecycle.Invalid
}

func (h *Handler) account(c echo.Context) error {
	return h.showAccount(c, http.StatusOK, accountView{})
}

func (h *Handler) showAccount(c echo.Context, status int, view accountView) error {
	account, err := h.entrance.Account(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	view.Account = account
	if view.Sessions, err = web.OpenSessions(c); err != nil {
		return err
	}
	view.Others = slices.ContainsFunc(view.Sessions, func(s web.OpenSession) bool { return !s.Here })
	return h.pages.Render(c, status, "account.html", view)
}

type passwordForm struct {
	Current  string `form:"current" validate:"required"`
	Password string `form:"password" validate:"required"`
	Again    string `form:"password_again" validate:"eqfield=Password"`
}

// mayChangePassword asks who has a passkey for it: the password alone proves
// nothing beside one, and whoever replaces it shuts its person out of half of
// their ways in. A token is not asked again.
func (h *Handler) mayChangePassword(c echo.Context) error {
	if c.Request().Header.Get(echo.HeaderAuthorization) != "" {
		return nil
	}
	factors, err := h.entrance.config.Store.FactorsOf(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	fresh, err := web.FreshlyVerified(c)
	if err == nil && factors.Passkeys > 0 && !fresh {
		err = access.ErrUnverified
	}
	return err
}

func (h *Handler) changePassword(c echo.Context) error {
	if err := h.mayChangePassword(c); err != nil {
		return err
	}
	in, err := web.Bind[passwordForm](c)
	var person access.Person
	if err = web.AllMistakes(err, access.CheckPassword(in.Password)); err == nil {
		person, err = h.entrance.ChangePassword(c.Request().Context(), web.Principal(c).Person, in.Current, in.Password)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAccount(c, http.StatusUnprocessableEntity, accountView{Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	// The session of this browser goes on; every other one has ended.
	if err := web.StartSession(c, person.ID, person.Generation, access.MeansPassword); err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=password-changed")
}

func (h *Handler) endSessions(c echo.Context) error {
	if err := h.entrance.EndSessions(c.Request().Context(), web.Principal(c).Person); err != nil {
		return err
	}
	return web.SeeOther(c, "/sign-in?done=signed-out-everywhere")
}

type tokenInput struct {
	Name string `form:"name" json:"name" validate:"required,printable,max=60"`
}

func (h *Handler) makeToken(c echo.Context) error {
	in, err := web.Bind[tokenInput](c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAccount(c, http.StatusUnprocessableEntity, accountView{TokenName: in.Name, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	made, err := h.entrance.MakeToken(c.Request().Context(), web.Principal(c).Person, in.Name)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusCreated, "token.html", made)
}

func (h *Handler) endToken(c echo.Context) error {
	err := h.entrance.EndToken(c.Request().Context(), web.Principal(c).Person, web.Param(c, "id"))
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=token-ended")
}
