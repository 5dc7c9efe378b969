package kits

import (
	"embed"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

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
	r.POST("/v1/kits", access.UnitRegister, h.apiRegister)
	r.GET("/v1/kits/:id", access.UnitRead, h.apiKit)
	r.GET("/kits/new", access.UnitRegister, h.form)
	r.POST("/kits", access.UnitRegister, h.register)
	r.GET("/kits/:id", access.UnitRead, h.page)
}

type unitBody struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
}

type kitInput struct {
	Name  string     `json:"name" validate:"required,printable,max=60"`
	Units []unitBody `json:"units" validate:"required,min=2,max=32,dive"`
}

func (h *Handler) apiRegister(c echo.Context) error {
	in, err := web.Bind[kitInput](c)
	if err != nil {
		return err
	}
	wanted := Wanted{Name: in.Name}
	for _, unit := range in.Units {
		key, err := lifecycle.ParseUnitKey(unit.Brand, unit.Serial)
		if err != nil {
			return err
		}
		wanted.Units = append(wanted.Units, key)
	}
	kit, err := h.room.Register(c.Request().Context(), web.Principal(c), wanted)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/kits/"+url.PathEscape(string(kit.ID)))
	return h.answer(c, http.StatusCreated, kit.ID)
}

// kitBody is a kit in JSON, its hub first.
type kitBody struct {
	ID    lifecycle.KitID `json:"id"`
	Name  string          `json:"name"`
	Cut   bool            `json:"cut"`
	Units []partBody      `json:"units"`
}

// partBody is a unit of it; State is empty where it is in other hands.
type partBody struct {
	Brand     string          `json:"brand"`
	Serial    string          `json:"serial"`
	State     lifecycle.State `json:"state,omitempty"`
	Missing   bool            `json:"missing"`
	MissingAt web.Time        `json:"missing_at"`
}

func (h *Handler) apiKit(c echo.Context) error {
	return h.answer(c, http.StatusOK, lifecycle.KitID(c.Param("id")))
}

func (h *Handler) answer(c echo.Context, status int, id lifecycle.KitID) error {
	sight, err := h.room.Find(c.Request().Context(), web.Principal(c), id)
	if err != nil {
		return err
	}
	body := kitBody{ID: sight.ID, Name: sight.Name, Cut: sight.Cut}
	for _, part := range sight.Parts {
		one := partBody{Brand: part.Key.Brand, Serial: part.Key.Serial, Missing: part.Missing()}
		if one.Missing {
			one.MissingAt = web.Time(part.MissingAt)
		}
		if sight.Own[part.Unit] {
			one.State = part.State
		}
		body.Units = append(body.Units, one)
	}
	return web.JSON(c, status, body)
}

// kitForm is the page's form: serials of one brand, one in each line, the hub's
// first.
type kitForm struct {
	Name    string `form:"name" validate:"required,printable,max=60"`
	Brand   string `form:"brand" validate:"required,brand"`
	Serials string `form:"units" validate:"required,max=4096"`
}

type formView struct {
	Form     kitForm
	Mistakes *lifecycle.Invalid
}

func (h *Handler) form(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "new.html", formView{})
}

func (h *Handler) register(c echo.Context) error {
	in, err := web.Bind[kitForm](c)
	var kit lifecycle.Kit
	if err == nil {
		kit, err = h.registerForm(c, in)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.pages.Render(c, http.StatusUnprocessableEntity, "new.html", formView{in, wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/kits/"+url.PathEscape(string(kit.ID))+"?done=kit-registered")
}

func (h *Handler) registerForm(c echo.Context, in kitForm) (lifecycle.Kit, error) {
	wanted := Wanted{Name: in.Name}
	for _, line := range strings.Split(in.Serials, "\n") {
		serial := strings.TrimSpace(line)
		if serial == "" {
			continue
		}
		key, err := lifecycle.ParseUnitKey(in.Brand, serial)
		if err != nil {
			return lifecycle.Kit{}, err
		}
		wanted.Units = append(wanted.Units, key)
	}
	if len(wanted.Units) < 2 {
		var invalid lifecycle.Invalid
		invalid.Add("units", "kit.too-few")
		return lifecycle.Kit{}, invalid.Err()
	}
	return h.room.Register(c.Request().Context(), web.Principal(c), wanted)
}

func (h *Handler) page(c echo.Context) error {
	sight, err := h.room.Find(c.Request().Context(), web.Principal(c), lifecycle.KitID(c.Param("id")))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "kit.html", sight)
}
