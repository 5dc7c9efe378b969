package signin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// accountBody is who somebody is to us.
type accountBody struct {
	ID           lifecycle.PersonID `json:"id"`
	Name         string             `json:"name"`
	Email        string             `json:"email"`
	Roles        []lifecycle.Role   `json:"roles"`
	Organisation *orgBody           `json:"organisation"` // null for owners
}

type orgBody struct {
	ID   lifecycle.OrgID   `json:"id"`
	Kind lifecycle.OrgKind `json:"kind"`
	Name string            `json:"name"`
}

func (h *Handler) readAccount(c echo.Context) error {
	account, err := h.entrance.Account(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	body := accountBody{
		ID: account.Person.ID, Name: account.Person.Name, Email: account.Person.Email, Roles: account.Person.Roles,
	}
	if org := account.Organisation; org.ID != "" {
		body.Organisation = &orgBody{org.ID, org.Kind, org.Name}
	}
	return web.JSON(c, http.StatusOK, body)
}

type passwordBody struct {
	Current  string `json:"current" validate:"required"`
	Password string `json:"password" validate:"required"`
}

func (h *Handler) apiChangePassword(c echo.Context) error {
	if err := h.mayChangePassword(c); err != nil {
		return err
	}
	in, err := web.Bind[passwordBody](c)
	if err := web.AllMistakes(err, access.CheckPassword(in.Password)); err != nil {
		return err
	}
	_, err = h.entrance.ChangePassword(c.Request().Context(), web.Principal(c).Person, in.Current, in.Password)
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) apiEndSessions(c echo.Context) error {
	if err := h.entrance.EndSessions(c.Request().Context(), web.Principal(c).Person); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// TokenBody is a token in JSON. Token is its text, once, in the answer that
// made it.
type TokenBody struct {
	ID        string               `json:"id"`
	Kind      access.PrincipalKind `json:"kind"`
	Name      string               `json:"name"`
	Scopes    []string             `json:"scopes,omitempty"`
	Token     string               `json:"token,omitempty"`
	CreatedAt web.Time             `json:"created_at"`
	EndedAt   web.Time             `json:"ended_at"`
}

// TokenBodyOf is a token as JSON shows it.
func TokenBodyOf(made access.IssuedToken) TokenBody {
	return TokenBody{
		ID: made.ID, Kind: made.Kind, Name: made.Name, Scopes: made.Scopes, Token: made.Text,
		CreatedAt: web.Time(made.CreatedAt), EndedAt: web.Time(made.EndedAt),
	}
}

func (h *Handler) apiTokens(c echo.Context) error {
	account, err := h.entrance.Account(c.Request().Context(), web.Principal(c).Person)
	if err != nil {
		return err
	}
	var items []TokenBody
	for _, credential := range account.Tokens {
		items = append(items, TokenBodyOf(access.IssuedToken{Credential: credential}))
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}

func (h *Handler) apiMakeToken(c echo.Context) error {
	in, err := web.Bind[tokenInput](c)
	if err != nil {
		return err
	}
	made, err := h.entrance.MakeToken(c.Request().Context(), web.Principal(c).Person, in.Name)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, TokenBodyOf(made))
}

func (h *Handler) apiEndToken(c echo.Context) error {
	err := h.entrance.EndToken(c.Request().Context(), web.Principal(c).Person, web.Param(c, "id"))
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
