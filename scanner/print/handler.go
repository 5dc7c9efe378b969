package print

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	print *Print
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(p *Print) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{print: p, pages: pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/print", access.LabelRead, h.page)
	r.GET("/print/preview.png", access.LabelRead, h.preview)
	r.POST("/print/jobs", access.LabelPrint, h.submit)
	r.GET("/print/jobs/:id", access.LabelRead, h.jobPage)
	r.POST("/print/jobs/:id/send", access.LabelPrint, h.sendPage)
	r.POST("/print/jobs/:id/again", access.LabelPrint, h.againPage)

	r.POST("/v1/print-jobs", access.LabelPrint, h.create)
	r.GET("/v1/print-jobs/:id", access.LabelRead, h.job)
	r.GET("/v1/print-jobs/:id/labels.pdf", access.LabelRead, h.pdf)
	r.GET("/v1/print-jobs/:id/labels.zpl", access.LabelRead, h.zpl)
	r.POST("/v1/print-jobs/:id/send", access.LabelPrint, h.send)
	r.POST("/v1/print-jobs/:id/again", access.LabelPrint, h.again)

	r.GET("/v1/certificates/:code/paper", access.CertificateRead, h.paper)
	r.GET("/v1/certificates/:code/paper.pdf", access.CertificateRead, h.paperPDF)
}

// newJobID is a random UUID (RFC 9562, version 4).
func newJobID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: see crypto/rand
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func jobID(c echo.Context) lifecycle.PrintJobID { return lifecycle.PrintJobID(web.Param(c, "id")) }

// copyWord is what stands on a copy, in the language of who prints it.
func copyWord(c echo.Context) string { return web.Words(c).Text("print.copy-word", nil) }

type previewQuery struct {
	Label string `form:"label" validate:"required"`
	Stock string `form:"stock" validate:"required"`
	DPI   int    `form:"dpi"`
}

// preview is a label dot by dot, as the document or the printer will have it.
func (h *Handler) preview(c echo.Context) error {
	in, err := web.BindQuery[previewQuery](c)
	if err != nil {
		return err
	}
	ref, err := ParseRef(in.Label)
	if err != nil {
		return lifecycle.ErrNotFound
	}
	drawn, err := h.print.Preview(c.Request().Context(), ref, in.Stock, in.DPI)
	if err != nil {
		return err
	}
	picture, err := drawn.PNG()
	if err != nil {
		return fits(err)
	}
	return c.Blob(http.StatusOK, "image/png", picture)
}

func (h *Handler) pdf(c echo.Context) error { return h.document(c, false) }
func (h *Handler) zpl(c echo.Context) error { return h.document(c, true) }

func (h *Handler) document(c echo.Context, zpl bool) error {
	document, err := h.print.Document(c.Request().Context(), jobID(c), zpl, copyWord(c))
	if err != nil {
		return err
	}
	kind, name := "application/pdf", `inline; filename="labels.pdf"`
	if zpl {
		kind, name = "application/octet-stream", `attachment; filename="labels.zpl"`
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, name)
	return c.Blob(http.StatusOK, kind, document)
}

// documentPath is where a job's document is; empty where it goes to a printer.
func documentPath(job lifecycle.PrintJob) string {
	if job.Printer != "" {
		return ""
	}
	path := "/v1/print-jobs/" + string(job.ID) + "/labels"
	if stock, err := label.StockByID(job.Stock); err == nil && stock.Form == label.FormZPL {
		return path + ".zpl"
	}
	return path + ".pdf"
}
