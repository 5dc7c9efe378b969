package release

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// planView is the page on which an owner decides.
type planView struct {
	Plan
	Path    string
	Clouds  []cloudView
	Refused []lifecycle.Reason
}

// cloudView is a cloud as the page shows it: every code has its sentence.
type cloudView struct {
	Cloud
	Own      bool // ours, which has no name for its users
	Blockers []string
}

func unitPath(key lifecycle.UnitKey) string {
	return "/mine/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

// builtIn is how the cloud that we run ourselves is called in models.
const builtIn = "builtin"

func (h *Handler) planPage(c echo.Context) error { return h.showPlan(c, http.StatusOK, nil) }

func (h *Handler) showPlan(c echo.Context, status int, refused []lifecycle.Reason) error {
	plan, err := h.room.Preflight(c.Request().Context(), actorOf(c), keyOf(c))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return h.waiting(c, err)
	}
	if err != nil {
		return err
	}
	view := planView{Plan: plan, Path: unitPath(plan.Key), Refused: refused}
	for _, of := range plan.Clouds {
		one := cloudView{Cloud: of, Own: of.Name == builtIn}
		for _, keys := range of.Words {
			one.Blockers = append(one.Blockers, firstKnown(c, keys))
		}
		view.Clouds = append(view.Clouds, one)
	}
	return h.pages.Render(c, status, "release.html", view)
}

// waiting leads back to the unit's page where it is the reader's and no binding
// of theirs is live: there is nothing to let go of.
func (h *Handler) waiting(c echo.Context, none error) error {
	s, err := h.room.config.Owner.Look(c.Request().Context(), actorOf(c).Person, keyOf(c))
	if err != nil {
		return none
	}
	return web.SeeOther(c, unitPath(s.Unit.Key))
}

// firstKnown is the first of the keys that has a sentence.
func firstKnown(c echo.Context, keys []string) string {
	words := web.Words(c)
	for _, key := range keys {
		if words.Has(key) {
			return key
		}
	}
	return keys[len(keys)-1]
}

type eraseForm struct {
	Erase bool `form:"erase"`
}

func (h *Handler) submit(c echo.Context) error {
	in, err := web.Bind[eraseForm](c)
	if err != nil {
		return err
	}
	released, err := h.room.Release(c.Request().Context(), actorOf(c), keyOf(c), in.Erase)
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.showPlan(c, http.StatusConflict, refusal.Reasons)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/R/"+url.PathEscape(released.Code)+"?done=mine-released")
}

// receiptView is the page of a receipt.
type receiptView struct {
	Receipt
	Grouped string
	Picture string
	Ends    []endView
	// Ended: every cloud has shown it.
	Ended bool
	Place int64
}

type endView struct {
	End
	Own bool
}

func viewOf(r Receipt) receiptView {
	view := receiptView{Receipt: r, Grouped: grouped(r.Code), Picture: "/R/" + url.PathEscape(r.Code) + pictureSuffix, Ended: true}
	if r.Index != nil {
		view.Place = *r.Index
	}
	for _, end := range r.Ends {
		view.Ends = append(view.Ends, endView{end, end.Cloud == builtIn})
		view.Ended = view.Ended && (end.Bound == Done || end.Bound == Waived)
	}
	return view
}

// grouped is a code as people read it out.
func grouped(code string) string {
	const group = 4
	text := ""
	for i, letter := range code {
		if i > 0 && i%group == 0 {
			text += "-"
		}
		text += string(letter)
	}
	return text
}
