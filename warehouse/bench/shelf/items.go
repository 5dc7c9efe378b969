package bench

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// unitRef names a unit in a body.
type unitRef struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
}

func keysOf(refs []unitRef) ([]lifecycle.UnitKey, error) {
	keys := make([]lifecycle.UnitKey, 0, len(refs))
	for _, ref := range refs {
		key, err := lifecycle.ParseUnitKey(ref.Brand, ref.Serial)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// unitJSON is a unit as the bench knows it.
type unitJSON struct {
	Brand  string          `json:"brand"`
	Serial string          `json:"serial"`
	Model  string          `json:"model"`
	State  lifecycle.State `json:"state,omitempty"` // only where the unit is
	Epoch  lifecycle.Epoch `json:"epoch,omitempty"`
}

// asUnitJSON keeps a unit's present from whoever only has papers of it: the
// desk that took it back, the bench that certified it (rule 13).
func asUnitJSON(s lifecycle.Snapshot, org lifecycle.OrgID) unitJSON {
	unit := unitJSON{Brand: s.Unit.Key.Brand, Serial: s.Unit.Key.Serial, Model: s.Model.Name}
	if atBench(s, org) == nil {
		unit.State, unit.Epoch = s.Unit.State, s.Unit.Epoch
	}
	return unit
}

// itemJSON is what became of one unit of a list.
type itemJSON struct {
	Brand       string           `json:"brand"`
	Serial      string           `json:"serial"`
	Done        bool             `json:"done"`
	State       lifecycle.State  `json:"state,omitempty"`
	Index       *int64           `json:"ledger_index,omitempty"`
	Certificate *certificateJSON `json:"certificate,omitempty"`
	Problem     *web.Problem     `json:"problem,omitempty"`
}

// items answers about a list. A list of one that was refused is refused as a
// whole: then the problem itself is the answer.
func (h *Handler) items(c echo.Context, results []Result) ([]itemJSON, error) {
	if len(results) == 1 && results[0].Err != nil {
		return nil, results[0].Err
	}
	items := make([]itemJSON, 0, len(results))
	for _, result := range results {
		item := itemJSON{Brand: result.Key.Brand, Serial: result.Key.Serial, Done: result.Err == nil}
		if result.Err != nil {
			problem := web.ProblemOf(c, result.Err)
			item.Problem = &problem
		} else {
			item.Index, item.State = result.Outcome.Place(), result.Outcome.Change.Unit.State
		}
		if made := result.Outcome.Change.Certificate; made != nil {
			item.Certificate = h.certificateJSON(*made)
		}
		items = append(items, item)
	}
	return items, nil
}

// statusOf is 201 where everything was done, else 200: the items say what was.
func statusOf(items []itemJSON) int {
	for _, item := range items {
		if !item.Done {
			return http.StatusOK
		}
	}
	return http.StatusCreated
}
