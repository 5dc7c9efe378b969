package desk

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// returnView is the page of one return: what was decided, and what is proven.
type returnView struct {
	Progress
	Scan  web.ScanForm
	Path  string
	Steps []web.Step
	// Stage says where the whole of it stands: the code of a heading, whose
	// sentence is under the same code with "-lead" behind it.
	Stage  string
	Groups []web.TaskGroup
	// AuthorityWord says by what right it was taken back, and what follows.
	AuthorityWord string
	Settled       bool // the authority is enough to certify
	Mistakes      *lifecycle.Invalid
	Refused       []lifecycle.Reason // why the last command was not done
	Receipt       string
}

func newReturnView(p Progress) returnView {
	view := returnView{
		Progress: p, Scan: scanForm(), Path: returnPath(p.Return.ID), Stage: stageOf(p), Steps: stepsOf(p),
		AuthorityWord: "desk.authority." + string(p.Return.Authority),
		Settled:       p.Return.Authority == lifecycle.AuthorityOwnerRelease || p.Return.Authority == lifecycle.AuthoritySaleMatch,
	}
	if p.Unit.Unconfirmed {
		view.AuthorityWord, view.Settled = "desk.authority.unconfirmed", false
	}
	for _, cloud := range p.Clouds() {
		view.Groups = append(view.Groups, web.TaskGroup{
			Name: cloud.Cloud, Dark: cloud.Dark, State: cloud.Word, Tasks: rowsOf(cloud.Tasks),
		})
	}
	if own := p.UnitTasks(); len(own) > 0 {
		view.Groups = append(view.Groups, unitGroup(p.Model, own))
	}
	return view
}

// stageOf is the heading of the page.
func stageOf(p Progress) string {
	switch {
	case !p.Return.CancelledAt.IsZero():
		return "desk.stage.cancelled"
	case !p.Here:
		return "desk.stage.elsewhere"
	case p.Unit.State == lifecycle.StateReturned:
		return "desk.stage.returned"
	case p.Unit.State == lifecycle.StateReset:
		return "desk.stage.reset"
	case p.Unit.State == lifecycle.StateCertified:
		return "desk.stage.certified"
	case p.Unit.State == lifecycle.StateRetired:
		return "desk.stage.retired"
	}
	return "desk.stage.over"
}

// stepsOf is the way of a return; none for one that has left it.
func stepsOf(p Progress) []web.Step {
	at := 0
	switch {
	case !p.Here || !p.Return.CancelledAt.IsZero():
		return nil
	case p.Unit.State == lifecycle.StateReturned:
		at = 1
	case p.Unit.State == lifecycle.StateReset:
		at = 2
	case p.Unit.State == lifecycle.StateCertified:
		at = 4
	default:
		return nil
	}
	var steps []web.Step
	for i, step := range []string{"desk.step.taken-back", "desk.step.letting-go", "desk.step.reset", "desk.step.certified"} {
		steps = append(steps, web.Step{Message: step, Done: i < at || at == 2 && i == 2, Now: i == at || at == 2 && i == 3})
	}
	return steps
}

// unitGroup is what the unit itself has to prove, under the name of its model.
func unitGroup(model string, tasks []lifecycle.Task) web.TaskGroup {
	group := web.TaskGroup{Name: model, Dark: true, State: "desk.unit-proven", Tasks: rowsOf(tasks)}
	for _, task := range tasks {
		if !task.Done() {
			group.Dark, group.State = false, "desk.unit-waits"
		}
	}
	return group
}

func rowsOf(tasks []lifecycle.Task) []web.TaskView {
	rows := make([]web.TaskView, len(tasks))
	for i, task := range tasks {
		rows[i] = web.TaskView{Message: "task." + string(task.Verb), State: task.State, At: task.DoneAt}
		if task.State == lifecycle.TaskAsked {
			rows[i].At = task.AskedAt
		}
		if task.Grade != "" {
			rows[i].Note = "desk.grade." + string(task.Grade)
		}
	}
	return rows
}

func (h *Handler) page(c echo.Context) error {
	return h.showReturn(c, http.StatusOK, func(*returnView) {})
}

// showReturn shows the return as it is now; change adds what was wrong with
// what the clerk just asked for.
func (h *Handler) showReturn(c echo.Context, status int, change func(*returnView)) error {
	progress, err := h.find(c, idOf(c))
	if err != nil {
		return err
	}
	view := newReturnView(progress)
	change(&view)
	return h.pages.Render(c, status, "return.html", view)
}

// receipt is the paper that the customer takes home, from the desk that took
// the unit and from no other, in the customer's language.
func (h *Handler) receipt(c echo.Context) error {
	progress, err := h.find(c, idOf(c))
	if err != nil {
		return err
	}
	if progress.Return.Org != web.Principal(c).Org {
		return fmt.Errorf("receipt of another desk: %w", lifecycle.ErrNotFound)
	}
	web.Speak(c, c.QueryParam("language"))
	view := receiptView{Progress: progress, Path: returnPath(progress.Return.ID), OrgName: web.Principal(c).OrgName}
	return h.pages.Render(c, http.StatusOK, "receipt.html", view)
}

type receiptView struct {
	Progress
	Path    string
	OrgName string // of the desk that prints it
}

// presenceMM is the side of the presence code's picture: it is scanned off a
// screen by a camera of little resolution.
const presenceMM = 60

// presence is the presence code as a picture.
func (h *Handler) presence(c echo.Context) error {
	progress, err := h.find(c, idOf(c))
	if err != nil {
		return err
	}
	if progress.Presence == "" {
		return fmt.Errorf("no presence code is wanted: %w", lifecycle.ErrNotFound)
	}
	picture, err := label.Label{Code: progress.Presence, WidthMM: presenceMM, HeightMM: presenceMM}.SVG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", picture)
}

func (h *Handler) submitCancel(c echo.Context) error {
	return h.backToReturn(c, h.undo(c), "cancelled", "")
}

func (h *Handler) submitVouch(c echo.Context) error {
	in, err := h.stand(c)
	return h.backToReturn(c, err, "vouched", in.Receipt)
}

// backToReturn leads back to the return's page: with what was done, or with
// why it was not.
func (h *Handler) backToReturn(c echo.Context, err error, done, receipt string) error {
	if err == nil {
		return web.SeeOther(c, returnPath(idOf(c))+"?done="+done)
	}
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.showReturn(c, http.StatusConflict, func(v *returnView) { v.Refused, v.Receipt = refusal.Reasons, receipt })
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showReturn(c, http.StatusUnprocessableEntity, func(v *returnView) { v.Mistakes, v.Receipt = wrong, receipt })
	}
	return err
}
