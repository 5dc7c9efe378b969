package certify

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// confirmView is the list that a validator is about to sign: once for all.
type confirmView struct {
	Ready  []shelf.Row // in order of the list, each with its tick
	Missed []shelf.Row // ticked, and something stands in the way by now
	More   bool        // more are ready than one signature takes
}

// Proven lists up to MaxList units of this bench that only wait for the person
// of the context to sign.
func (r *Room) Proven(ctx context.Context) (ready []shelf.Row, more bool, err error) {
	page := lifecycle.Page{Limit: shelf.MaxList}
	for {
		rows, next, err := r.config.Shelf.Here(ctx, lifecycle.StateReset, page)
		if err != nil {
			return nil, false, err
		}
		for _, row := range rows {
			if row.Ready && len(ready) == shelf.MaxList {
				return ready, true, nil
			}
			if row.Ready {
				ready = append(ready, row)
			}
		}
		if next == "" {
			return ready, false, nil
		}
		page.After = next
	}
}

// confirm shows what is about to be signed: the ticked ones, or all that are
// proven.
func (h *Handler) confirm(c echo.Context) error {
	ctx := c.Request().Context()
	texts := c.QueryParams()["unit"]
	var view confirmView
	if len(texts) == 0 {
		var err error
		if view.Ready, view.More, err = h.room.Proven(ctx); err != nil {
			return err
		}
		return h.pages.Render(c, http.StatusOK, "confirm.html", view)
	}
	if len(texts) > shelf.MaxList {
		return lifecycle.Mistake("units", "bench.units-many")
	}
	keys, err := shelf.ParseKeys(texts)
	if err != nil {
		return err
	}
	rows, err := h.room.config.Shelf.Rows(ctx, keys)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Ready {
			view.Ready = append(view.Ready, row)
		} else {
			view.Missed = append(view.Missed, row)
		}
	}
	return h.pages.Render(c, http.StatusOK, "confirm.html", view)
}
