package sweep

import (
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type flagsView struct {
	Flags []Found
	Next  string
	State string
	Runs  []Status
	May   may
}

// may says which buttons the reader gets: an auditor reads only.
type may struct{ Work, Run, Waive bool }

func mayOf(c echo.Context) may {
	principal := web.Principal(c)
	return may{Work: access.Allowed(principal, access.FlagWork), Run: access.Allowed(principal, access.SweepRun),
		Waive: access.Allowed(principal, access.WaiverSign)}
}

func (h *Handler) page(c echo.Context) error {
	found, next, query, err := h.query(c)
	if err != nil {
		return err
	}
	runs, err := h.sweep.Statuses(c.Request().Context())
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "flags.html", flagsView{
		Flags: found, Next: next, State: query.State, Runs: runs, May: mayOf(c),
	})
}

type evidence struct{ Name, Value string }

// evidenceOf lists evidence by name.
func evidenceOf(found map[string]string) []evidence {
	var list []evidence
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, evidence{name, found[name]})
	}
	return list
}

// round is how a flag stood before its cause came back.
type round struct {
	lifecycle.FlagRound
	Evidence []evidence
}

type flagView struct {
	Found
	Evidence []evidence
	Rounds   []round
	May      may
}

func (h *Handler) one(c echo.Context) error {
	found, err := h.sweep.Get(c.Request().Context(), lifecycle.FlagID(web.Param(c, "id")))
	if err != nil {
		return err
	}
	rounds, err := h.sweep.History(c.Request().Context(), found.Flag)
	if err != nil {
		return err
	}
	view := flagView{Found: found, Evidence: evidenceOf(found.Flag.Evidence), May: mayOf(c)}
	for _, r := range rounds {
		view.Rounds = append(view.Rounds, round{r, evidenceOf(r.Evidence)})
	}
	return h.pages.Render(c, http.StatusOK, "flag.html", view)
}

type workForm struct {
	To string `json:"to" form:"to" validate:"required,oneof=acknowledged resolved"`
}

func (h *Handler) work(c echo.Context) error {
	form, err := web.Bind[workForm](c)
	if err != nil {
		return err
	}
	found, err := h.sweep.Work(c.Request().Context(), lifecycle.FlagID(web.Param(c, "id")), lifecycle.FlagState(form.To))
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/flags/"+string(found.ID)+"?done=flag-"+form.To)
}

func (h *Handler) runFromPage(c echo.Context) error {
	if _, err := h.sweep.RunOnce(c.Request().Context(), web.Param(c, "job")); err != nil {
		return err
	}
	return web.SeeOther(c, "/flags?done=sweep-ran")
}
