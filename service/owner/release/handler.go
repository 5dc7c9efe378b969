package release

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// The patience with unknown codes, per network: a code is 125 random bits, so
// this only keeps a flood of guesses from costing us much.
const (
	unknownFree = 30
	unknownMax  = time.Minute
)

// Handler is the room's doors.
type Handler struct {
	room    *Room
	pages   *web.Pages
	unknown *access.Throttle
}

// NewHandler parses the room's pages.
func NewHandler(room *Room) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	unknown := access.NewThrottle(access.ThrottleConfig{Now: room.config.Now, Free: unknownFree, Max: unknownMax})
	return &Handler{room, pages, unknown}, nil
}

// Mount registers the room's routes. A receipt's path is upper case because QR
// codes are smaller that way; whoever types it gets there too.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/v1/releases", access.ReleaseCreate, h.release)
	r.GET("/v1/mine/units/:brand/:serial/release", access.ReleaseCreate, h.plan)
	r.GET("/mine/units/:brand/:serial/release", access.ReleaseCreate, h.planPage)
	r.POST("/mine/units/:brand/:serial/release", access.ReleaseCreate, h.submit)
	r.GET("/R/:code", access.ReceiptRead, h.receipt)
	r.GET("/r/:code", access.ReceiptRead, h.lowerCase)
}

func actorOf(c echo.Context) lifecycle.Actor { return web.Principal(c).Actor() }

// keyOf is the unit in the path. A key that can be no unit's is looked for all
// the same: as the zero key, which nobody's is.
func keyOf(c echo.Context) lifecycle.UnitKey {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return lifecycle.UnitKey{}
	}
	return key
}

type releaseInput struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
	Erase  bool   `json:"erase"`
}

func (h *Handler) release(c echo.Context) error {
	in, err := web.Bind[releaseInput](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	released, err := h.room.Release(c.Request().Context(), actorOf(c), key, in.Erase)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, releasedBody{
		released.Key.Brand, released.Key.Serial, web.Time(released.At), codeBody{released.Code, h.room.config.Link(released.Code)},
	})
}

func (h *Handler) plan(c echo.Context) error {
	plan, err := h.room.Preflight(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, planBodyOf(plan))
}

// lowerCase leads to the one address of a receipt.
func (h *Handler) lowerCase(c echo.Context) error {
	return c.Redirect(http.StatusMovedPermanently, "/R/"+url.PathEscape(web.Param(c, "code")))
}

const pictureSuffix = ".svg"

// codeMM is the side of the QR code's picture: it is scanned off a phone, or off
// paper.
const codeMM = 60

// receipt answers by page, by JSON, or with the QR code, whose path is the
// receipt's own with a suffix.
func (h *Handler) receipt(c echo.Context) error {
	segment, picture := strings.CutSuffix(web.Param(c, "code"), pictureSuffix)
	receipt, err := h.room.Receipt(c.Request().Context(), segment)
	if err != nil {
		return h.patience(c, err)
	}
	if picture {
		drawn, err := label.Label{Code: h.room.config.Link(receipt.Code), WidthMM: codeMM, HeightMM: codeMM}.SVG()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "image/svg+xml", drawn)
	}
	c.Response().Header().Add("Vary", "Accept")
	if strings.Contains(c.Request().Header.Get("Accept"), echo.MIMEApplicationJSON) {
		return web.JSON(c, http.StatusOK, receiptBodyOf(receipt))
	}
	return h.pages.Render(c, http.StatusOK, "receipt.html", viewOf(receipt))
}

// patience lets the same network ask for unknown codes only so often. Codes
// that are known are answered whatever happened before.
func (h *Handler) patience(c echo.Context, err error) error {
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	if throttled := h.unknown.Attempt(web.Network(c)); throttled != nil {
		return throttled
	}
	return err
}
