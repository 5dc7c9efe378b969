package shelf

import (
	"net/http"

	"quitclaim/service/lifecycle"
)

// UnitRef names a unit in a body.
type UnitRef struct {
	Brand  string `json:"brand" validate:"required,brand"`
	Serial string `json:"serial" validate:"required,serial"`
}

// KeysOf are the units that a body names.
func KeysOf(refs []UnitRef) ([]lifecycle.UnitKey, error) {
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

// UnitBody is a unit as the bench knows it.
type UnitBody struct {
	Brand  string          `json:"brand"`
	Serial string          `json:"serial"`
	Model  string          `json:"model"`
	State  lifecycle.State `json:"state,omitempty"` // only where the unit is
	Epoch  lifecycle.Epoch `json:"epoch,omitempty"`
}

// UnitBodyOf keeps a unit's present from whoever only has papers of it: the
// desk that took it back, the bench that certified it (rule 13).
func UnitBodyOf(s lifecycle.Snapshot, org lifecycle.OrgID) UnitBody {
	unit := UnitBody{Brand: s.Unit.Key.Brand, Serial: s.Unit.Key.Serial, Model: s.Model.Name}
	if At(s, org) == nil {
		unit.State, unit.Epoch = s.Unit.State, s.Unit.Epoch
	}
	return unit
}

// Item is what became of one unit of a list.
type Item struct {
	Brand       string          `json:"brand"`
	Serial      string          `json:"serial"`
	Done        bool            `json:"done"`
	State       lifecycle.State `json:"state,omitempty"`
	Index       *int64          `json:"ledger_index,omitempty"`
	Certificate any             `json:"certificate,omitempty"`
	Problem     any             `json:"problem,omitempty"`
}

// Items answers about a list. A list of one that was refused is refused as a
// whole: then the problem itself is the answer.
func Items(results []Result, problem func(error) any) ([]Item, error) {
	if len(results) == 1 && results[0].Err != nil {
		return nil, results[0].Err
	}
	items := make([]Item, 0, len(results))
	for _, result := range results {
		item := Item{Brand: result.Key.Brand, Serial: result.Key.Serial, Done: result.Err == nil}
		if result.Err != nil {
			item.Problem = problem(result.Err)
		} else {
			item.Index, item.State = result.Outcome.Place(), result.Outcome.Change.Unit.State
		}
		items = append(items, item)
	}
	return items, nil
}

// ItemOf is what became of one unit that was changed by itself.
func ItemOf(o lifecycle.Outcome) Item {
	unit := o.Change.Unit
	return Item{Brand: unit.Key.Brand, Serial: unit.Key.Serial, Done: true, State: unit.State, Index: o.Place()}
}

// StatusOf is 201 where everything was done, else 200: the items say what was.
func StatusOf(items []Item) int {
	for _, item := range items {
		if !item.Done {
			return http.StatusOK
		}
	}
	return http.StatusCreated
}
