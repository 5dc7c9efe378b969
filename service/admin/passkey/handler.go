package passkey

import (
	"embed"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the doors at which passkeys are made, shown and kept.
type Handler struct {
	passkeys *Passkeys
	pages    *web.Pages
}

// NewHandler parses the pages.
func NewHandler(passkeys *Passkeys) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{passkeys, pages}, nil
}

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/sign-in/passkey/options", access.SessionStart, h.signInOptions)
	r.POST("/sign-in/passkey", access.SessionStart, h.signIn)

	r.GET("/verify", access.SessionVerify, h.verifyPage)
	r.POST("/verify", access.SessionVerify, h.verifyByPassword)
	r.POST("/verify/passkey/options", access.SessionVerify, h.verifyOptions)
	r.POST("/verify/passkey", access.SessionVerify, h.verify)

	r.GET("/account/passkeys", access.AccountRead, h.list)
	r.POST("/account/passkeys/options", access.PasskeyBegin, h.enrolOptions)
	r.POST("/account/passkeys", access.PasskeyChange, h.enrol)
	r.POST("/account/passkeys/:id/rename", access.AccountChange, h.rename)
	r.POST("/account/passkeys/:id/remove", access.PasskeyChange, h.remove)

	r.GET("/v1/account/passkeys", access.AccountRead, h.apiList)
	r.DELETE("/v1/account/passkeys/:id", access.PasskeyChange, h.apiRemove)
}

// options begins a ceremony in this browser: begin gets the secret that is left
// in it. Each purpose has a cookie of its own, for two pages may be at it at
// once.
func options(c echo.Context, purpose access.Purpose, begin func(key string) (json.RawMessage, error)) error {
	key := access.NewToken()
	body, err := begin(key)
	if err != nil {
		return err
	}
	web.KeepInBrowser(c, string(purpose), key, CeremonyFor)
	return web.JSON(c, http.StatusOK, body)
}

// taken is the secret that options left here.
func taken(c echo.Context, purpose access.Purpose) string {
	key := web.KeptInBrowser(c, string(purpose))
	web.DropFromBrowser(c, string(purpose))
	return key
}

func (h *Handler) signInOptions(c echo.Context) error {
	return options(c, access.PurposeSignIn, func(key string) (json.RawMessage, error) {
		return h.passkeys.BeginSignIn(c.Request().Context(), key, web.Network(c))
	})
}

// answer is what an authenticator said, as the browser wrote it down.
type answer struct {
	Response json.RawMessage `json:"response" validate:"required"`
	Next     string          `json:"next"`
}

// onward is where the page goes on.
type onward struct {
	Next string `json:"next"`
}

func (h *Handler) signIn(c echo.Context) error {
	in, err := web.Bind[answer](c)
	if err != nil {
		return err
	}
	person, err := h.passkeys.FinishSignIn(c.Request().Context(), taken(c, access.PurposeSignIn), web.Network(c), in.Response)
	if err != nil {
		return err
	}
	if err := web.StartSession(c, person.ID, person.Generation, access.MeansPasskey); err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, onward{web.LocalPath(in.Next)})
}

// passkeysView is the page of a person's passkeys.
type passkeysView struct {
	Available bool
	Name      string
	Passkeys  []access.Passkey
	Mistakes  *lifecycle.Invalid
}

func (h *Handler) list(c echo.Context) error { return h.show(c, http.StatusOK, passkeysView{}) }

func (h *Handler) show(c echo.Context, status int, view passkeysView) error {
	var err error
	view.Available = h.passkeys.Available()
	if view.Passkeys, err = h.passkeys.List(c.Request().Context(), web.Principal(c).Person); err != nil {
		return err
	}
	return h.pages.Render(c, status, "passkeys.html", view)
}

func (h *Handler) enrolOptions(c echo.Context) error {
	if h.passkeys.Available() {
		if err := web.DemandSession(c); err != nil {
			return err
		}
	}
	return options(c, access.PurposeEnrol, func(key string) (json.RawMessage, error) {
		return h.passkeys.BeginEnrolment(c.Request().Context(), key, web.Principal(c).Person)
	})
}

type enrolInput struct {
	Name     string `form:"name" validate:"required,max=60"`
	Response string `form:"response"` // the script fills it in; without, nothing was made
}

func (h *Handler) enrol(c echo.Context) error {
	in, err := web.Bind[enrolInput](c)
	if err == nil {
		err = web.DemandSession(c)
	}
	if err == nil {
		err = h.passkeys.FinishEnrolment(c.Request().Context(), taken(c, access.PurposeEnrol), web.Principal(c).Person, in.Name, []byte(in.Response))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, passkeysView{Name: in.Name, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account/passkeys?done=passkey-added")
}

type renameInput struct {
	Name string `form:"name" validate:"required,max=60"`
}

func (h *Handler) rename(c echo.Context) error {
	in, err := web.Bind[renameInput](c)
	if err == nil {
		err = h.passkeys.Rename(c.Request().Context(), web.Principal(c).Person, web.Param(c, "id"), in.Name)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, passkeysView{Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account/passkeys?done=passkey-renamed")
}

// removed takes the passkey of the path, and leaves the session that asks.
func (h *Handler) removed(c echo.Context) error {
	here, err := web.PresentSession(c)
	if err != nil {
		return err
	}
	return h.passkeys.Remove(c.Request().Context(), web.Principal(c).Person, web.Param(c, "id"), here)
}

func (h *Handler) remove(c echo.Context) error {
	err := h.removed(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, passkeysView{Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account/passkeys?done=passkey-removed")
}

// passkeyBody is a passkey in JSON.
type passkeyBody struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	BackedUp   bool     `json:"backed_up"`
	CreatedAt  web.Time `json:"created_at"`
	UsedAt     web.Time `json:"used_at"`
	DisabledAt web.Time `json:"disabled_at"`
}

func (h *Handler) apiList(c echo.Context) error {
	list, err := h.passkeys.List(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	items := make([]passkeyBody, len(list))
	for i, p := range list {
		items[i] = passkeyBody{p.ID, p.Name, p.BackedUp, web.Time(p.CreatedAt), web.Time(p.UsedAt), web.Time(p.DisabledAt)}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}

func (h *Handler) apiRemove(c echo.Context) error {
	if err := h.removed(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
