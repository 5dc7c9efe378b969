package contest

import (
	"embed"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	contests *Contests
	pages    *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(contests *Contests) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{contests, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET("/contests", access.ContestRead, h.listPage)
	r.GET("/contests/:id", access.ContestRead, h.casePage)
	r.POST("/contests/:id/ruling", access.ContestRule, h.submitRuling)
	r.POST("/contests/:id/object", access.ContestRule, h.submitObject)
	r.GET("/v1/contests", access.ContestRead, h.list)
	r.GET("/v1/contests/:id", access.ContestRead, h.read)
	r.POST("/v1/contests/:id/ruling", access.ContestRule, h.rule)
	r.POST("/v1/contests/:id/object", access.ContestRule, h.object)
}

func idOf(c echo.Context) lifecycle.HoldID { return lifecycle.HoldID(c.Param("id")) }

type listView struct {
	Contests []Listed
	Next     string
}

func (h *Handler) listPage(c echo.Context) error {
	page, err := web.PageOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.contests.List(c.Request().Context(), lifecycle.Page{Limit: page.Limit, After: page.After})
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "contests.html", listView{list, next})
}

// caseView is one contest and the form that decides it.
type caseView struct {
	Case
	Path     string
	May      bool // decide it
	Answers  []answer
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason
}

// answer is a choice of the form: an outcome with its reason.
type answer struct {
	Outcome lifecycle.RulingOutcome
	Reasons []string
}

// WhyCode is the message of a reason, for officers.
func (a answer) WhyCode(reason string) string { return whyCode(reason) }

func whyCode(reason string) string { return "contest.why." + reason }

// ProposedCode is the message of the outcome that is proposed, or decided.
func (v caseView) ProposedCode() string { return "contest.outcome." + string(v.Ruling.Outcome) }

// WhyCode is the message of its reason.
func (v caseView) WhyCode() string { return whyCode(v.Ruling.Reason) }

func answers() []answer {
	var all []answer
	for _, outcome := range lifecycle.RulingOutcomes() {
		all = append(all, answer{outcome, lifecycle.RulingReasons(outcome)})
	}
	return all
}

func (h *Handler) casePage(c echo.Context) error {
	return h.show(c, http.StatusOK, func(*caseView) {})
}

func (h *Handler) show(c echo.Context, status int, change func(*caseView)) error {
	one, err := h.contests.Read(c.Request().Context(), idOf(c))
	if err != nil {
		return err
	}
	view := caseView{
		Case: one, Path: "/contests/" + url.PathEscape(string(one.ID)), Answers: answers(),
		May: access.Allowed(web.Principal(c), access.ContestRule),
	}
	change(&view)
	return h.pages.Render(c, status, "contest.html", view)
}

// rulingInput is what somebody proposes, or confirms.
type rulingInput struct {
	Outcome string `json:"outcome" form:"outcome" validate:"required,oneof=upheld rejected"`
	Reason  string `json:"reason" form:"reason" validate:"required,max=40"`
}

// rulingForm is the page's: outcome and reason are one choice.
type rulingForm struct {
	Answer string `form:"answer" validate:"required,max=60"`
}

func (f rulingForm) split() rulingInput {
	for _, a := range answers() {
		for _, reason := range a.Reasons {
			if f.Answer == string(a.Outcome)+"/"+reason {
				return rulingInput{string(a.Outcome), reason}
			}
		}
	}
	return rulingInput{}
}

func (h *Handler) submitRuling(c echo.Context) error {
	in, err := web.Bind[rulingForm](c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, func(v *caseView) { v.Mistakes = wrong })
	}
	if err != nil {
		return err
	}
	ruling := in.split()
	decided, err := h.contests.Rule(c.Request().Context(), idOf(c), lifecycle.RulingOutcome(ruling.Outcome), ruling.Reason)
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.show(c, http.StatusConflict, func(v *caseView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	if decided {
		return web.SeeOther(c, "/contests?done=contest-decided")
	}
	return web.SeeOther(c, "/contests/"+url.PathEscape(string(idOf(c)))+"?done=contest-proposed")
}

func (h *Handler) submitObject(c echo.Context) error {
	err := h.contests.Object(c.Request().Context(), idOf(c))
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.show(c, http.StatusConflict, func(v *caseView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/contests/"+url.PathEscape(string(idOf(c)))+"?done=contest-open")
}
