package admin

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountTokens(r *web.Routes) {
	r.GET("/admin/tokens", access.TokenManage, h.tokens)
	r.POST("/admin/tokens", access.TokenManage, h.makeToken)
	r.POST("/admin/tokens/:id/end", access.TokenManage, h.endToken)

	r.GET("/v1/tokens", access.TokenManage, h.apiTokens)
	r.POST("/v1/tokens", access.TokenManage, h.apiMakeToken)
	r.DELETE("/v1/tokens/:id", access.TokenManage, h.apiEndToken)
}

type tokenForm struct {
	Name   string   `form:"name" validate:"required,printable,max=60"`
	Scopes []string `form:"scopes"`
}

// tokensView is the page of the machines' tokens.
type tokensView struct {
	Tokens   []access.Credential
	Next     string
	Form     tokenForm
	Scopes   list
	Mistakes *lifecycle.Invalid
}

func (h *Handler) tokens(c echo.Context) error {
	return h.showTokens(c, http.StatusOK, tokensView{})
}

func (h *Handler) showTokens(c echo.Context, status int, view tokensView) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.Tokens(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	view.Tokens, view.Next = list, cursor(next)
	var scopes []option
	for _, scope := range access.Scopes() {
		scopes = append(scopes, option{
			Value: string(scope), Message: "scope." + string(scope), Ticked: slices.Contains(view.Form.Scopes, string(scope)),
		})
	}
	view.Scopes = listOf("scopes", "tokens.scopes", "tokens.scopes-help", scopes, view.Mistakes)
	return h.pages.Render(c, status, "tokens.html", view)
}

func (h *Handler) makeToken(c echo.Context) error {
	in, err := web.Bind[tokenForm](c)
	var made access.IssuedToken
	if err = web.AllMistakes(err, CheckScopes(in.Scopes)); err == nil {
		made, err = h.admin.MakeToken(c.Request().Context(), web.Principal(c), NewToken{Name: in.Name, Scopes: in.Scopes})
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showTokens(c, http.StatusUnprocessableEntity, tokensView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusCreated, "token-made.html", made)
}

func (h *Handler) endToken(c echo.Context) error {
	if err := h.admin.EndToken(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/tokens?done=token-ended")
}

func (h *Handler) apiTokens(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.Tokens(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	items := make([]issuedBody, len(list))
	for i, credential := range list {
		items[i] = issuedBodyOf(access.IssuedToken{Credential: credential})
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, cursor(next)))
}

// issuedBody is a machine's token in JSON. Token is its text, once, in the
// answer that made it.
type issuedBody struct {
	ID        string               `json:"id"`
	Kind      access.PrincipalKind `json:"kind"`
	Name      string               `json:"name"`
	Scopes    []string             `json:"scopes,omitempty"`
	Token     string               `json:"token,omitempty"`
	CreatedAt web.Time             `json:"created_at"`
	EndedAt   web.Time             `json:"ended_at"`
}

func issuedBodyOf(made access.IssuedToken) issuedBody {
	return issuedBody{
		ID: made.ID, Kind: made.Kind, Name: made.Name, Scopes: made.Scopes, Token: made.Text,
		CreatedAt: web.Time(made.CreatedAt), EndedAt: web.Time(made.EndedAt),
	}
}

type tokenBody struct {
	Name   string   `json:"name" validate:"required,printable,max=60"`
	Scopes []string `json:"scopes"`
	Org    string   `json:"org"` // id or name; the operator must give it
}

func (h *Handler) apiMakeToken(c echo.Context) error {
	in, err := web.Bind[tokenBody](c)
	if err := web.AllMistakes(err, CheckScopes(in.Scopes)); err != nil {
		return err
	}
	made, err := h.admin.MakeToken(c.Request().Context(), web.Principal(c), NewToken{in.Org, in.Name, in.Scopes})
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, issuedBodyOf(made))
}

func (h *Handler) apiEndToken(c echo.Context) error {
	if err := h.admin.EndToken(c.Request().Context(), web.Principal(c), web.Param(c, "id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
