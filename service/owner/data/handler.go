package data

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
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
	data  *Data
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(data *Data) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{data, pages}, nil
}

// Mount registers the routes. Taking a copy changes nothing, and is no GET for
// all that: it asks for a person who has just verified themselves.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/account/data", access.AccountRead, h.page)
	r.POST("/account/data/export", access.DataExport, h.export)
	r.POST("/v1/account/data/export", access.DataExport, h.export)
	r.GET("/account/data/erase", access.OwnerRead, h.ask)
	r.POST("/account/data/erase", access.DataErase, h.submit)
	r.GET("/v1/account/data/obligations", access.OwnerRead, h.obligations)
	r.POST("/v1/account/data/erase", access.DataErase, h.erase)
}

func (h *Handler) page(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "data.html", web.Principal(c).Org == "")
}

// export writes one section after the other. What fails in the middle leaves a
// document without an end: "complete" is its last key.
func (h *Handler) export(c echo.Context) error {
	actor := web.Principal(c).Actor()
	person, err := h.data.Person(c.Request().Context(), actor.Person)
	if err != nil {
		return err
	}
	sessions, err := web.OpenSessions(c)
	if err != nil {
		return err
	}
	// Much takes its time on a slow line.
	ctx, to := web.Download(c)
	sections := append([]Section{{"sessions", func(yield func(any, error) bool) {
		for _, s := range sessions {
			if !yield(sessionBodyOf(s), nil) {
				return
			}
		}
	}}}, h.data.Sections(ctx, actor)...)
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "application/json")
	header.Set(echo.HeaderContentDisposition, `attachment; filename="quitclaim-my-data.json"`)
	c.Response().WriteHeader(http.StatusOK)
	return write(to, web.Time(h.data.config.Now()), person, sections)
}

// write streams the document.
func write(out io.Writer, at web.Time, person PersonBody, sections []Section) error {
	w := &document{to: out}
	w.text("{\n\"format\": ")
	w.value(Format)
	w.text(",\n\"made_at\": ")
	w.value(at)
	w.text(",\n\"person\": ")
	w.value(person)
	for _, section := range sections {
		w.text(fmt.Sprintf(",\n%q: [", section.Name))
		first := true
		for item, err := range section.Items {
			if err != nil {
				return fmt.Errorf("export %s: %w", section.Name, err)
			}
			if !first {
				w.text(",")
			}
			first = false
			w.text("\n")
			w.value(item)
		}
		w.text("]")
	}
	w.text(",\n\"complete\": true\n}\n")
	return w.err
}

// document remembers its first error; what is written after it is lost.
type document struct {
	to  io.Writer
	err error
}

func (d *document) text(text string) {
	if d.err == nil {
		_, d.err = d.to.Write([]byte(text))
	}
}

func (d *document) value(v any) {
	text, err := json.Marshal(v)
	if d.err == nil {
		d.err = err
	}
	d.text(string(text))
}

// eraseView is the page that asks.
type eraseView struct {
	Open     []Open
	Blocked  bool
	Mistakes *lifecycle.Invalid
}

func (h *Handler) ask(c echo.Context) error { return h.showErase(c, http.StatusOK, nil) }

func (h *Handler) showErase(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	open, err := h.data.Obligations(c.Request().Context(), web.Principal(c).Actor())
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "erase.html", eraseView{open, Blocked(open), wrong})
}

// eraseInput: what cannot be undone is said yes to by hand.
type eraseInput struct {
	Sure bool `json:"sure" form:"sure" validate:"required"`
}

func (h *Handler) submit(c echo.Context) error {
	_, err := web.Bind[eraseInput](c)
	if err == nil {
		err = h.data.Erase(c.Request().Context(), web.Principal(c).Actor())
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showErase(c, http.StatusUnprocessableEntity, wrong)
	}
	if refused(err) {
		return h.showErase(c, http.StatusConflict, nil)
	}
	if err != nil {
		return err
	}
	if err := web.EndSession(c); err != nil {
		return err
	}
	return web.SeeOther(c, "/sign-in?done=erased")
}

func (h *Handler) erase(c echo.Context) error {
	if _, err := web.Bind[eraseInput](c); err != nil {
		return err
	}
	if err := h.data.Erase(c.Request().Context(), web.Principal(c).Actor()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type openBody struct {
	Code   string `json:"code"`
	Brand  string `json:"brand"`
	Serial string `json:"serial"`
	Blocks bool   `json:"blocks"`
}

func (h *Handler) obligations(c echo.Context) error {
	open, err := h.data.Obligations(c.Request().Context(), web.Principal(c).Actor())
	if err != nil {
		return err
	}
	bodies := make([]openBody, len(open))
	for i, one := range open {
		bodies[i] = openBody{one.Code, one.Key.Brand, one.Key.Serial, one.Blocks}
	}
	return web.JSON(c, http.StatusOK, web.NewList(bodies, ""))
}
