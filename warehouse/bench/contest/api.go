package contest

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// listedBody is a contest in the list.
type listedBody struct {
	ID          lifecycle.HoldID `json:"id"`
	Brand       string           `json:"brand"`
	Serial      string           `json:"serial"`
	ContestedAt web.Time         `json:"contested_at"`
	DueAt       web.Time         `json:"due_at"`
	Late        bool             `json:"late"`
	Proposed    bool             `json:"proposed"`
	Decided     bool             `json:"decided"`
}

func listedBodyOf(l Listed) listedBody {
	return listedBody{l.ID, l.Key.Brand, l.Key.Serial, web.Time(l.PlacedAt), web.Time(l.DueAt), l.Late, l.Proposed, l.Decided}
}

type evidenceBody struct {
	Code    string            `json:"code"`
	For     string            `json:"for,omitempty"` // "return" or "owner"
	Args    map[string]string `json:"args,omitempty"`
	Digests []string          `json:"digests,omitempty"`
}

type rulingBody struct {
	Outcome    lifecycle.RulingOutcome `json:"outcome"`
	Reason     string                  `json:"reason"`
	ProposedAt web.Time                `json:"proposed_at"`
	At         web.Time                `json:"decided_at"` // null: it is a proposal
}

type caseBody struct {
	listedBody
	State    lifecycle.State `json:"state"`
	Evidence []evidenceBody  `json:"evidence"`
	Words    string          `json:"words,omitempty"`
	Ruling   *rulingBody     `json:"ruling,omitempty"`
}

func caseBodyOf(c Case) caseBody {
	body := caseBody{listedBody: listedBodyOf(c.Listed), State: c.State, Words: c.Words, Evidence: []evidenceBody{}}
	for _, e := range c.Evidence {
		body.Evidence = append(body.Evidence, evidenceBody{e.Code, e.For, e.Args, e.Digests})
	}
	if r := c.Ruling; r.ProposedBy != "" {
		body.Ruling = &rulingBody{r.Outcome, r.Reason, web.Time(r.ProposedAt), web.Time(r.At)}
	}
	return body
}

func (h *Handler) list(c echo.Context) error {
	page, err := web.PageOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.contests.List(c.Request().Context(), lifecycle.Page{Limit: page.Limit, After: page.After})
	if err != nil {
		return err
	}
	bodies := make([]listedBody, len(list))
	for i, one := range list {
		bodies[i] = listedBodyOf(one)
	}
	return web.JSON(c, http.StatusOK, web.NewList(bodies, next))
}

func (h *Handler) read(c echo.Context) error {
	one, err := h.contests.Read(c.Request().Context(), idOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, caseBodyOf(one))
}

// ruledBody says whether it is decided, or waits for a second person.
type ruledBody struct {
	Decided bool `json:"decided"`
}

func (h *Handler) rule(c echo.Context) error {
	in, err := web.Bind[rulingInput](c)
	if err != nil {
		return err
	}
	decided, err := h.contests.Rule(c.Request().Context(), idOf(c), lifecycle.RulingOutcome(in.Outcome), in.Reason)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, ruledBody{decided})
}

func (h *Handler) object(c echo.Context) error {
	if err := h.contests.Object(c.Request().Context(), idOf(c)); err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, ruledBody{})
}
