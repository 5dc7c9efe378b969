package bench

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// orderJSON is a reset order, task by task and check by check.
type orderJSON struct {
	ID       lifecycle.OrderID    `json:"id"`
	Kind     lifecycle.OrderKind  `json:"kind"`
	State    lifecycle.OrderState `json:"state"`
	Return   lifecycle.ReturnID   `json:"return,omitempty"`
	Epoch    lifecycle.Epoch      `json:"epoch"`
	OpenedAt web.Time             `json:"opened_at"`
	EndedAt  web.Time             `json:"ended_at"`
	Unit     shelf.UnitBody       `json:"unit"`
	Tasks    []taskJSON           `json:"tasks"`
	Checks   []checkJSON          `json:"checks"`
	// Missing is what stands between the unit and its certificate, for the
	// caller as its validator.
	Missing []web.ProblemReason `json:"missing"`
}

type taskJSON struct {
	ID      string              `json:"id"`
	Cloud   string              `json:"cloud,omitempty"`
	Verb    lifecycle.Verb      `json:"verb"`
	State   lifecycle.TaskState `json:"state"`
	Grade   lifecycle.Grade     `json:"grade,omitempty"`
	Proof   string              `json:"proof,omitempty"`
	AskedAt web.Time            `json:"asked_at"`
	DoneAt  web.Time            `json:"done_at"`
}

type checkJSON struct {
	ID   string `json:"id"`
	Text string `json:"text,omitempty"` // the vendor's words
	// Required: a certificate waits for it. HoldSeconds and ProvenBy are what its
	// model wants besides a word.
	Required    bool                 `json:"required"`
	HoldSeconds int                  `json:"hold_s,omitempty"`
	ProvenBy    lifecycle.CheckProof `json:"proven_by,omitempty"`
	Photos      []string             `json:"photos"` // where they are
	Passed      bool                 `json:"passed"`
	Note        string               `json:"note,omitempty"`
	At          web.Time             `json:"at"` // of the newest word on it, null for none
}

func (h *Handler) orderJSON(c echo.Context, s lifecycle.Snapshot) orderJSON {
	order := *s.Order
	out := orderJSON{
		ID: order.ID, Kind: order.Kind, State: order.State, Return: order.Return, Epoch: order.Epoch,
		OpenedAt: web.Time(order.OpenedAt), EndedAt: web.Time(order.EndedAt), Unit: shelf.UnitBodyOf(s, web.Principal(c).Org),
		Tasks: []taskJSON{}, Checks: []checkJSON{},
		Missing: web.Reasons(c, h.bench.Missing(c.Request().Context(), s)),
	}
	for _, t := range order.Tasks {
		out.Tasks = append(out.Tasks, taskJSON{
			t.ID, t.Cloud, t.Verb, t.State, t.Grade, t.Proof, web.Time(t.AskedAt), web.Time(t.DoneAt),
		})
	}
	for _, check := range checksOf(s) {
		step, _ := s.Model.Check(check.ID)
		out.Checks = append(out.Checks, checkJSON{
			ID: check.ID, Text: check.Text, Required: check.Required, HoldSeconds: step.HoldSeconds, ProvenBy: step.ProvenBy,
			Photos: photosOf(s, check.ID), Passed: check.Passed(), Note: check.Word.Note, At: web.Time(check.Word.At),
		})
	}
	return out
}

func orderOf(c echo.Context) lifecycle.OrderID { return lifecycle.OrderID(web.Param(c, "id")) }

// Order answers with the order of the path as it is now.
func (h *Handler) Order(c echo.Context) error {
	s, err := h.bench.Order(c.Request().Context(), orderOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, h.orderJSON(c, s))
}

func (h *Handler) apiAttest(c echo.Context) error {
	in, err := web.Bind[struct {
		Pass *bool  `json:"pass" validate:"required"` // false is an answer, none is not
		Note string `json:"note" validate:"max=32,printable"`
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := h.bench.Attest(ctx, orderOf(c), Word{Task: web.Param(c, "task"), Pass: *in.Pass, Note: in.Note}); err != nil {
		return err
	}
	return h.Order(c)
}

func (h *Handler) apiPresence(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := h.bench.Order(ctx, orderOf(c))
	if err != nil {
		return err
	}
	code, err := h.bench.AskPresence(ctx, s.Unit.Key)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, map[string]string{"code": code})
}

// apiEvents tells that something changed, and nothing of what: the reader asks
// again for what they may see.
func (h *Handler) apiEvents(c echo.Context) error {
	ctx, id := c.Request().Context(), orderOf(c)
	if _, err := h.bench.Order(ctx, id); err != nil {
		return err
	}
	return web.Stream(c, func(ctx context.Context, send func(event, id string, data any) error) error {
		return h.bench.Watch(ctx, id, func(entry lifecycle.Entry) error {
			return send("change", strconv.FormatInt(entry.Seq, 10), map[string]lifecycle.Event{"event": entry.Event})
		})
	})
}
