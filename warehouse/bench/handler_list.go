package bench

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// listView is the bench: what to scan, what is here, what comes.
type listView struct {
	Scan    bool // this person works here: they have a field for codes
	Wrong   *lifecycle.Invalid
	State   lifecycle.State
	States  []lifecycle.State
	Rows    []shelf.Row
	Next    string
	Certify bool // rows can be ticked and certified together
	Coming  []shelf.Parcel
	More    bool // more is coming than is shown
}

// comingShown is how much of what arrives the bench shows; all of it is on the
// page of shipments.
const comingShown = 10

func (h *Handler) list(c echo.Context) error { return h.showList(c, http.StatusOK, nil) }

// listAgain shows the list with what was wrong with what was scanned.
func (h *Handler) listAgain(c echo.Context, err error) error {
	wrong := web.Mistakes(err)
	if wrong == nil {
		return err
	}
	return h.showList(c, http.StatusUnprocessableEntity, wrong)
}

func (h *Handler) showList(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	ctx, principal := c.Request().Context(), web.Principal(c)
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	view := listView{Wrong: wrong, State: stateOf(c), States: shelf.States()}
	if view.Rows, view.Next, err = h.bench.Here(ctx, view.State, page); err != nil {
		return err
	}
	var more string
	if view.Coming, more, err = h.bench.Arriving(ctx, lifecycle.Page{Limit: comingShown}); err != nil {
		return err
	}
	view.More = more != ""
	view.Certify = access.Allowed(principal, access.CertificateIssue) && slices.ContainsFunc(view.Rows, func(r shelf.Row) bool { return r.Ready })
	view.Scan = access.Allowed(principal, access.BenchWork)
	return h.pages.Render(c, status, "list.html", view)
}

// stateOf is the list that is asked for; without a word, the one that the
// person works on.
func stateOf(c echo.Context) lifecycle.State {
	asked := lifecycle.State(c.QueryParam("state"))
	if slices.Contains(shelf.States(), asked) {
		return asked
	}
	principal := web.Principal(c)
	if access.Allowed(principal, access.CertificateIssue) && !access.Allowed(principal, access.TaskAttest) {
		return lifecycle.StateReset
	}
	return lifecycle.StateReturned
}

// pageOf reads the place in a list; the store made its cursor.
func pageOf(c echo.Context) (lifecycle.Page, error) {
	page, err := web.PageOf(c)
	if err != nil {
		return lifecycle.Page{}, err
	}
	return lifecycle.Page{After: page.After, Limit: page.Limit}, nil
}
