package sweep

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type runJSON struct {
	Job     string   `json:"job"`
	Slot    web.Time `json:"slot"`
	Ended   web.Time `json:"ended_at"`
	Seen    int      `json:"seen"`
	Flagged int      `json:"flagged"`
	Failed  int      `json:"failed"`
}

func runOf(run lifecycle.SweepRun) runJSON {
	return runJSON{
		Job: run.Job, Slot: web.Time(run.Slot), Ended: web.Time(run.Ended), Seen: run.Seen, Flagged: run.Flagged, Failed: run.Failed,
	}
}

type statusJSON struct {
	Job      string   `json:"job"`
	Standing Standing `json:"standing"`
	// Since is the first slot that was not run, null where none is missing.
	Since  web.Time `json:"since"`
	Missed int      `json:"missed"`
	Next   web.Time `json:"next"`
	Last   *runJSON `json:"last"` // null: it never ran
}

func (h *Handler) sweeps(c echo.Context) error {
	statuses, err := h.sweep.Statuses(c.Request().Context())
	if err != nil {
		return err
	}
	list := make([]statusJSON, len(statuses))
	for i, s := range statuses {
		list[i] = statusJSON{Job: s.Job, Standing: s.Standing, Since: web.Time(s.Since), Missed: s.Missed, Next: web.Time(s.Next)}
		if !s.Started.IsZero() {
			last := runOf(s.SweepRun)
			list[i].Last = &last
		}
	}
	return web.JSON(c, http.StatusOK, web.NewList(list, ""))
}

func (h *Handler) run(c echo.Context) error {
	run, err := h.sweep.RunOnce(c.Request().Context(), web.Param(c, "job"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, runOf(run))
}
