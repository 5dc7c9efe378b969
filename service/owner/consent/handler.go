package consent

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	consents *Consents
	pages    *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(s *Consents) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{s, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/v1/consents", access.ConsentRead, h.list)
	r.POST("/v1/consents", access.ConsentSign, h.give)
	r.DELETE("/v1/consents/:id", access.ConsentChange, h.revoke)
	r.POST("/v1/consents/codes", access.ConsentCode, h.code)
	r.POST("/v1/consents/asks/:ask/begin", access.ConsentBegin, h.begin)
	r.POST("/v1/consents/asks/:ask/refuse", access.ConsentChange, h.refuse)
	r.GET("/v1/mine/units/:brand/:serial/looked", access.LookedRead, h.looked)
	r.GET("/v1/mine/past/:binding/looked", access.LookedRead, h.lookedThen)
	r.GET("/v1/mine/looked/:access/proof", access.LookedRead, h.proof)
	r.GET("/v1/mine/looked/:access/leaf", access.LookedRead, h.leaf)
	h.mountPages(r)
}

func owner(c echo.Context) lifecycle.PersonID { return web.Principal(c).Person }

// keyOf is the unit in the path. A key that can be no unit's is looked for all
// the same: as the zero key, which nobody's is.
func keyOf(c echo.Context) lifecycle.UnitKey {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return lifecycle.UnitKey{}
	}
	return key
}

func (h *Handler) list(c echo.Context) error {
	all, err := h.consents.Overview(c.Request().Context(), owner(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, overviewBodyOf(c, all))
}

type keyInput struct {
	Brand  string `json:"brand" form:"brand" validate:"required,brand"`
	Serial string `json:"serial" form:"serial" validate:"required,serial"`
}

func (h *Handler) code(c echo.Context) error {
	in, err := web.Bind[keyInput](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	code, err := h.consents.ShowCode(c.Request().Context(), owner(c), key)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, codeBody{code.Text, web.Time(code.Until)})
}

// beginInput says which words were read, and in which language: whoever read
// others, of before the service was renewed, reads again.
type beginInput struct {
	Language   string `json:"language" validate:"required,max=8"`
	Disclosure string `json:"disclosure" validate:"required,len=64,hexadecimal"`
}

// begunBody is what the browser needs; since goes back with the signature.
type begunBody struct {
	Since     web.Time        `json:"since"`
	Challenge string          `json:"challenge"` // base64url
	Options   json.RawMessage `json:"options"`
}

func (h *Handler) begin(c echo.Context) error {
	in, err := web.Bind[beginInput](c)
	if err != nil {
		return err
	}
	words, err := h.wordsOf(c, web.Param(c, "ask"), in.Language)
	if err != nil {
		return err
	}
	if words.Hash != in.Disclosure {
		var wrong lifecycle.Invalid
		wrong.Add("disclosure", "consent.words-changed")
		return wrong.Err()
	}
	begun, err := h.consents.Begin(c.Request().Context(), owner(c), web.Param(c, "ask"), words)
	if err != nil {
		return err
	}
	challenge := base64.RawURLEncoding.EncodeToString(begun.Challenge)
	return web.JSON(c, http.StatusOK, begunBody{web.Time(begun.Since), challenge, begun.Options})
}

// wordsOf is which words the owner reads: they hang on what is asked.
func (h *Handler) wordsOf(c echo.Context, ask, language string) (access.DisclosureVersion, error) {
	asked, err := h.consents.Question(c.Request().Context(), owner(c), ask)
	if err != nil {
		return access.DisclosureVersion{}, err
	}
	return versionIn(c, language, asked.Terms.Purpose)
}

type giveInput struct {
	Ask      string          `json:"ask" validate:"required,max=64"`
	Since    web.Time        `json:"since" validate:"required"`
	Language string          `json:"language" validate:"required,max=8"`
	Response json.RawMessage `json:"response" validate:"required"`
}

func (h *Handler) give(c echo.Context) error {
	in, err := web.Bind[giveInput](c)
	if err != nil {
		return err
	}
	given, err := h.sign(c, in)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, givenBody{given.ID, web.Time(given.Until)})
}

// sign is what page and API have in common.
func (h *Handler) sign(c echo.Context, in giveInput) (access.Consent, error) {
	given, already, err := h.consents.Already(c.Request().Context(), owner(c), in.Ask, asTime(in.Since))
	if err != nil || already {
		return given, err
	}
	words, err := h.wordsOf(c, in.Ask, in.Language)
	if err != nil {
		return access.Consent{}, err
	}
	return h.consents.Give(c.Request().Context(), owner(c), in.Ask, words, Signed{asTime(in.Since), in.Response})
}

func (h *Handler) revoke(c echo.Context) error {
	if err := h.consents.Revoke(c.Request().Context(), owner(c), web.Param(c, "id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) refuse(c echo.Context) error {
	if err := h.consents.Refuse(c.Request().Context(), owner(c), web.Param(c, "ask")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
