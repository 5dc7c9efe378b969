package signin

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

// Handler is the doors through which people come in.
type Handler struct {
	entrance *Entrance
	pages    *web.Pages
}

// NewHandler parses the pages.
func NewHandler(entrance *Entrance) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{entrance, pages}, nil
}

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/sign-in", access.SessionStart, h.signInForm)
	r.POST("/sign-in", access.SessionStart, h.signIn)
	r.POST("/sign-out", access.SessionEnd, h.signOut)
	r.GET("/sign-up", access.SignUp, h.signUpForm)
	r.POST("/sign-up", access.SignUp, h.signUp)
	r.GET("/setup/:code", access.SetupUse, h.setupForm)
	r.POST("/setup/:code", access.SetupUse, h.setup)
	h.mountRecovery(r)
	h.mountAddress(r)

	r.GET("/account", access.AccountRead, h.account)
	r.POST("/account/password", access.AccountChange, h.changePassword)
	r.POST("/account/sessions/end", access.AccountChange, h.endSessions)
	r.POST("/account/sessions/others/end", access.AccountChange, h.endOtherSessions)
	r.POST("/account/sessions/:id/end", access.AccountChange, h.endSession)
	r.POST("/account/tokens", access.TokenMake, h.makeToken)
	r.POST("/account/tokens/:id/end", access.AccountChange, h.endToken)

	r.GET("/v1/account", access.AccountRead, h.readAccount)
	r.POST("/v1/account/password", access.AccountChange, h.apiChangePassword)
	r.DELETE("/v1/account/sessions", access.AccountChange, h.apiEndSessions)
	r.GET("/v1/account/sessions", access.AccountRead, h.apiSessions)
	r.DELETE("/v1/account/sessions/:id", access.AccountChange, h.apiEndSession)
	r.GET("/v1/account/tokens", access.AccountRead, h.apiTokens)
	r.POST("/v1/account/tokens", access.TokenMake, h.apiMakeToken)
	r.DELETE("/v1/account/tokens/:id", access.AccountChange, h.apiEndToken)
}

type signInInput struct {
	Email    string `form:"email" validate:"required,max=254"`
	Password string `form:"password" validate:"required"`
	Next     string `form:"next"`
}

// signInView is the page of the sign-in form.
type signInView struct {
	Email, Next string
	Mail        bool // links are mailed here
	Passkeys    bool // browsers use passkeys at this address
	Providers   []access.Button
	Mistakes    *lifecycle.Invalid
}

func (h *Handler) signInForm(c echo.Context) error {
	// Who came in by badge and PIN may say their password as well.
	if p := web.Principal(c); p.SignedIn() && !p.ByPIN {
		return web.SeeOther(c, web.LocalPath(c.QueryParam("next")))
	}
	return h.showSignIn(c, http.StatusOK, signInView{Next: h.onward(c)})
}

func (h *Handler) showSignIn(c echo.Context, status int, view signInView) (err error) {
	view.Mail, view.Passkeys = h.entrance.ByMail(), h.entrance.config.Passkeys
	if view.Providers, err = h.entrance.buttons(c.Request().Context()); err != nil {
		return err
	}
	return h.pages.Render(c, status, "sign-in.html", view)
}

func (h *Handler) signIn(c echo.Context) error {
	in, err := web.Bind[signInInput](c)
	if err == nil && h.entrance.ByMail() {
		return h.askSignIn(c, in)
	}
	var person access.Person
	if err == nil {
		person, err = h.entrance.SignIn(c.Request().Context(), in.Email, in.Password, web.Network(c))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showSignIn(c, http.StatusUnprocessableEntity, signInView{Email: in.Email, Next: web.LocalPath(in.Next), Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	if err := web.StartSession(c, person.ID, person.Generation, access.MeansPassword); err != nil {
		return err
	}
	return web.SeeOther(c, web.LocalPath(in.Next))
}

func (h *Handler) signOut(c echo.Context) error {
	if err := web.EndSession(c); err != nil {
		return err
	}
	h.setAsked(c, "", -time.Second) // whoever is next here goes their own way
	return web.SeeOther(c, "/sign-in?done=signed-out")
}

type signUpInput struct {
	Email    string `form:"email" validate:"required,email,max=254"`
	Password string `form:"password" validate:"required"`
	Again    string `form:"password_again" validate:"eqfield=Password"`
	Next     string `form:"next"`
}

// signUpView is the page of the sign-up form.
type signUpView struct {
	Email, Next string
	Mistakes    *lifecycle.Invalid
}

func (h *Handler) signUpForm(c echo.Context) error {
	if web.Principal(c).SignedIn() {
		return web.SeeOther(c, web.LocalPath(c.QueryParam("next")))
	}
	return h.pages.Render(c, http.StatusOK, "sign-up.html", signUpView{Next: h.onward(c)})
}

func (h *Handler) signUp(c echo.Context) error {
	in, err := web.Bind[signUpInput](c)
	if err = web.AllMistakes(err, access.CheckPassword(in.Password)); err == nil {
		err = h.addOwner(c, Owner{Email: in.Email, Password: in.Password}, in.Next)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.pages.Render(c, http.StatusUnprocessableEntity, "sign-up.html", signUpView{in.Email, web.LocalPath(in.Next), wrong})
	}
	if err != nil {
		return err
	}
	if h.entrance.ByMail() {
		return web.SeeOther(c, "/link")
	}
	return web.SeeOther(c, signInDone("signed-up", web.LocalPath(in.Next)))
}

func (h *Handler) addOwner(c echo.Context, in Owner, next string) error {
	if h.entrance.ByMail() {
		return h.entrance.AskSignUp(c.Request().Context(), in, h.askHere(c, next))
	}
	return h.entrance.SignUp(c.Request().Context(), in, web.Network(c))
}
