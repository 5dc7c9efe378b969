package station

import (
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
	r.GET("/switch", access.StationUse, h.switchForm)
	r.POST("/switch", access.StationUse, h.enter)
	r.POST("/switch/leave", access.StationUse, h.leave)
	r.POST("/switch/stay", access.StationUse, h.stay)
	r.POST("/switch/cover", access.StationUse, h.cover)
	r.POST("/switch/uncover", access.StationUse, h.uncover)
	r.GET("/switch/enrol/:code", access.StationUse, h.enrolForm)
	r.POST("/switch/enrol", access.StationUse, h.become)

	r.GET("/account/pin", access.AccountRead, h.pinForm)
	r.POST("/account/pin", access.AccountChange, h.setPIN)

	h.mountManage(r)
	h.mountAPI(r)
}

// switchView is the page at which people come and go. Badge is what was scanned,
// while the PIN is asked for.
type switchView struct {
	Station  access.Station
	Next     string
	Badge    string
	Asked    bool   // the badge was scanned: now the PIN
	Here     string // who is signed in here, by name; empty: nobody
	Covered  bool
	Mistakes *lifecycle.Invalid
}

func (h *Handler) switchForm(c echo.Context) error {
	station, ok, err := web.Station(c)
	if err != nil {
		return err
	}
	if !ok {
		return h.showEnrol(c, http.StatusOK, enrolView{})
	}
	return h.showSwitch(c, http.StatusOK, switchView{Station: station, Next: web.LocalPath(c.QueryParam("next"))})
}

func (h *Handler) showSwitch(c echo.Context, status int, view switchView) error {
	person, _, held, err := web.HeldBy(c)
	if err != nil {
		return err
	}
	if held {
		if view.Here, err = h.room.NameOf(c.Request().Context(), view.Station, person); err != nil {
			return err
		}
		view.Covered = !web.Principal(c).SignedIn()
	}
	return h.pages.Render(c, status, "switch.html", view)
}

type enterForm struct {
	Badge string `form:"badge" validate:"required,max=200"`
	PIN   string `form:"pin" validate:"max=200"`
	Next  string `form:"next"`
}

// enter asks for the PIN after the badge. What was scanned is looked up only
// with the PIN, so a badge alone tells nothing.
func (h *Handler) enter(c echo.Context) error {
	station, ok, err := web.Station(c)
	if err != nil {
		return err
	}
	if !ok {
		return web.SeeOther(c, "/switch")
	}
	in, err := web.Bind[enterForm](c)
	view := switchView{Station: station, Next: web.LocalPath(in.Next), Badge: in.Badge, Asked: err == nil}
	if err == nil && in.PIN == "" {
		return h.showSwitch(c, http.StatusOK, view)
	}
	var person access.Person
	if err == nil {
		person, err = h.room.Enter(c.Request().Context(), station, in.Badge, in.PIN)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		view.Mistakes = wrong
		return h.showSwitch(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	onward, err := web.StartPINSession(c, person.ID, person.Generation, in.Next)
	if err != nil {
		return err
	}
	return web.SeeOther(c, onward)
}

// leave ends the session before anybody else comes: one that is only put aside
// is one that somebody else can find.
func (h *Handler) leave(c echo.Context) error {
	next := web.LocalPath(c.FormValue("next"))
	if _, ok, err := web.Station(c); err != nil || !ok {
		return web.SeeOther(c, "/switch")
	}
	if err := web.EndSession(c); err != nil {
		return err
	}
	return web.SeeOther(c, switchPath(next))
}

// stay is what a page in use says now and then; being asked is all it takes.
func (h *Handler) stay(c echo.Context) error {
	if !web.Principal(c).SignedIn() {
		return c.NoContent(http.StatusUnauthorized)
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) cover(c echo.Context) error {
	if _, _, held, err := web.HeldBy(c); err != nil || !held {
		return web.SeeOther(c, "/switch")
	}
	if err := web.Cover(c); err != nil {
		return err
	}
	return web.SeeOther(c, "/switch")
}

type uncoverForm struct {
	PIN   string `form:"pin" validate:"required,max=200"`
	Next  string `form:"next"`
	Quiet bool   `form:"quiet"` // a script asks: it wants no page
}

// uncover goes on where the same person was, with the form that they had half
// filled in.
func (h *Handler) uncover(c echo.Context) error {
	station, ok, err := web.Station(c)
	if err != nil {
		return err
	}
	id, _, held, err := web.HeldBy(c)
	if err != nil {
		return err
	}
	in, wrong := web.Bind[uncoverForm](c)
	switch {
	case (!ok || !held) && in.Quiet:
		return c.NoContent(http.StatusUnauthorized)
	case !ok || !held:
		return web.SeeOther(c, "/switch")
	}
	if wrong == nil {
		_, wrong = h.room.Resume(c.Request().Context(), station, id, in.PIN)
	}
	if mistakes := web.Mistakes(wrong); mistakes != nil {
		return web.RenderCovered(c, mistakes)
	}
	if wrong != nil {
		return wrong
	}
	if err := web.Uncover(c); err != nil {
		return err
	}
	if in.Quiet {
		return c.NoContent(http.StatusNoContent)
	}
	if kept, err := web.RenderKept(c); kept || err != nil {
		return err
	}
	return web.SeeOther(c, web.LocalPath(in.Next))
}

// enrolView is the page on which a browser becomes a station.
type enrolView struct {
	Code     string
	Mistakes *lifecycle.Invalid
}

func (h *Handler) showEnrol(c echo.Context, status int, view enrolView) error {
	return h.pages.Render(c, status, "enrol.html", view)
}

// enrolForm fills the code of the link in. Looking uses nothing up.
func (h *Handler) enrolForm(c echo.Context) error {
	return h.showEnrol(c, http.StatusOK, enrolView{Code: web.Param(c, "code")})
}

type enrolInput struct {
	Code string `form:"code" validate:"required,max=60"`
}

func (h *Handler) become(c echo.Context) error {
	in, err := web.Bind[enrolInput](c)
	var token string
	if err == nil {
		_, token, err = h.room.Become(c.Request().Context(), in.Code, web.Network(c))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showEnrol(c, http.StatusUnprocessableEntity, enrolView{in.Code, wrong})
	}
	if err != nil {
		return err
	}
	// The admin who walked over to do this is not to stay signed in here.
	if err := web.EndSession(c); err != nil {
		return err
	}
	web.EnrolBrowser(c, token)
	return web.SeeOther(c, "/switch?done=station-enrolled")
}
