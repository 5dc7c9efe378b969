package passkey

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// verifyView is the page that asks who is there. A person with a passkey is
// asked for it alone.
type verifyView struct {
	Means     access.Means    // what they can prove themselves by here; empty: they sign in anew
	Providers []access.Button // through which they can, too
	Next      string
	Mistakes  *lifecycle.Invalid
}

func (h *Handler) verifyPage(c echo.Context) error {
	next := web.LocalPath(c.QueryParam("next"))
	fresh, err := web.FreshlyVerified(c)
	if err != nil {
		return err
	}
	if fresh {
		return web.SeeOther(c, next)
	}
	return h.showVerify(c, http.StatusOK, verifyView{Next: next})
}

func (h *Handler) showVerify(c echo.Context, status int, view verifyView) error {
	var err error
	if view.Means, err = h.passkeys.MeansOf(c.Request().Context(), web.Principal(c).Person); err != nil {
		return err
	}
	if h.passkeys.config.Providers != nil {
		if view.Providers, err = h.passkeys.config.Providers(c.Request().Context(), web.Principal(c).Person); err != nil {
			return err
		}
	}
	return h.pages.Render(c, status, "verify.html", view)
}

type verifyInput struct {
	Password string `form:"password" validate:"required"`
	Next     string `form:"next"`
}

func (h *Handler) verifyByPassword(c echo.Context) error {
	in, err := web.Bind[verifyInput](c)
	if err == nil {
		err = h.passkeys.ProveByPassword(c.Request().Context(), web.Principal(c).Person, in.Password)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showVerify(c, http.StatusUnprocessableEntity, verifyView{Next: web.LocalPath(in.Next), Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	if err := web.Verify(c, access.MeansPassword); err != nil {
		return err
	}
	return web.SeeOther(c, web.LocalPath(in.Next))
}

func (h *Handler) verifyOptions(c echo.Context) error {
	return options(c, access.PurposeVerify, func(key string) (json.RawMessage, error) {
		return h.passkeys.BeginVerification(c.Request().Context(), key, web.Principal(c).Person)
	})
}

func (h *Handler) verify(c echo.Context) error {
	in, err := web.Bind[answer](c)
	if err != nil {
		return err
	}
	err = h.passkeys.FinishVerification(c.Request().Context(), taken(c, access.PurposeVerify), web.Principal(c).Person, in.Response)
	if err != nil {
		return err
	}
	if err := web.Verify(c, access.MeansPasskey); err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, onward{web.LocalPath(in.Next)})
}
