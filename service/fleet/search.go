package fleet

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// searchInput is the query of a search.
type searchInput struct {
	Q string `form:"q" validate:"required,max=128"`
}

// searchView is the page of what was found.
type searchView struct {
	Form     searchInput
	Asked    bool
	Rows     []Row
	Mistakes *lifecycle.Invalid
}

// OfMaker: what is found is not only a vendor's own production.
func (searchView) OfMaker() bool { return false }

func (h *Handler) search(c echo.Context) error {
	if !c.QueryParams().Has("q") { // nothing was asked yet: that is no mistake
		return h.pages.Render(c, http.StatusOK, "search.html", searchView{})
	}
	in, err := web.BindQuery[searchInput](c)
	var rows []Row
	if err == nil {
		rows, err = h.fleet.Find(c.Request().Context(), web.Principal(c), in.Q)
	}
	status, wrong := http.StatusOK, web.Mistakes(err)
	switch {
	case wrong != nil:
		status = http.StatusUnprocessableEntity
	case err != nil:
		return err
	case len(rows) == 1:
		return web.SeeOther(c, unitPath(rows[0].Key))
	}
	return h.pages.Render(c, status, "search.html", searchView{Form: in, Asked: true, Rows: rows, Mistakes: wrong})
}

func (h *Handler) apiSearch(c echo.Context) error {
	in, err := web.BindQuery[searchInput](c)
	if err != nil {
		return err
	}
	rows, err := h.fleet.Find(c.Request().Context(), web.Principal(c), in.Q)
	if err != nil {
		return err
	}
	items := make([]rowBody, len(rows))
	for i, row := range rows {
		items[i] = rowBodyOf(row)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}
