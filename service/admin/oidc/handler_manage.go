package oidc

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountManage(r *web.Routes) {
	r.GET("/admin/providers", access.ProviderManage, h.providers)
	r.GET("/admin/providers/new", access.ProviderManage, h.newProvider)
	r.POST("/admin/providers", access.ProviderManage, h.configure)
	r.POST("/admin/providers/passwords", access.ProviderManage, h.setPasswords)
	r.GET("/admin/providers/:id", access.ProviderManage, h.provider)
	r.POST("/admin/providers/:id", access.ProviderManage, h.change)
	r.POST("/admin/providers/:id/try", access.ProviderManage, h.try)
	r.POST("/admin/providers/:id/end", access.ProviderManage, h.end)
}

// providersView is the page of an organisation's providers.
type providersView struct {
	Providers []access.Provider
	Next      string
	Org       access.Organisation
	// MayEnd: who asks came in without a password, and so may end passwords.
	MayEnd bool
}

func (h *Handler) providers(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Providers(ctx, p, page)
	if err != nil {
		return err
	}
	org, err := h.room.Policy(ctx, p, p.Org)
	if err != nil {
		return err
	}
	view := providersView{Providers: list, Next: web.NextCursor(next), Org: org, MayEnd: withoutPassword(p)}
	return h.pages.Render(c, http.StatusOK, "providers.html", view)
}

type passwordsForm struct {
	Allowed bool `form:"allowed"`
}

func (h *Handler) setPasswords(c echo.Context) error {
	in, err := web.Bind[passwordsForm](c)
	if err != nil {
		return err
	}
	p := web.Principal(c)
	org, err := h.room.SetPasswords(c.Request().Context(), p, p.Org, in.Allowed)
	if err != nil {
		return err
	}
	done := "passwords-on"
	if org.PasswordsOff() {
		done = "passwords-off"
	}
	return web.SeeOther(c, "/admin/providers?done="+done)
}

// providerForm is a provider as its form has it.
type providerForm struct {
	Audience access.Audience `form:"audience"`
	Name     string          `form:"name" validate:"required,printable,max=60"`
	Issuer   string          `form:"issuer" validate:"required,max=200"`
	ClientID string          `form:"client_id" validate:"required,printable,max=200"`
	Secret   string          `form:"client_secret" validate:"max=500"`
	Hosts    string          `form:"hosts" validate:"max=2000"`
	ACR      string          `form:"acr" validate:"max=2000"`
	MaxAge   int             `form:"max_age" validate:"min=0"` // minutes
	Listed   bool            `form:"listed"`
}

func (f providerForm) settings() Settings {
	return Settings{
		Audience: f.Audience, Name: f.Name, Issuer: f.Issuer, ClientID: f.ClientID, Secret: f.Secret,
		Hosts: words(f.Hosts), ACR: words(f.ACR), MaxAge: time.Duration(min(f.MaxAge, 1<<20)) * time.Minute, Listed: f.Listed,
	}
}

// words are what stands between blanks and commas.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

func formOf(p access.Provider) providerForm {
	return providerForm{
		Audience: p.Audience, Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, Hosts: strings.Join(p.Hosts, " "),
		ACR: strings.Join(p.ACR, " "), MaxAge: int(p.MaxAge / time.Minute), Listed: p.Listed,
	}
}

// providerView is the page of one provider, or of one that is to be.
type providerView struct {
	Provider  access.Provider // its id is empty: it is to be made
	HasSecret bool
	Redirect  string
	Address   string // of its own sign-in page
	Form      providerForm
	Vendor    bool
	Tried     string // message code of what a try found; empty: none was made
	Well      bool
	Audiences []web.Option
	Mistakes  *lifecycle.Invalid
}

func (h *Handler) newProvider(c echo.Context) error {
	return h.showProvider(c, http.StatusOK, providerView{Form: providerForm{Listed: true, Audience: access.AudienceStaff}})
}

func (h *Handler) showProvider(c echo.Context, status int, view providerView) error {
	view.Vendor = web.Principal(c).OrgKind == lifecycle.OrgVendor
	for _, audience := range access.Audiences() {
		code := "provider.for-" + string(audience)
		view.Audiences = append(view.Audiences, web.Option{Value: string(audience), Message: code, Hint: code + ".hint"})
	}
	if p := view.Provider; p.ID != "" {
		view.HasSecret, view.Redirect, view.Address = p.Secret != "", h.room.RedirectURL(p), h.room.Address(p)
	}
	return h.pages.Render(c, status, "provider.html", view)
}

func (h *Handler) configure(c echo.Context) error {
	form, err := web.Bind[providerForm](c)
	p := web.Principal(c)
	if p.OrgKind != lifecycle.OrgVendor {
		form.Audience = access.AudienceStaff // it is not asked
	}
	var made access.Provider
	if err = web.AllMistakes(err, h.room.Check(p, form.settings())); err == nil {
		made, err = h.room.Configure(c.Request().Context(), p, form.settings())
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showProvider(c, http.StatusUnprocessableEntity, providerView{Form: form, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+made.ID+"?done=provider-made")
}

func (h *Handler) provider(c echo.Context) error {
	found, err := h.room.Provider(c.Request().Context(), web.Principal(c), web.Param(c, "id"))
	if err != nil {
		return err
	}
	return h.showProvider(c, http.StatusOK, providerView{Provider: found, Form: formOf(found)})
}

func (h *Handler) change(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	was, err := h.room.Provider(ctx, p, web.Param(c, "id"))
	if err != nil {
		return err
	}
	form, err := web.Bind[providerForm](c)
	form.Audience = was.Audience
	if err = web.AllMistakes(err, h.room.Check(p, form.settings())); err == nil {
		_, err = h.room.Change(ctx, p, was.ID, form.settings())
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showProvider(c, http.StatusUnprocessableEntity, providerView{Provider: was, Form: form, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+was.ID+"?done=provider-changed")
}

func (h *Handler) end(c echo.Context) error {
	if _, err := h.room.End(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers?done=provider-ended")
}

// try asks the provider what it says of itself, and shows what is wrong with it
// before anybody's sign-in does.
func (h *Handler) try(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	found, err := h.room.Provider(ctx, p, web.Param(c, "id"))
	if err != nil {
		return err
	}
	view := providerView{Provider: found, Form: formOf(found), Tried: "provider.try.well", Well: true}
	if err = h.room.Try(ctx, p, found.ID); err != nil {
		var failure *Failure
		if !errors.As(err, &failure) {
			return err
		}
		view.Tried, view.Well = "provider.try."+failure.Detail, false
	}
	return h.showProvider(c, http.StatusOK, view)
}
