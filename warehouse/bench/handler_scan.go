package bench

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/commands"
	"quitclaim/warehouse/bench/shelf"
)

// scanned is what comes out of the bench's field for codes: a unit's code, or a
// command; with the unit and the step that were on the screen.
type scanned struct {
	Payload string `form:"payload" validate:"required,max=4096"`
	Unit    string `form:"unit" validate:"max=100"`
	Step    string `form:"step" validate:"max=64"`
}

// scan is the one door of whoever has no hand free: whatever a button does, a
// code off the sheet does by the same method.
func (h *Handler) scan(c echo.Context) error {
	in, err := web.Bind[scanned](c)
	if err != nil && in.Unit == "" {
		return h.listAgain(c, err)
	}
	if in.Unit == "" {
		return h.ScanAtList(c, in.Payload)
	}
	key, malformed := lifecycle.ParseUnitKeyString(in.Unit)
	if malformed != nil {
		return lifecycle.ErrNotFound
	}
	if err != nil {
		return h.scanAgain(c, key, in.Step, err)
	}
	if command, ok := commands.Parse(in.Payload); ok {
		return h.command(c, key, in.Step, command)
	}
	ctx := c.Request().Context()
	if !access.Allowed(web.Principal(c), access.TaskAttest) {
		key, err = h.bench.Find(ctx, in.Payload) // for them it only opens a unit
		in.Step = ""
	} else {
		key, in.Step, err = h.bench.Take(ctx, key, in.Step, in.Payload)
	}
	if err != nil {
		unit, _ := lifecycle.ParseUnitKeyString(in.Unit)
		return h.scanAgain(c, unit, in.Step, err)
	}
	return web.SeeOther(c, stepPath(key, in.Step))
}

// ScanAtList is a code scanned while no unit is open.
func (h *Handler) ScanAtList(c echo.Context, payload string) error {
	switch command, ok := commands.Parse(payload); {
	case ok && command == commands.Certify:
		return web.SeeOther(c, "/bench/certify")
	case ok && command == commands.List:
		return web.SeeOther(c, "/bench")
	case ok:
		return h.listAgain(c, lifecycle.Mistake("payload", "bench.command-no-unit"))
	}
	key, err := h.bench.Find(c.Request().Context(), payload)
	if err != nil {
		return h.listAgain(c, err)
	}
	return web.SeeOther(c, shelf.UnitPath(key))
}

// command does what a button of the unit's page would.
func (h *Handler) command(c echo.Context, key lifecycle.UnitKey, step string, command commands.Command) error {
	ctx, principal := c.Request().Context(), web.Principal(c)
	var to string
	var err error
	switch command {
	case commands.List:
		return web.SeeOther(c, "/bench")
	case commands.Next, commands.Back:
		to, err = h.turn(ctx, key, step, command)
	case commands.Certify:
		if !access.Allowed(principal, access.CertificateIssue) {
			return lifecycle.ErrForbidden
		}
		to, err = h.certifyOne(ctx, key)
	default:
		if !access.Allowed(principal, access.TaskAttest) {
			return lifecycle.ErrForbidden
		}
		to, err = h.say(ctx, key, step, command)
	}
	if err != nil {
		return h.scanAgain(c, key, step, err)
	}
	return web.SeeOther(c, to)
}

// turn is the page of the step after this one, or before it.
func (h *Handler) turn(ctx context.Context, key lifecycle.UnitKey, step string, command commands.Command) (string, error) {
	s, err := h.bench.Unit(ctx, key)
	if err != nil {
		return "", err
	}
	view, err := h.bench.unitView(ctx, s, step)
	if err != nil {
		return "", err
	}
	to := view.Forward
	if command == commands.Back {
		to = view.Back
	}
	if to == "" && view.Current != nil {
		to = view.Current.Check // at either end it stays where it is
	}
	return stepPath(key, to), nil
}

func (h *Handler) certifyOne(ctx context.Context, key lifecycle.UnitKey) (string, error) {
	results, err := h.bench.config.Certify(ctx, []lifecycle.UnitKey{key})
	if err != nil {
		return "", err
	}
	if results[0].Err != nil {
		return "", results[0].Err
	}
	return "/bench/certificates/" + string(results[0].Outcome.Change.Certificate.Code) + "?done=bench-certified", nil
}

// say is a person's word for the step on the screen, spoken by a command.
func (h *Handler) say(ctx context.Context, key lifecycle.UnitKey, step string, command commands.Command) (string, error) {
	if command == commands.Undo {
		again, err := h.bench.Undo(ctx, key)
		return stepPath(key, again) + "&done=bench-undone", err
	}
	word, err := wordOf(step, command)
	if err != nil {
		return "", err
	}
	if err := h.bench.AttestUnit(ctx, key, word); err != nil {
		return "", err
	}
	if command == commands.Start {
		return stepPath(key, step), nil
	}
	return shelf.UnitPath(key), nil
}

// wordOf is what a command says of a step. What it cannot say is a mistake that
// tells what to do instead.
func wordOf(step string, command commands.Command) (Word, error) {
	answer, chooses := command.Answer()
	switch {
	case !command.Known():
		return Word{}, lifecycle.Mistake("payload", "bench.command-unknown")
	case step == "":
		return Word{}, lifecycle.Mistake("payload", "bench.command-no-step")
	case step == lifecycle.CheckCodesAgree:
		return Word{}, lifecycle.Mistake("payload", "bench.command-codes")
	case step == lifecycle.CheckFirmware:
		return Word{}, lifecycle.Mistake("payload", "bench.command-firmware")
	case step == lifecycle.CheckMedia && chooses:
		note := mediaNotes()[answer]
		return Word{Task: step, Pass: note != noteMediaStuck, Note: note}, nil
	case step == lifecycle.CheckMedia:
		return Word{}, lifecycle.Mistake("payload", "bench.command-media")
	case chooses:
		return Word{}, lifecycle.Mistake("payload", "bench.command-choose")
	case command == commands.Start:
		return Word{Task: step, Note: lifecycle.NoteStarted}, nil
	}
	return Word{Task: step, Pass: command == commands.Pass}, nil
}

// scanAgain shows the unit once more, with what was wrong beside the field.
func (h *Handler) scanAgain(c echo.Context, key lifecycle.UnitKey, step string, err error) error {
	if web.Mistakes(err) == nil {
		return h.Again(c, key, step, "", err)
	}
	ctx := c.Request().Context()
	s, errUnit := h.bench.Unit(ctx, key)
	if errUnit != nil {
		return errUnit
	}
	view, errView := h.bench.unitView(ctx, s, step)
	if errView != nil {
		return errView
	}
	view.Scan = web.Mistakes(err)
	return h.pages.Render(c, http.StatusUnprocessableEntity, "unit.html", view)
}

func (h *Handler) undo(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	step, err := h.bench.Undo(c.Request().Context(), key)
	if err != nil {
		return h.Again(c, key, "", "", err)
	}
	return web.SeeOther(c, stepPath(key, step)+"&done=bench-undone")
}
