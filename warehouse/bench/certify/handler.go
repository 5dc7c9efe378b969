package bench

import (
	"errors"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/commands"
)

// resultsView says what became of each unit of a list.
type resultsView struct {
	Title   string // message code
	Done    int
	Refused int
	Rows    []resultRow
	Back    string
}

type resultRow struct {
	Path    string
	Key     lifecycle.UnitKey
	Made    string // path of what was made; empty: nothing
	Reasons []lifecycle.Reason
}

func (h *Handler) certify(c echo.Context) error {
	in, err := web.Bind[struct {
		Units   []string `form:"unit" validate:"max=200"`
		Payload string   `form:"payload" validate:"max=4096"`
	}](c)
	if err != nil {
		return err
	}
	// A scanner on the page that asks for the signature: only the command signs.
	if command, ok := commands.Parse(in.Payload); in.Payload != "" && (!ok || command != commands.Certify) {
		return h.scanAtList(c, scanned{Payload: in.Payload})
	}
	if len(in.Units) == 0 {
		return web.SeeOther(c, "/bench?state=reset&done=bench-none-ticked")
	}
	keys, err := parseKeys(in.Units)
	if err != nil {
		return err
	}
	results, err := h.bench.Certify(c.Request().Context(), keys)
	if err != nil {
		return err
	}
	if len(results) == 1 && results[0].Err == nil {
		return web.SeeOther(c, "/bench/certificates/"+string(results[0].Outcome.Change.Certificate.Code)+"?done=bench-certified")
	}
	view := resultsOf(results)
	view.Title, view.Back = "bench.results-certified", "/bench?state=reset"
	if view.Done == 0 {
		return h.pages.Render(c, http.StatusConflict, "results.html", view)
	}
	return h.pages.Render(c, http.StatusOK, "results.html", view)
}

func parseKeys(texts []string) ([]lifecycle.UnitKey, error) {
	keys := make([]lifecycle.UnitKey, 0, len(texts))
	for _, text := range texts {
		key, err := lifecycle.ParseUnitKeyString(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func resultsOf(results []Result) resultsView {
	var view resultsView
	for _, result := range results {
		row := resultRow{Path: unitPath(result.Key), Key: result.Key, Reasons: reasonsOf(result.Err)}
		if result.Err == nil {
			view.Done++
		} else {
			view.Refused++
		}
		if made := result.Outcome.Change.Certificate; made != nil {
			row.Made = "/bench/certificates/" + string(made.Code)
		}
		view.Rows = append(view.Rows, row)
	}
	return view
}

// certificateView is the page of one certificate, with its label.
type certificateView struct {
	Certified
	Current  bool
	Verdict  web.VerdictView
	UnitPath string // empty for those who have no bench
	Public   string
	Proof    string
	Label    template.HTML
	PNG, SVG string
}

func (h *Handler) certificate(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := h.bench.Certificate(ctx, codeOf(c))
	if err != nil {
		return err
	}
	drawn, err := h.bench.labelOf(found).SVG()
	if err != nil {
		return err
	}
	code := string(found.Certificate.Code)
	view := certificateView{
		Certified: found, Current: found.Current(), Public: publicPath(found.Certificate.Code), Label: template.HTML(drawn), // our own drawing: no script, no style, text escaped
		Proof: publicPath(found.Certificate.Code) + ".tlog-proof",
		PNG:   "/v1/certificates/" + code + "/label.png", SVG: "/v1/certificates/" + code + "/label.svg",
		Verdict: web.VerdictView{Verdict: lifecycle.VerdictClear, Sentence: "bench.certified"},
	}
	if !view.Current {
		view.Verdict = web.VerdictView{Verdict: lifecycle.VerdictUnknown, Sentence: "bench.certificate-history"}
	}
	if principal := web.Principal(c); access.Allowed(principal, access.OrderRead) && found.Snapshot.Unit.Custody == principal.Org {
		view.UnitPath = unitPath(found.Snapshot.Unit.Key)
	}
	return h.pages.Render(c, http.StatusOK, "certificate.html", view)
}

// reasonsOf is why a unit of a list was left out: the rule's reasons, or that
// it is not there, which is all that is said of a unit that is not ours.
func reasonsOf(err error) []lifecycle.Reason {
	refusal := new(lifecycle.Refusal)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal.Reasons
	}
	return []lifecycle.Reason{{Code: "bench.not-here"}}
}
