package print

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// form is the choice of what to print, where and how.
type form struct {
	Job     string `form:"job"`
	Labels  string `form:"labels"`
	Stock   string `form:"stock"`
	Skip    int    `form:"skip"`
	Copies  int    `form:"copies"`
	DPI     int    `form:"dpi"`
	Printer string `form:"printer"`
}

// pageView is the page on which labels are chosen and looked at.
type pageView struct {
	Form     form
	Mistakes *lifecycle.Invalid
	Stocks   []label.Stock
	Stock    label.Stock
	Printers []Printer
	Previews []previewView
	More     int // labels that are not shown
	Cells    []cellView
	Recent   []jobRow
}

// previewView is one label as it will be printed.
type previewView struct{ Name, Src string }

// cellView is a label of the first page of a sheet, in millimetres.
type cellView struct {
	X, Y, Width, Height float64
	State               string // "skipped", "used" or "free"
}

type jobRow struct {
	Path  string
	State lifecycle.PrintState
	Stock string
	At    time.Time
	Copy  bool
}

func (h *Handler) page(c echo.Context) error {
	in, err := web.BindQuery[form](c)
	if err != nil {
		return err
	}
	refs, err := h.print.Lines(c.Request().Context(), in.Labels)
	wrong := web.Mistakes(err)
	if err != nil && wrong == nil {
		return err
	}
	return h.show(c, http.StatusOK, in, refs, wrong)
}

// show is the page with the form as it is filled in, and its mistakes.
func (h *Handler) show(c echo.Context, status int, in form, refs []Ref, wrong *lifecycle.Invalid) error {
	ctx := c.Request().Context()
	view := pageView{Form: in, Mistakes: wrong, Stocks: label.Stocks()}
	var err error
	if view.Printers, err = h.print.Printers(ctx); err != nil {
		return err
	}
	view.Form.usual(view.Printers)
	if view.Stock, err = label.StockByID(view.Form.Stock); err != nil {
		view.Stock = view.Stocks[0]
	}
	view.preview(refs)
	jobs, err := h.print.Recent(ctx)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		view.Recent = append(view.Recent, jobRow{jobPath(job.ID), job.StateAt(h.print.now()), stockName(job.Stock), job.At, job.CopyOf != ""})
	}
	return h.pages.Render(c, status, "print.html", view)
}

// usual fills in what was not chosen yet. The job's id is drawn here, once for
// this form: whatever sends the form twice, it is one job.
func (in *form) usual(printers []Printer) {
	if in.Job == "" {
		in.Job = newJobID()
	}
	if in.Copies == 0 {
		in.Copies = 1
	}
	if in.Stock == "" {
		in.Stock = label.Stocks()[0].ID
		if len(printers) > 0 {
			in.Stock, in.Printer = "zpl-51x25", printers[0].Name
		}
	}
	if in.DPI == 0 {
		in.DPI = label.DefaultDPI
	}
}

// preview shows the first few labels, and the first page of a sheet.
func (v *pageView) preview(refs []Ref) {
	const few = 4
	dpi := 0
	if v.Stock.Form == label.FormZPL {
		dpi = v.Form.DPI
		for _, printer := range v.Printers {
			if printer.Name == v.Form.Printer {
				dpi = printer.DPI
			}
		}
	}
	for i, ref := range refs {
		if i == few {
			v.More = len(refs) - few
			break
		}
		query := url.Values{"label": {ref.String()}, "stock": {v.Stock.ID}}
		if dpi != 0 {
			query.Set("dpi", strconv.Itoa(dpi))
		}
		v.Previews = append(v.Previews, previewView{ref.String(), "/print/preview.png?" + query.Encode()})
	}
	if v.Stock.Cells() == 1 {
		return
	}
	for n := range v.Stock.Cells() {
		x, y := v.Stock.Cell(n)
		cell := cellView{x, y, v.Stock.WidthMM, v.Stock.HeightMM, "free"}
		switch {
		case n < v.Form.Skip:
			cell.State = "skipped"
		case n < v.Form.Skip+len(refs)*v.Form.Copies:
			cell.State = "used"
		}
		v.Cells = append(v.Cells, cell)
	}
}

func (h *Handler) submit(c echo.Context) error {
	ctx := c.Request().Context()
	in, err := web.Bind[form](c)
	if err != nil {
		return err
	}
	refs, lines := h.print.Lines(ctx, in.Labels)
	if lines != nil && web.Mistakes(lines) == nil {
		return lines
	}
	order := Order{
		ID: lifecycle.PrintJobID(in.Job), Labels: refs, Stock: in.Stock, Skip: in.Skip, Copies: in.Copies, DPI: in.DPI, Printer: in.Printer,
	}
	var job lifecycle.PrintJob
	if !isJobID(in.Job) {
		var invalid lifecycle.Invalid
		invalid.Add("job", "field.uuid")
		err = &invalid
	} else if lines == nil {
		job, err = h.print.Make(ctx, order)
	} else {
		order.Labels = make([]Ref, 1) // how many there are is told line by line
		_, err = h.print.plan(ctx, order)
	}
	if wrong := web.Mistakes(web.AllMistakes(lines, err)); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, in, refs, wrong)
	}
	if err != nil {
		return err
	}
	return h.toPrinter(c, job)
}

// toPrinter sends a job that waits for a printer, and shows what became of it.
func (h *Handler) toPrinter(c echo.Context, job lifecycle.PrintJob) error {
	if job.State == lifecycle.PrintWaiting {
		if _, err := h.print.Send(c.Request().Context(), job.ID, copyWord(c)); err != nil {
			return err
		}
	}
	return web.SeeOther(c, jobPath(job.ID))
}

func jobPath(id lifecycle.PrintJobID) string { return "/print/jobs/" + url.PathEscape(string(id)) }

func isJobID(text string) bool {
	const length = 36
	return len(text) == length && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'
}

func stockName(id string) string {
	stock, err := label.StockByID(id)
	if err != nil {
		return id
	}
	return stock.Name
}

// keys are the names of a job's units. A unit keeps its name wherever it goes, so
// a job says them also when the unit has left.
func (p *Print) keys(ctx context.Context, job lifecycle.PrintJob) ([]lifecycle.UnitKey, error) {
	var keys []lifecycle.UnitKey
	for _, l := range job.Labels {
		s, err := p.config.Units.Snapshot(ctx, l.Unit)
		if err != nil {
			return nil, fmt.Errorf("name of a unit: %w", err)
		}
		keys = append(keys, s.Unit.Key)
	}
	return keys, nil
}
