package oidc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountAPI(r *web.Routes) {
	r.GET("/v1/providers", access.ProviderManage, h.apiProviders)
	r.POST("/v1/providers", access.ProviderManage, h.apiConfigure)
	r.GET("/v1/providers/:id", access.ProviderManage, h.apiProvider)
	r.PUT("/v1/providers/:id", access.ProviderManage, h.apiChange)
	r.DELETE("/v1/providers/:id", access.ProviderManage, h.apiEnd)
	r.GET("/v1/organisations/:id/sign-in", access.PolicyManage, h.apiPolicy)
	r.PUT("/v1/organisations/:id/sign-in", access.PolicyManage, h.apiSetPolicy)
}

// providerBody is a provider in JSON. Its secret goes in and never comes out.
type providerBody struct {
	ID        string          `json:"id"`
	Audience  access.Audience `json:"audience"`
	Name      string          `json:"name"`
	Issuer    string          `json:"issuer"`
	ClientID  string          `json:"client_id"`
	Hosts     []string        `json:"hosts"`
	ACR       []string        `json:"acr"`
	MaxAge    int64           `json:"max_age_s"`
	Listed    bool            `json:"listed"`
	Redirect  string          `json:"redirect_uri"`
	Address   string          `json:"sign_in_url"`
	CreatedAt web.Time        `json:"created_at"`
	EndedAt   web.Time        `json:"ended_at"`
}

func (h *Handler) body(p access.Provider) providerBody {
	return providerBody{
		ID: p.ID, Audience: p.Audience, Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID,
		Hosts: append([]string{}, p.Hosts...), ACR: append([]string{}, p.ACR...), MaxAge: int64(p.MaxAge / time.Second), Listed: p.Listed,
		Redirect: h.room.RedirectURL(p), Address: h.room.Address(p), CreatedAt: web.Time(p.CreatedAt), EndedAt: web.Time(p.EndedAt),
	}
}

type providerInput struct {
	Audience access.Audience `json:"audience"`
	Name     string          `json:"name" validate:"required,printable,max=60"`
	Issuer   string          `json:"issuer" validate:"required,max=200"`
	ClientID string          `json:"client_id" validate:"required,printable,max=200"`
	Secret   string          `json:"client_secret" validate:"max=500"`
	Hosts    []string        `json:"hosts"`
	ACR      []string        `json:"acr"`
	MaxAge   int64           `json:"max_age_s"`
	Listed   bool            `json:"listed"`
}

func (in providerInput) settings() Settings {
	// What is too much becomes no less by being counted in nanoseconds.
	age := time.Duration(min(max(in.MaxAge, -1), 1<<30)) * time.Second
	return Settings{
		Audience: in.Audience, Name: in.Name, Issuer: in.Issuer, ClientID: in.ClientID, Secret: in.Secret, Hosts: in.Hosts, ACR: in.ACR,
		MaxAge: age, Listed: in.Listed,
	}
}

func (h *Handler) apiProviders(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.room.Providers(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	items := make([]providerBody, len(list))
	for i, p := range list {
		items[i] = h.body(p)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}

func (h *Handler) apiConfigure(c echo.Context) error {
	in, err := web.Bind[providerInput](c)
	p := web.Principal(c)
	if err := web.AllMistakes(err, h.room.Check(p, in.settings())); err != nil {
		return err
	}
	made, err := h.room.Configure(c.Request().Context(), p, in.settings())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, h.body(made))
}

func (h *Handler) apiProvider(c echo.Context) error {
	found, err := h.room.Provider(c.Request().Context(), web.Principal(c), web.Param(c, "id"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, h.body(found))
}

func (h *Handler) apiChange(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	was, err := h.room.Provider(ctx, p, web.Param(c, "id"))
	if err != nil {
		return err
	}
	in, err := web.Bind[providerInput](c)
	in.Audience = was.Audience
	if err := web.AllMistakes(err, h.room.Check(p, in.settings())); err != nil {
		return err
	}
	changed, err := h.room.Change(ctx, p, was.ID, in.settings())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, h.body(changed))
}

func (h *Handler) apiEnd(c echo.Context) error {
	if _, err := h.room.End(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// policyBody is how staff of an organisation may sign in.
type policyBody struct {
	Passwords bool     `json:"passwords"`
	OffAt     web.Time `json:"passwords_off_at"`
}

type policyInput struct {
	Passwords bool `json:"passwords"`
}

func (h *Handler) apiPolicy(c echo.Context) error {
	org, err := h.room.Policy(c.Request().Context(), web.Principal(c), lifecycle.OrgID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, policyBody{!org.PasswordsOff(), web.Time(org.PasswordsOffAt)})
}

func (h *Handler) apiSetPolicy(c echo.Context) error {
	in, err := web.Bind[policyInput](c)
	if err != nil {
		return err
	}
	org, err := h.room.SetPasswords(c.Request().Context(), web.Principal(c), lifecycle.OrgID(web.Param(c, "id")), in.Passwords)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, policyBody{!org.PasswordsOff(), web.Time(org.PasswordsOffAt)})
}
