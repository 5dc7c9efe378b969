package audit

import (
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the public doors.
type Handler struct {
	audit *Audit
	pages *web.Pages
}

// NewHandler parses the pages.
func NewHandler(a *Audit) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{audit: a, pages: pages}, nil
}

// Mount registers the routes. Paths of certificates are upper case because QR
// codes are smaller that way; whoever types them gets there too.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/C/:code", access.CertificateCheck, h.certificate)
	r.GET("/c/:code", access.CertificateCheck, h.lowerCase)
	r.GET("/U/:code", access.LabelOpen, h.label)
	r.GET("/u/:code", access.LabelOpen, h.label)
	r.GET("/log/checkpoint", access.LogRead, h.checkpoint)
	r.GET("/log/tile/*", access.LogRead, h.tile)
	r.GET("/log/proof/:index", access.LogRead, h.proofAt)
	r.GET("/log/keys", access.LogRead, h.keys)
}

const (
	proofSuffix = ".tlog-proof"
	textPlain   = "text/plain; charset=utf-8"
	year        = 365 * 24 * time.Hour
	// headAge is how long a checkpoint, and what depends on it, may be kept: a
	// new one comes every second.
	headAge = 2 * time.Second
	keysAge = time.Hour
)

func (h *Handler) lowerCase(c echo.Context) error {
	return c.Redirect(http.StatusMovedPermanently, "/C/"+url.PathEscape(web.Param(c, "code")))
}

// certificate answers by page, by JSON, or with the proof, whose path is the
// certificate's own with a suffix. Nobody may keep the answer: it is about now.
func (h *Handler) certificate(c echo.Context) error {
	segment, wantsProof := strings.CutSuffix(web.Param(c, "code"), proofSuffix)
	if wantsProof {
		return h.proof(c, strings.ToUpper(segment))
	}
	answer, err := h.audit.Check(c.Request().Context(), web.Network(c), strings.ToUpper(segment))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept")
	if strings.Contains(c.Request().Header.Get("Accept"), echo.MIMEApplicationJSON) {
		return web.JSON(c, http.StatusOK, asJSON(answer))
	}
	return h.pages.Render(c, http.StatusOK, "certificate.html", h.viewOf(answer))
}

func (h *Handler) proof(c echo.Context, segment string) error {
	code, text, err := h.audit.Proof(c.Request().Context(), web.Network(c), segment)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+string(code)+proofSuffix+`"`)
	return c.Blob(http.StatusOK, textPlain, text)
}

// label is what a unit's own label opens in anybody's phone: the same page for
// every code, for nothing is looked up. The label stays on the unit, where who
// passes by can photograph it; whoever works here scans it signed in.
func (h *Handler) label(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "label.html", nil)
}

func (h *Handler) checkpoint(c echo.Context) error {
	text, err := h.audit.Checkpoint(c.Request().Context())
	if err != nil {
		return err
	}
	web.Cacheable(c, headAge, false)
	return c.Blob(http.StatusOK, textPlain, text)
}

func (h *Handler) tile(c echo.Context) error {
	data, full, err := h.audit.Tile(c.Request().Context(), "tile/"+web.Param(c, "*"))
	if err != nil {
		return err
	}
	if full {
		web.Cacheable(c, year, true)
	} else {
		web.Cacheable(c, headAge, false)
	}
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, data)
}

func (h *Handler) proofAt(c echo.Context) error {
	index, err := strconv.ParseInt(c.Param("index"), 10, 64)
	if err != nil {
		return lifecycle.ErrNotFound
	}
	text, err := h.audit.ProofAt(c.Request().Context(), index)
	if err != nil {
		return err
	}
	web.Cacheable(c, headAge, false)
	return c.Blob(http.StatusOK, textPlain, text)
}

func (h *Handler) keys(c echo.Context) error {
	web.Cacheable(c, keysAge, false)
	return c.Blob(http.StatusOK, textPlain, []byte(h.audit.publicKeys))
}
