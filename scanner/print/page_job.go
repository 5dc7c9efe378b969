package print

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// jobView is the page of one job: what became of it, and what to do.
type jobView struct {
	Job      lifecycle.PrintJob
	State    lifecycle.PrintState
	Kind     string // of the notice
	Stock    string
	Document string
	Try      bool // it waits, or nothing of it was printed
	Rows     []labelRow
	Path     string
	NewJob   string // the id of the next job, should somebody ask for copies
	CopyOf   string // the page of the job that this copies
	Mistakes *lifecycle.Invalid
}

type labelRow struct {
	Place       int
	Unit        lifecycle.UnitKey
	Certificate lifecycle.CertificateCode
	State       lifecycle.PrintState
	Tick        bool
}

func (h *Handler) jobPage(c echo.Context) error {
	job, err := h.print.Job(c.Request().Context(), jobID(c))
	if err != nil {
		return err
	}
	return h.showJob(c, job, nil)
}

func (h *Handler) showJob(c echo.Context, job lifecycle.PrintJob, wrong *lifecycle.Invalid) error {
	now := h.print.now()
	view := jobView{
		Job: job, State: job.StateAt(now), Stock: stockName(job.Stock), Document: documentPath(job), Path: jobPath(job.ID),
		NewJob: newJobID(), Mistakes: wrong,
	}
	view.Kind, view.Try = "ok", view.State == lifecycle.PrintWaiting || view.State == lifecycle.PrintFailed
	switch view.State {
	case lifecycle.PrintWaiting, lifecycle.PrintSending:
		view.Kind = "wait"
	case lifecycle.PrintFailed, lifecycle.PrintDoubt:
		view.Kind = "stop"
	}
	if job.CopyOf != "" {
		view.CopyOf = jobPath(job.CopyOf)
	}
	keys, err := h.print.keys(c.Request().Context(), job)
	if err != nil {
		return err
	}
	for place, l := range job.Labels {
		state := job.LabelStateAt(place, now)
		view.Rows = append(view.Rows, labelRow{place, keys[place], l.Certificate, state, state != lifecycle.PrintSent || view.State == lifecycle.PrintSent})
	}
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return h.pages.Render(c, status, "job.html", view)
}

func (h *Handler) sendPage(c echo.Context) error {
	job, err := h.print.Send(c.Request().Context(), jobID(c), copyWord(c))
	if err != nil {
		return err
	}
	return web.SeeOther(c, jobPath(job.ID))
}

type againForm struct {
	Job    string   `form:"job"`
	Places []string `form:"place"`
}

func (h *Handler) againPage(c echo.Context) error {
	ctx := c.Request().Context()
	in, err := web.Bind[againForm](c)
	if err != nil {
		return err
	}
	first, err := h.print.Job(ctx, jobID(c))
	if err != nil {
		return err
	}
	var invalid lifecycle.Invalid
	if !isJobID(in.Job) {
		invalid.Add("job", "field.uuid")
	}
	if len(in.Places) == 0 {
		invalid.Add("place", "print.none-ticked")
	}
	var places []int
	for _, text := range in.Places {
		place, err := strconv.Atoi(text)
		if err != nil {
			invalid.Add("place", "print.none-ticked")
		}
		places = append(places, place)
	}
	if invalid.Err() != nil {
		return h.showJob(c, first, &invalid)
	}
	job, err := h.print.Again(ctx, first.ID, lifecycle.PrintJobID(in.Job), places, copyWord(c))
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showJob(c, first, wrong)
	}
	if err != nil {
		return err
	}
	return h.toPrinter(c, job)
}
