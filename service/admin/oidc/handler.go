package oidc

import (
	"embed"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// cookie is the name of the browser's secret.
const cookie = "away"

// Handler is the room's doors.
type Handler struct {
	room  *Room
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(room *Room) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/sign-in/with/:provider", access.SessionStart, h.signInForm)
	r.POST("/sign-in/with/:provider", access.SessionStart, h.signIn)
	r.GET("/sign-in/back/:provider", access.SessionStart, h.back)
	r.POST("/sign-in/new", access.SessionStart, h.join)
	r.POST("/setup/:code/with/:provider", access.SetupUse, h.accept)
	r.POST("/verify/with/:provider", access.SessionVerify, h.verify)

	h.mountAccount(r)
	h.mountManage(r)
	h.mountAPI(r)
}

// buttonView is the page of one provider's button, for who has its address.
type buttonView struct {
	Button access.Button
	Next   string
}

func (h *Handler) signInForm(c echo.Context) error {
	button, err := h.room.Button(c.Request().Context(), web.Param(c, "provider"))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "with.html", buttonView{button, web.LocalPath(c.QueryParam("next"))})
}

type nextInput struct {
	Next string `form:"next"`
}

func (h *Handler) signIn(c echo.Context) error {
	in, err := web.Bind[nextInput](c)
	if err != nil {
		return err
	}
	return h.depart(c, Begin{Purpose: access.ForSignIn, Next: web.LocalPath(in.Next)})
}

func (h *Handler) accept(c echo.Context) error {
	code := web.Param(c, "code")
	if err := h.room.MayAccept(c.Request().Context(), code, web.Param(c, "provider")); err != nil {
		return err
	}
	return h.depart(c, Begin{Purpose: access.ForInvitation, Link: code, Next: "/"})
}

func (h *Handler) verify(c echo.Context) error {
	in, err := web.Bind[nextInput](c)
	if err != nil {
		return err
	}
	person := web.Principal(c).Person
	if err := h.room.MayVerify(c.Request().Context(), person, web.Param(c, "provider")); err != nil {
		return err
	}
	return h.depart(c, Begin{Purpose: access.ForVerify, Person: person, Next: web.LocalPath(in.Next)})
}

// depart sends a browser to a provider, by a page and not by a redirect: what
// our forms lead to is ours alone (form-action 'self'), however far a provider
// sends its people around.
func (h *Handler) depart(c echo.Context, in Begin) error {
	in.Provider, in.Browser, in.Network = web.Param(c, "provider"), web.KeptInBrowser(c, cookie), web.Network(c)
	departure, err := h.room.Start(c.Request().Context(), in)
	if err != nil {
		return h.trouble(c, err, in.Next)
	}
	web.KeepForReturn(c, cookie, departure.Browser, access.ProviderAttemptFor)
	return h.pages.Render(c, http.StatusOK, "passing.html", departure)
}

// back is the one address that a provider's answers come to.
func (h *Handler) back(c echo.Context) error {
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusUnprocessableEntity) // who only looks uses nothing up
	}
	out, err := h.room.Back(c.Request().Context(), Answer{
		Provider: web.Param(c, "provider"), State: c.QueryParam("state"), Code: c.QueryParam("code"), Issuer: c.QueryParam("iss"),
		Error: c.QueryParam("error"), Browser: web.KeptInBrowser(c, cookie), Network: web.Network(c), Here: web.Principal(c),
	})
	switch {
	case err != nil:
		return h.trouble(c, err, "/")
	case out.Newcomer != nil:
		return h.pages.Render(c, http.StatusOK, "newcomer.html", newcomerView{Newcomer: *out.Newcomer})
	case out.Purpose == access.ForLink:
		return web.SeeOther(c, "/account/providers?done=provider-linked")
	case out.Purpose == access.ForVerify:
		if err := web.Verify(c, access.MeansOIDC); err != nil {
			return err
		}
		return web.SeeOther(c, web.LocalPath(out.Next))
	}
	return h.comeIn(c, out)
}

// comeIn begins a session. It is as fresh as the provider's own proof: whoever
// finds a browser that is signed in there has proved nothing.
func (h *Handler) comeIn(c echo.Context, out Outcome) error {
	if err := web.StartSessionProvedAt(c, out.Person.ID, out.Person.Generation, access.MeansOIDC, out.ProvedAt); err != nil {
		return err
	}
	return web.SeeOther(c, web.LocalPath(out.Next))
}

// newcomerView is the page that says what is about to be made.
type newcomerView struct {
	Newcomer
	Mistakes *lifecycle.Invalid
}

type joinInput struct {
	Ticket   string `form:"ticket" validate:"required,max=100"`
	Provider string `form:"provider"`
	Name     string `form:"name" validate:"required,printable,max=100"`
}

func (h *Handler) join(c echo.Context) error {
	in, err := web.Bind[joinInput](c)
	if wrong := web.Mistakes(err); wrong != nil {
		button, err := h.room.Button(c.Request().Context(), in.Provider)
		if err != nil {
			return h.trouble(c, fail(TroubleStale, "provider"), "/")
		}
		view := newcomerView{Newcomer{in.Ticket, access.Provider{ID: button.ID, Name: button.Name}, in.Name}, wrong}
		return h.pages.Render(c, http.StatusUnprocessableEntity, "newcomer.html", view)
	}
	if err != nil {
		return err
	}
	out, err := h.room.Join(c.Request().Context(), in.Ticket, web.KeptInBrowser(c, cookie), in.Name)
	if err != nil {
		return h.trouble(c, err, "/")
	}
	return h.comeIn(c, out)
}

// troubleView is the page of an attempt that came to nothing.
type troubleView struct {
	Failure
	Next string
	// Again: trying once more is worth it.
	Again bool
	// Here: somebody is signed in, and stays so.
	Here bool
}

// trouble shows why an attempt came to nothing, and what else to do.
func (h *Handler) trouble(c echo.Context, err error, next string) error {
	var failure *Failure
	if !errors.As(err, &failure) {
		return err
	}
	status := http.StatusForbidden
	switch failure.Trouble {
	case TroubleSilent:
		status = http.StatusServiceUnavailable
	case TroubleStale:
		status = http.StatusUnprocessableEntity
	case TroubleEnded:
		status = http.StatusGone
	}
	switch failure.Purpose {
	case access.ForLink:
		next = "/account/providers"
	case access.ForVerify:
		next = "/verify"
	}
	again := failure.Provider.ID != "" && failure.Purpose == access.ForSignIn && failure.Trouble != TroubleEnded
	return h.pages.Render(c, status, "trouble.html", troubleView{*failure, web.LocalPath(next), again, web.Principal(c).SignedIn()})
}
