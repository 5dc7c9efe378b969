package desk

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// TakeQueued takes back what was scanned at a desk that could not ask, if
// nothing came in between (rule 14), and answers as for any other return.
func (h *Handler) TakeQueued(c echo.Context, key lifecycle.UnitKey, condition, reason string, scanned time.Time) error {
	progress, err := h.desk.TakeBack(c.Request().Context(), web.Principal(c).Actor(), Brought{
		Key: key, Condition: condition, Reason: reason, ScannedAt: scanned, Unseen: true,
	})
	if err != nil {
		return fmt.Errorf("take back what waited: %w", err)
	}
	return web.JSON(c, http.StatusCreated, bodyOf(c, progress))
}

// unseen refuses what a clerk would not have gone on with, had they seen the
// verdict: a unit under a hold is put aside, and not taken back in passing.
func unseen(decide lifecycle.Decide, actor lifecycle.Actor) lifecycle.Decide {
	return func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := decide(s)
		if len(s.StandingHolds()) == 0 || !lifecycle.Sees(s, actor) || err != nil && !errors.Is(err, lifecycle.ErrRefused) {
			return change, err
		}
		return lifecycle.Change{}, &lifecycle.Refusal{
			Event: lifecycle.EventReturn, State: s.Unit.State, Verdict: lifecycle.VerdictHeld, Reasons: []lifecycle.Reason{{Code: "scan.held"}},
		}
	}
}
