package batch

import (
	"context"

	"quitclaim/service/lifecycle"
)

// Waited is the unit that was scanned at a desk which could not ask. What names
// none is a refusal, and stays with the device for a person to sort out.
func (r *Room) Waited(ctx context.Context, in Scanned) (lifecycle.UnitKey, error) {
	seen, err := r.see(ctx, in)
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	var entry lifecycle.BatchEntry
	seen.describe(&entry)
	if entry.Verdict != "" {
		return lifecycle.UnitKey{}, &lifecycle.Refusal{Event: lifecycle.EventReturn, Verdict: entry.Verdict, Reasons: entry.Reasons}
	}
	return seen.snapshot.Unit.Key, nil
}
