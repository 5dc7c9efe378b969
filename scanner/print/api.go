package print

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type unitRef struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
}

type createInput struct {
	ID           string    `json:"id" validate:"required,uuid"`
	Units        []unitRef `json:"units" validate:"dive"`
	Certificates []string  `json:"certificates"`
	Stock        string    `json:"stock" validate:"required"`
	Skip         int       `json:"skip"`
	Copies       int       `json:"copies"`
	DPI          int       `json:"dpi"`
	Printer      string    `json:"printer"`
}

func (in createInput) order() (Order, error) {
	order := Order{
		ID: lifecycle.PrintJobID(in.ID), Stock: in.Stock, Skip: in.Skip, Copies: max(1, in.Copies), DPI: in.DPI, Printer: in.Printer,
	}
	for _, unit := range in.Units {
		key, err := lifecycle.ParseUnitKey(unit.Brand, unit.Serial)
		if err != nil {
			return order, err
		}
		order.Labels = append(order.Labels, Ref{Unit: key})
	}
	for _, code := range in.Certificates {
		order.Labels = append(order.Labels, Ref{Certificate: lifecycle.CertificateCode(code)})
	}
	return order, nil
}

// create makes a print job, and sends it where it names a printer. The same id
// again is the same job: nothing is printed twice.
func (h *Handler) create(c echo.Context) error {
	in, err := web.Bind[createInput](c)
	if err != nil {
		return err
	}
	order, err := in.order()
	if err != nil {
		return err
	}
	job, err := h.print.Make(c.Request().Context(), order)
	if err != nil {
		return err
	}
	if job.State == lifecycle.PrintWaiting {
		if job, err = h.print.Send(c.Request().Context(), job.ID, copyWord(c)); err != nil {
			return err
		}
	}
	return h.answer(c, http.StatusCreated, job)
}

func (h *Handler) job(c echo.Context) error {
	job, err := h.print.Job(c.Request().Context(), jobID(c))
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, job)
}

// send tries a job that waits, or of which nothing was printed.
func (h *Handler) send(c echo.Context) error {
	job, err := h.print.Send(c.Request().Context(), jobID(c), copyWord(c))
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, job)
}

type againInput struct {
	ID     string `json:"id" form:"job" validate:"required,uuid"`
	Places []int  `json:"places" validate:"max=200"`
}

// again prints labels of a job once more, as copies.
func (h *Handler) again(c echo.Context) error {
	in, err := web.Bind[againInput](c)
	if err != nil {
		return err
	}
	job, err := h.print.Again(c.Request().Context(), jobID(c), lifecycle.PrintJobID(in.ID), in.Places, copyWord(c))
	if err != nil {
		return err
	}
	if job.State == lifecycle.PrintWaiting {
		if job, err = h.print.Send(c.Request().Context(), job.ID, copyWord(c)); err != nil {
			return err
		}
	}
	return h.answer(c, http.StatusCreated, job)
}

// jobJSON is a print job as its organisation sees it.
type jobJSON struct {
	ID       lifecycle.PrintJobID `json:"id"`
	State    lifecycle.PrintState `json:"state"`
	Stock    string               `json:"stock"`
	Skip     int                  `json:"skip"`
	Copies   int                  `json:"copies"`
	DPI      int                  `json:"dpi,omitempty"`
	Printer  string               `json:"printer,omitempty"`
	CopyOf   lifecycle.PrintJobID `json:"copy_of,omitempty"`
	Labels   []labelJSON          `json:"labels"`
	Document string               `json:"document,omitempty"` // where to fetch it
	MadeAt   web.Time             `json:"made_at"`
	EndedAt  web.Time             `json:"ended_at"`
	Reasons  []web.ProblemReason  `json:"reasons"` // what to do about it
}

type labelJSON struct {
	Brand       string                    `json:"brand"`
	Serial      string                    `json:"serial"`
	Certificate lifecycle.CertificateCode `json:"certificate,omitempty"`
	State       lifecycle.PrintState      `json:"state"`
}

func (h *Handler) answer(c echo.Context, status int, job lifecycle.PrintJob) error {
	now := h.print.now()
	body := jobJSON{
		ID: job.ID, State: job.StateAt(now), Stock: job.Stock, Skip: job.Skip, Copies: job.Copies, DPI: job.DPI, Printer: job.Printer,
		CopyOf: job.CopyOf, Document: documentPath(job), MadeAt: web.Time(job.At), EndedAt: web.Time(job.EndedAt),
		Reasons: web.Reasons(c, []lifecycle.Reason{{Code: "print.todo." + string(job.StateAt(now))}}),
	}
	keys, err := h.print.keys(c.Request().Context(), job)
	if err != nil {
		return err
	}
	for place, l := range job.Labels {
		body.Labels = append(body.Labels, labelJSON{keys[place].Brand, keys[place].Serial, l.Certificate, job.LabelStateAt(place, now)})
	}
	return web.JSON(c, status, body)
}
