package admin

import (
	"embed"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	admin *Admin
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(admin *Admin) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{admin, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/admin", access.PersonManage, h.home)
	h.mountPeople(r)
	h.mountTokens(r)
	h.mountOrganisations(r)
	h.mountModels(r)
	h.mountAccreditations(r)
}

// homeView is the page from which an admin goes on.
type homeView struct {
	Organisation access.Organisation
	Vendor       bool
	Host         bool
}

func (h *Handler) home(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	own, err := h.admin.house(ctx, p, "")
	if err != nil {
		return err
	}
	host, err := h.admin.Hosts(ctx, p)
	if err != nil {
		return err
	}
	view := homeView{Organisation: own, Vendor: own.Kind == lifecycle.OrgVendor, Host: host}
	return h.pages.Render(c, http.StatusOK, "home.html", view)
}

func cursor(next string) string {
	if next == "" {
		return ""
	}
	return web.EncodeCursor(next)
}

// option is one entry of a list to choose from or to tick: a code with a
// sentence, or a name that people gave.
type option struct {
	Value   string
	Message string // message code; empty: Name
	Name    string
	Ticked  bool
}

// list fills the parts "ticks", any of many, and "pick", one of many.
type list struct {
	Name     string
	Label    string // message code
	Help     string // message code, empty: none
	Options  []option
	Mistakes []lifecycle.Reason
}

func listOf(name, label, help string, options []option, wrong *lifecycle.Invalid) list {
	l := list{Name: name, Label: label, Help: help, Options: options}
	if wrong != nil {
		l.Mistakes = slices.DeleteFunc(slices.Clone(wrong.Reasons), func(r lifecycle.Reason) bool { return r.Field != name })
	}
	return l
}

// linkView is the page that shows a one-time link, once.
type linkView struct {
	Linked
	Back string
}

func (h *Handler) showLink(c echo.Context, linked Linked, back string) error {
	return h.pages.Render(c, http.StatusCreated, "link.html", linkView{linked, back})
}
