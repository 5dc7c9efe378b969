package signin

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// foundingInput is the form of the very first link.
type foundingInput struct {
	Organisation string `form:"organisation" validate:"required,printable,max=100"`
	Brands       string `form:"brands"`
	Name         string `form:"name" validate:"required,printable,max=100"`
	Email        string `form:"email" validate:"required,email,max=254"`
	Password     string `form:"password" validate:"required"`
	Again        string `form:"password_again" validate:"eqfield=Password"`
}

// passwordInput is the form of an invitation.
type passwordInput struct {
	Password string `form:"password" validate:"required"`
	Again    string `form:"password_again" validate:"eqfield=Password"`
}

// setupView is the page behind a one-time link.
type setupView struct {
	Welcome  Welcome
	Code     string // of the link
	Form     foundingInput
	Mistakes *lifecycle.Invalid
}

func (h *Handler) setupForm(c echo.Context) error {
	welcome, err := h.entrance.Open(c.Request().Context(), web.Param(c, "code"))
	if err != nil {
		return err
	}
	return h.showSetup(c, http.StatusOK, setupView{Welcome: welcome})
}

func (h *Handler) showSetup(c echo.Context, status int, view setupView) error {
	view.Code = web.Param(c, "code")
	page := "invitation.html"
	if view.Welcome.First {
		page = "setup.html"
	}
	return h.pages.Render(c, status, page, view)
}

func (h *Handler) setup(c echo.Context) error {
	ctx, code := c.Request().Context(), web.Param(c, "code")
	welcome, err := h.entrance.Open(ctx, code)
	if err != nil {
		return err
	}
	use := h.accept
	if welcome.First {
		use = h.found
	}
	form, person, err := use(ctx, c, code)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showSetup(c, http.StatusUnprocessableEntity, setupView{Welcome: welcome, Form: form, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	if err := web.StartSession(c, person.ID, person.Generation, access.MeansPassword); err != nil {
		return err
	}
	return web.SeeOther(c, "/")
}

func (h *Handler) found(ctx context.Context, c echo.Context, code string) (foundingInput, access.Person, error) {
	in, err := web.Bind[foundingInput](c)
	brands, wrongBrands := lifecycle.ParseBrands(in.Brands)
	if err := web.AllMistakes(err, wrongBrands, access.CheckPassword(in.Password)); err != nil {
		return in, access.Person{}, err
	}
	person, err := h.entrance.SetUp(ctx, code, Founding{
		Organisation: in.Organisation, Brands: brands, Name: in.Name, Email: in.Email, Password: in.Password,
	})
	return in, person, err
}

func (h *Handler) accept(ctx context.Context, c echo.Context, code string) (foundingInput, access.Person, error) {
	in, err := web.Bind[passwordInput](c)
	if err := web.AllMistakes(err, access.CheckPassword(in.Password)); err != nil {
		return foundingInput{}, access.Person{}, err
	}
	person, err := h.entrance.Accept(ctx, code, in.Password)
	return foundingInput{}, person, err
}
