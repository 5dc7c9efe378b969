package certify

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/commands"
	"quitclaim/warehouse/bench/shelf"
)

//go:embed templates/*.html
var templates embed.FS

// bench is the bench's own doors.
type bench interface {
	// ScanAtList answers what was scanned while no unit is open.
	ScanAtList(c echo.Context, payload string) error
}

// Handler is the room's doors.
type Handler struct {
	room  *Room
	bench bench
	pages *web.Pages
}

// NewHandler parses the room's pages; bench is the bench's own handler.
func NewHandler(room *Room, bench bench) (*Handler, error) {
	pages, err := web.ParsePages(templates, shelf.Templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, bench, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/bench/certify", access.CertificateIssue, h.confirm)
	r.POST("/bench/certificates", access.CertificateIssue, h.certify)
	r.GET("/bench/certificates/:code", access.CertificateRead, h.certificate)

	r.POST("/v1/certificates", access.CertificateIssue, h.apiCertify)
	r.GET("/v1/certificates/:code", access.CertificateRead, h.apiCertificate)
	r.GET("/v1/certificates/:code/label.png", access.CertificateRead, h.apiLabelPNG)
	r.GET("/v1/certificates/:code/label.svg", access.CertificateRead, h.apiLabelSVG)
}

func (h *Handler) certify(c echo.Context) error {
	in, err := web.Bind[struct {
		Units   []string `form:"unit" validate:"max=200"`
		Payload string   `form:"payload" validate:"max=4096"`
	}](c)
	if err != nil {
		return err
	}
	// A scanner on the page that asks for the signature: only the command signs.
	if command, ok := commands.Parse(in.Payload); in.Payload != "" && (!ok || command != commands.Certify) {
		return h.bench.ScanAtList(c, in.Payload)
	}
	if len(in.Units) == 0 {
		return web.SeeOther(c, "/bench?state=reset&done=bench-none-ticked")
	}
	keys, err := shelf.ParseKeys(in.Units)
	if err != nil {
		return err
	}
	results, err := h.room.Certify(c.Request().Context(), keys)
	if err != nil {
		return err
	}
	if len(results) == 1 && results[0].Err == nil {
		return web.SeeOther(c, "/bench/certificates/"+string(results[0].Outcome.Change.Certificate.Code)+"?done=bench-certified")
	}
	view := shelf.ResultsOf(results)
	view.Title, view.Back = "bench.results-certified", "/bench?state=reset"
	if view.Done == 0 {
		return h.pages.Render(c, http.StatusConflict, "results.html", view)
	}
	return h.pages.Render(c, http.StatusOK, "results.html", view)
}

// certificateView is the page of one certificate, with its label.
type certificateView struct {
	Certified
	Current  bool
	Verdict  web.VerdictView
	UnitPath string // empty for those who have no bench
	Public   string
	Proof    string
	Label    template.HTML
	PNG, SVG string
}

func (h *Handler) certificate(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := h.room.Certificate(ctx, codeOf(c))
	if err != nil {
		return err
	}
	drawn, err := h.room.labelOf(found).SVG()
	if err != nil {
		return err
	}
	code := string(found.Certificate.Code)
	view := certificateView{
		Certified: found, Current: found.Current(), Public: publicPath(found.Certificate.Code), Label: template.HTML(drawn), // our own drawing: no script, no style, text escaped
		Proof: publicPath(found.Certificate.Code) + ".tlog-proof",
		PNG:   "/v1/certificates/" + code + "/label.png", SVG: "/v1/certificates/" + code + "/label.svg",
		Verdict: web.VerdictView{Verdict: lifecycle.VerdictClear, Sentence: "bench.certified"},
	}
	switch {
	case !view.Current:
		view.Verdict = web.VerdictView{Verdict: lifecycle.VerdictUnknown, Sentence: "bench.certificate-history"}
	case len(found.Snapshot.StandingHolds()) > 0: // the code on its box says so to anyone
		view.Verdict = web.VerdictView{Verdict: lifecycle.VerdictHeld, Sentence: "bench.held"}
	}
	if principal := web.Principal(c); access.Allowed(principal, access.OrderRead) && found.Snapshot.Unit.Custody == principal.Org {
		view.UnitPath = shelf.UnitPath(found.Snapshot.Unit.Key)
	}
	return h.pages.Render(c, http.StatusOK, "certificate.html", view)
}
