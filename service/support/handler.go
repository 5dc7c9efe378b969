package support

import (
	"context"
	"embed"
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
	support *Support
	pages   *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(s *Support) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{s, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/v1/support/consents", access.SupportRead, h.consents)
	r.POST("/v1/support/asks", access.SupportAsk, h.ask)
	r.POST("/v1/support/codes", access.SupportAsk, h.code)
	r.POST("/v1/support/consents/:id/open", access.SupportOpen, h.open)
	r.GET("/v1/support/accesses/:id", access.SupportRead, h.view)
	r.GET("/v1/support/accesses/:id/events", access.SupportRead, h.events)
	h.mountPages(r)
}

func actorOf(c echo.Context) lifecycle.Actor { return web.Principal(c).Actor() }

func (h *Handler) consents(c echo.Context) error {
	list, err := h.support.Consents(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	bodies := make([]consentBody, len(list))
	for i, consent := range list {
		bodies[i] = consentBodyOf(consent)
	}
	return web.JSON(c, http.StatusOK, web.NewList(bodies, ""))
}

// askedBody is what every question is answered with, whoever it went to.
type askedBody struct {
	Asked bool `json:"asked"`
}

func (h *Handler) ask(c echo.Context) error {
	in, err := web.Bind[askInput](c)
	if err != nil {
		return err
	}
	if err := h.putAsk(c, in); err != nil {
		return err
	}
	return web.JSON(c, http.StatusAccepted, askedBody{true})
}

// putAsk is what page and API have in common.
func (h *Handler) putAsk(c echo.Context, in askInput) error {
	terms, err := in.terms()
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	return h.support.Ask(c.Request().Context(), actorOf(c), key, terms)
}

func (h *Handler) code(c echo.Context) error {
	in, err := web.Bind[codeInput](c)
	if err != nil {
		return err
	}
	if err := h.putCode(c, in); err != nil {
		return err
	}
	return web.JSON(c, http.StatusAccepted, askedBody{true})
}

func (h *Handler) putCode(c echo.Context, in codeInput) error {
	terms, err := in.terms()
	if err != nil {
		return err
	}
	return h.support.TypeCode(c.Request().Context(), actorOf(c), in.Code, terms)
}

func (h *Handler) open(c echo.Context) error {
	in, err := web.Bind[openInput](c)
	if err != nil {
		return err
	}
	opened, err := h.support.Open(c.Request().Context(), actorOf(c), consentID(c), in.attested())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, openedBody{opened.ID, opened.Index, web.Time(opened.Until)})
}

// longestID is more than any id of ours has.
const longestID = 64

// consentID is the id in the path. What cannot be one is tried as none: the
// attempt is one.
func consentID(c echo.Context) string {
	id := web.Param(c, "id")
	if len(id) > longestID || !isASCII(id) {
		return access.NoConsent
	}
	return id
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

func (h *Handler) view(c echo.Context) error {
	shown, err := h.support.View(c.Request().Context(), actorOf(c), web.Param(c, "id"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, shownBodyOf(shown))
}

func (h *Handler) events(c echo.Context) error {
	actor, id := actorOf(c), web.Param(c, "id")
	// Who may not see it gets an error, and not a stream that ends.
	if _, err := h.support.read(c.Request().Context(), actor, id); err != nil {
		return err
	}
	return web.Stream(c, func(ctx context.Context, send func(event, id string, data any) error) error {
		return h.support.Follow(ctx, actor, id, func(over access.ConsentEnd) error {
			if over != "" {
				return send("over", "", overBody{string(over)})
			}
			return send("change", "", struct{}{})
		})
	})
}
