package shelf

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// MaxList is how many units one request may name: a pallet of small boxes.
const MaxList = 200

// Result is what became of one unit of a list: what was written, or why not.
type Result struct {
	Key     lifecycle.UnitKey
	Outcome lifecycle.Outcome
	Err     error // a refusal, or lifecycle.ErrNotFound
}

// Each does the same with every unit of a list, one change each: what is wrong
// with one unit costs the others nothing. Only an error that says nothing
// about a unit ends the list; sent again under the same idempotency key, it
// goes on where it stopped.
func (h *Shelf) Each(ctx context.Context, keys []lifecycle.UnitKey,
	act func(lifecycle.Snapshot) (lifecycle.Outcome, error),
) ([]Result, error) {
	if err := checkList(keys); err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(keys))
	for _, key := range keys {
		s, err := h.config.Units.SnapshotByKey(ctx, key)
		var outcome lifecycle.Outcome
		if err == nil {
			outcome, err = act(s)
		}
		if err != nil && !errors.Is(err, lifecycle.ErrRefused) && !errors.Is(err, lifecycle.ErrNotFound) {
			return nil, fmt.Errorf("unit %d of %d: %w", len(results)+1, len(keys), err)
		}
		if !errors.Is(err, lifecycle.ErrNotFound) {
			key = s.Unit.Key // of another's unit, only what was asked is repeated
		}
		results = append(results, Result{Key: key, Outcome: outcome, Err: err})
	}
	return results, nil
}

func checkList(keys []lifecycle.UnitKey) error {
	var invalid lifecycle.Invalid
	seen := map[string]bool{}
	for _, key := range keys {
		if seen[key.String()] {
			invalid.Add("units", "field.unique")
			break
		}
		seen[key.String()] = true
	}
	if len(keys) == 0 {
		invalid.Add("units", "bench.units-none")
	}
	if len(keys) > MaxList {
		invalid.Add("units", "bench.units-many")
	}
	return invalid.Err()
}
