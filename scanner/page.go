package scanner

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// pageView is what the page of a verdict shows.
type pageView struct {
	Scan    web.ScanForm
	Verdict *web.VerdictView   // nil: nothing was scanned yet
	Open    []lifecycle.Reason // the tasks that are not proven, behind a fold
	Others  []*web.Button
	Unit    *lifecycle.Unit
	Read    code.Reading
	Model   string
	AsOf    time.Time
	// Candidates are the readings of an ambiguous code that name a unit.
	Candidates []code.Reading
	// Compare is the key that a second code may be held against; zero: none.
	Compare lifecycle.UnitKey
	// Key is the unit's own, as far as it is known, and At when it was scanned:
	// for the list of the last scans.
	Key             lifecycle.UnitKey
	At              time.Time
	SecretsRedacted bool
	// Released is when its owner released it, by a receipt; Paper: the receipt is
	// all that was scanned.
	Released time.Time
	Paper    bool
	// PhotoMistakes is what is wrong with a picture that was sent.
	PhotoMistakes *lifecycle.Invalid
}

// pageQuery is a verdict that is asked for by a link: a choice among readings.
type pageQuery struct {
	Purpose lifecycle.Purpose `form:"purpose" validate:"omitempty,oneof=return sale bench"`
	Brand   string            `form:"brand"`
	Serial  string            `form:"serial"`
}

func (h *Handler) page(c echo.Context) error {
	in, err := web.BindQuery[pageQuery](c)
	if err != nil {
		return err
	}
	if in.Purpose == "" {
		in.Purpose = usualPurpose(c)
	}
	if in.Brand == "" && in.Serial == "" {
		return h.pages.Render(c, http.StatusOK, "scan.html", pageView{Scan: web.ScanForm{Purpose: in.Purpose}})
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	question := Question{Key: key, Purpose: in.Purpose}
	result, err := h.scanner.Scan(c.Request().Context(), web.Principal(c).Actor(), question)
	if err != nil {
		return err
	}
	return h.showVerdict(c, in.Purpose, result)
}

// usualPurpose is what whoever scans most likely wants.
func usualPurpose(c echo.Context) lifecycle.Purpose {
	if principal := web.Principal(c); !principal.Has(lifecycle.RoleClerk) {
		return lifecycle.PurposeBench
	}
	return lifecycle.PurposeReturn
}

// formInput is the shared scan form: a payload, or what was typed instead.
type formInput struct {
	Payload string            `form:"payload"`
	Second  string            `form:"second_payload"`
	Purpose lifecycle.Purpose `form:"purpose" validate:"required,oneof=return sale bench"`
	Brand   string            `form:"brand"`
	Serial  string            `form:"serial"`
	Again   string            `form:"serial_again"`
}

func (h *Handler) submit(c echo.Context) error {
	in, err := web.Bind[formInput](c)
	if err != nil {
		return err
	}
	question := Question{Payload: in.Payload, Second: in.Second, Purpose: in.Purpose}
	if in.Payload == "" {
		key, mistakes := in.typed()
		if mistakes != nil {
			form := web.ScanForm{Purpose: in.Purpose, Brand: in.Brand, Serial: in.Serial, Mistakes: mistakes}
			return h.pages.Render(c, http.StatusUnprocessableEntity, "scan.html", pageView{Scan: form})
		}
		question.Key = key
	}
	result, err := h.scanner.Scan(c.Request().Context(), web.Principal(c).Actor(), question)
	if err != nil {
		return err
	}
	return h.showVerdict(c, in.Purpose, result)
}

// typed is the key that was typed, the serial twice: one slip of a finger is
// another household's camera.
func (in formInput) typed() (lifecycle.UnitKey, *lifecycle.Invalid) {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	invalid := web.Mistakes(err)
	if invalid == nil {
		invalid = &lifecycle.Invalid{}
	}
	if !strings.EqualFold(strings.TrimSpace(in.Serial), strings.TrimSpace(in.Again)) {
		invalid.Add("serial_again", "serial.typed-apart")
	}
	if invalid.Err() != nil {
		return lifecycle.UnitKey{}, invalid
	}
	return key, nil
}

// showVerdict is the answer before its explanation, and the form for the next
// scan under it. A page that is already open asks for ?fragment=verdict, the
// answer alone.
func (h *Handler) showVerdict(c echo.Context, purpose lifecycle.Purpose, result Result) error {
	main, others := buttons(h.routes.List(), purpose, result)
	reasons, open := web.Worded(c, result.Reasons)
	view := pageView{
		Scan: web.ScanForm{Purpose: purpose},
		Verdict: &web.VerdictView{
			Verdict: result.Verdict, Sentence: reasons[0].Code, Args: reasons[0].Args, Button: main, Reasons: reasons[1:],
		},
		Open:   open,
		Others: others, Unit: result.Unit, Read: result.Read, Model: result.Model, AsOf: result.AsOf,
		Key: result.key(), At: h.scanner.now(),
		SecretsRedacted: result.SecretsRedacted, Released: result.Released, Paper: result.paper(),
	}
	for _, candidate := range result.Read.Candidates {
		if candidate.Key != (lifecycle.UnitKey{}) {
			view.Candidates = append(view.Candidates, candidate)
		}
	}
	if (result.Read.Unit() || view.Paper) && result.Verdict != lifecycle.VerdictMismatch {
		view.Compare = result.key()
	}
	return h.pages.Render(c, http.StatusOK, "scan.html", view)
}
