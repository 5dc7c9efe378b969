package scanner

import (
	"embed"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/code"
	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	scanner *Scanner
	pages   *web.Pages
	routes  *web.Routes // which pages of other rooms there are to lead to
}

// NewHandler parses the room's pages.
func NewHandler(scanner *Scanner) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{scanner: scanner, pages: pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	h.routes = r
	r.POST("/v1/scans", access.UnitScan, h.scan)
	r.GET("/v1/units/:brand/:serial/label.png", access.LabelRead, h.labelPNG)
	r.GET("/v1/units/:brand/:serial/label.svg", access.LabelRead, h.labelSVG)

	r.GET("/scan", access.UnitScan, h.page)
	r.POST("/scan", access.UnitScan, h.submit)
	r.POST("/scan/photo", access.UnitScan, h.submitPicture)
}

// labelFor is the label of the unit in the path.
func (h *Handler) labelFor(c echo.Context) (label.Label, error) {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return label.Label{}, fmt.Errorf("no such unit: %w", lifecycle.ErrNotFound)
	}
	return h.scanner.Label(c.Request().Context(), web.Principal(c).Actor(), key)
}

func (h *Handler) labelPNG(c echo.Context) error {
	sticker, err := h.labelFor(c)
	if err != nil {
		return err
	}
	picture, err := sticker.PNG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", picture)
}

func (h *Handler) labelSVG(c echo.Context) error {
	sticker, err := h.labelFor(c)
	if err != nil {
		return err
	}
	picture, err := sticker.SVG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", picture)
}

type scanInput struct {
	Payload string            `json:"payload" validate:"required"`
	Second  string            `json:"second_payload"`
	Purpose lifecycle.Purpose `json:"purpose" validate:"required,oneof=return sale bench"`
}

func (h *Handler) scan(c echo.Context) error {
	if web.SendsPicture(c) {
		return h.scanPicture(c)
	}
	in, err := web.Bind[scanInput](c)
	if err != nil {
		return err
	}
	question := Question{Payload: in.Payload, Second: in.Second, Purpose: in.Purpose}
	result, err := h.scanner.Scan(c.Request().Context(), web.Principal(c).Actor(), question)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, answerOf(c, result))
}

// answer is the body of a verdict.
type answer struct {
	Verdict         lifecycle.Verdict      `json:"verdict"`
	Unit            *unitBody              `json:"unit"`
	Read            readBody               `json:"read"`
	Candidates      []readBody             `json:"candidates,omitempty"`
	Reasons         []web.ProblemReason    `json:"reasons"`
	Actions         []lifecycle.NextAction `json:"actions"`
	AsOf            web.Time               `json:"as_of"`
	SecretsRedacted bool                   `json:"secrets_redacted"`
	// ReleasedAt is when its owner released it, by a receipt that still holds.
	ReleasedAt *web.Time `json:"released_at,omitempty"`
}

// unitBody is the unit on record that a code names.
type unitBody struct {
	Brand  string `json:"brand"`
	Serial string `json:"serial"`
	GTIN   string `json:"gtin,omitempty"`
	Model  string `json:"model"`
}

// readBody is what a code says, whether or not anybody knows the unit.
type readBody struct {
	Kind   code.Kind `json:"kind"`
	Brand  string    `json:"brand,omitempty"`
	Serial string    `json:"serial,omitempty"`
	GTIN   string    `json:"gtin,omitempty"`
	// Shown is the payload as it may be kept.
	Shown string `json:"shown"`
}

func answerOf(c echo.Context, result Result) answer {
	body := answer{
		Verdict: result.Verdict, Read: readOf(result.Read), Reasons: web.Reasons(c, result.Reasons),
		Actions: result.Next, AsOf: web.Time(result.AsOf), SecretsRedacted: result.SecretsRedacted,
	}
	if body.Actions == nil {
		body.Actions = []lifecycle.NextAction{}
	}
	if !result.Released.IsZero() {
		at := web.Time(result.Released)
		body.ReleasedAt = &at
	}
	if unit := result.Unit; unit != nil {
		body.Unit = &unitBody{unit.Key.Brand, unit.Key.Serial, unit.GTIN, result.Model}
	}
	for _, candidate := range result.Read.Candidates {
		body.Candidates = append(body.Candidates, readOf(candidate))
	}
	return body
}

func readOf(reading code.Reading) readBody {
	return readBody{reading.Kind, reading.Key.Brand, reading.Serial, reading.GTIN, reading.Redacted}
}
