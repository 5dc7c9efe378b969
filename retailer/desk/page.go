package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/retailer/desk/queue"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// deskView is the desk before anything was scanned.
type deskView struct {
	Scan  web.ScanForm
	Queue queue.View
	Today []lifecycle.TakenBack
}

func (h *Handler) desktop(c echo.Context) error {
	today, err := h.desk.Today(c.Request().Context(), web.Principal(c).Actor())
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "desk.html", deskView{scanForm(), queue.OfDesk(web.Principal(c)), today})
}

func scanForm() web.ScanForm { return web.ScanForm{Purpose: lifecycle.PurposeReturn} }

// keyInput is the unit that a page is about.
type keyInput struct {
	Brand  string `form:"brand" validate:"required,brand"`
	Serial string `form:"serial" validate:"required,serial"`
}

func (in keyInput) query() string {
	return "?" + url.Values{"brand": {in.Brand}, "serial": {in.Serial}}.Encode()
}

// takeBackView is the form by which a unit is taken back, or taken in.
type takeBackView struct {
	Scan     web.ScanForm
	Key      lifecycle.UnitKey
	Model    string
	Sentence lifecycle.Reason // of the verdict
	// Verdict stands in place of the form where there is no use for it.
	Verdict  *web.VerdictView
	Form     returnInput
	Mistakes *lifecycle.Invalid
	// Models to choose from, for a unit that nobody knows.
	Admit  bool
	Models []lifecycle.Model
	// Capped: a second person must stand by this return.
	Capped              bool
	Conditions, Reasons []web.Option
	Kit                 *lifecycle.Kit // the box that it came in; nil: its own
}

func newTakeBackView(in returnInput) takeBackView {
	view := takeBackView{Scan: scanForm(), Key: lifecycle.UnitKey{Brand: in.Brand, Serial: in.Serial}, Form: in}
	view.Form.SecondPassword = "" // never back to a browser
	view.Conditions, view.Reasons = conditionOptions(), reasonOptions()
	return view
}

func conditionOptions() []web.Option {
	return web.Options("desk.condition.", lifecycle.Conditions()...)
}

func reasonOptions() []web.Option {
	return web.Options("desk.reason.", lifecycle.ReturnReasons()...)
}

func (h *Handler) takeBackForm(c echo.Context) error {
	in, err := web.BindQuery[keyInput](c)
	if err != nil {
		return err
	}
	return h.showForm(c, http.StatusOK, returnInput{Brand: in.Brand, Serial: in.Serial}, nil, false)
}

// showForm shows the form with what stands in it, under what is true of the
// unit now.
func (h *Handler) showForm(c echo.Context, status int, in returnInput, mistakes *lifecycle.Invalid, capped bool) error {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	looked, err := h.desk.Look(c.Request().Context(), web.Principal(c).Actor(), key)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return web.SeeOther(c, "/desk/admit"+keyInput{in.Brand, in.Serial}.query())
	}
	if err != nil {
		return err
	}
	view := newTakeBackView(in)
	view.Key, view.Model, view.Sentence = looked.Key, looked.Model, looked.Answer.Reasons[0]
	view.Kit = looked.Kit
	view.Mistakes, view.Capped = mistakes, capped || in.SecondEmail != ""
	if !looked.MayTake {
		view.Verdict = verdictOf(looked.Answer.Verdict, looked.Answer.Reasons)
	}
	return h.pages.Render(c, status, "take-back.html", view)
}

func verdictOf(verdict lifecycle.Verdict, reasons []lifecycle.Reason) *web.VerdictView {
	return &web.VerdictView{Verdict: verdict, Sentence: reasons[0].Code, Args: reasons[0].Args, Reasons: reasons[1:]}
}

func (h *Handler) admitForm(c echo.Context) error {
	in, err := web.BindQuery[keyInput](c)
	if err != nil {
		return err
	}
	return h.showAdmit(c, http.StatusOK, returnInput{Brand: in.Brand, Serial: in.Serial}, nil)
}

func (h *Handler) showAdmit(c echo.Context, status int, in returnInput, mistakes *lifecycle.Invalid) error {
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	view := newTakeBackView(in)
	view.Key, view.Admit, view.Mistakes = key, true, mistakes
	view.Models, err = h.desk.ModelsOf(c.Request().Context(), key.Brand)
	if errors.Is(err, lifecycle.ErrNotFound) || err == nil && len(view.Models) == 0 {
		view.Verdict = verdictOf(lifecycle.VerdictUnknown, []lifecycle.Reason{{Code: "desk.brand-unknown", Args: map[string]string{"brand": key.Brand}}})
		return h.pages.Render(c, status, "take-back.html", view)
	}
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "take-back.html", view)
}

func (h *Handler) submit(c echo.Context) error {
	in, err := web.Bind[returnInput](c)
	if err == nil {
		var progress Progress
		if progress, err = h.take(c, in); err == nil {
			return web.SeeOther(c, returnPath(progress.Return.ID)+"?done=taken-back")
		}
	}
	if wrong := web.Mistakes(err); wrong != nil {
		if aboutUnit(wrong) {
			return err // no field of the form can mend it
		}
		if in.Model != "" {
			return h.showAdmit(c, http.StatusUnprocessableEntity, in, wrong)
		}
		return h.showForm(c, http.StatusUnprocessableEntity, in, wrong, false)
	}
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	if refusal.Has("return.cap") && len(refusal.Reasons) == 1 {
		return h.showForm(c, http.StatusConflict, in, nil, true)
	}
	view := newTakeBackView(in)
	view.Verdict = verdictOf(lifecycle.VerdictRefused, refusal.Reasons)
	return h.pages.Render(c, http.StatusConflict, "take-back.html", view)
}

// aboutUnit reports whether a mistake is in what names the unit: the form only
// carries that through.
func aboutUnit(wrong *lifecycle.Invalid) bool {
	return slices.ContainsFunc(wrong.Reasons, func(r lifecycle.Reason) bool {
		return r.Field == "brand" || r.Field == "serial" || r.Field == "typed"
	})
}

// sealedView is the form by which an unopened box goes back to stock.
type sealedView struct {
	Scan    web.ScanForm
	Key     lifecycle.UnitKey
	Model   string
	Verdict *web.VerdictView
}

func (h *Handler) sealedForm(c echo.Context) error {
	in, err := web.BindQuery[keyInput](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	looked, err := h.desk.Look(c.Request().Context(), web.Principal(c).Actor(), key)
	if err != nil {
		return err
	}
	view := sealedView{Scan: scanForm(), Key: looked.Key, Model: looked.Model}
	if !looked.MaySeal {
		view.Verdict = verdictOf(lifecycle.VerdictRefused, []lifecycle.Reason{{Code: "desk.not-sealed"}})
	}
	return h.pages.Render(c, http.StatusOK, "sealed.html", view)
}

func (h *Handler) submitSealed(c echo.Context) error {
	in, err := web.Bind[sealedInput](c)
	if err != nil {
		return err
	}
	_, err = h.seal(c, in)
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		view := sealedView{Scan: scanForm(), Key: lifecycle.UnitKey{Brand: in.Brand, Serial: in.Serial}}
		view.Verdict = verdictOf(lifecycle.VerdictRefused, refusal.Reasons)
		return h.pages.Render(c, http.StatusConflict, "sealed.html", view)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/desk?done=sealed")
}

func returnPath(id lifecycle.ReturnID) string { return "/desk/returns/" + url.PathEscape(string(id)) }
