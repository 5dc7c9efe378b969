package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

// confirmView is the list that a validator is about to sign: once for all.
type confirmView struct {
	Ready  []Row // in order of the list, each with its tick
	Missed []Row // ticked, and something stands in the way by now
	More   bool  // more are ready than one signature takes
}

// Proven lists up to MaxList units of this bench that only wait for the person
// of the context to sign.
func (b *Bench) Proven(ctx context.Context) (ready []Row, more bool, err error) {
	page := lifecycle.Page{Limit: MaxList}
	for {
		rows, next, err := b.Here(ctx, lifecycle.StateReset, page)
		if err != nil {
			return nil, false, err
		}
		for _, row := range rows {
			if row.Ready && len(ready) == MaxList {
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

// Rows are the named units of this bench, as a list shows them. Another's are
// left out, as units that are not there.
func (b *Bench) Rows(ctx context.Context, keys []lifecycle.UnitKey) ([]Row, error) {
	var rows []Row
	for _, key := range keys {
		s, err := b.Unit(ctx, key)
		if err != nil {
			if errors.Is(err, lifecycle.ErrNotFound) {
				continue
			}
			return nil, fmt.Errorf("read unit to sign for: %w", err)
		}
		rows = append(rows, b.row(ctx, s))
	}
	return rows, nil
}

// confirm shows what is about to be signed: the ticked ones, or all that are
// proven.
func (h *Handler) confirm(c echo.Context) error {
	ctx := c.Request().Context()
	texts := c.QueryParams()["unit"]
	var view confirmView
	if len(texts) == 0 {
		var err error
		if view.Ready, view.More, err = h.bench.Proven(ctx); err != nil {
			return err
		}
		return h.pages.Render(c, http.StatusOK, "confirm.html", view)
	}
	if len(texts) > MaxList {
		return mistake("units", "bench.units-many")
	}
	keys, err := parseKeys(texts)
	if err != nil {
		return err
	}
	rows, err := h.bench.Rows(ctx, keys)
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
