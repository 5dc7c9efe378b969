package desk

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// TakeBackQueued takes back what was scanned at a desk that could not ask, if
// nothing came in between (rule 14). What it cannot take back is a refusal, and
// stays with the device for a person to sort out.
func (d *Desk) TakeBackQueued(ctx context.Context, actor lifecycle.Actor, in Scanned, condition, reason string) (Progress, error) {
	seen, err := d.see(ctx, in)
	if err != nil {
		return Progress{}, err
	}
	var entry lifecycle.BatchEntry
	seen.describe(&entry)
	if entry.Verdict != "" {
		return Progress{}, &lifecycle.Refusal{Event: lifecycle.EventReturn, Verdict: entry.Verdict, Reasons: entry.Reasons}
	}
	progress, err := d.TakeBack(ctx, actor, Brought{
		Key: seen.snapshot.Unit.Key, Condition: condition, Reason: reason, ScannedAt: in.At, Unseen: true,
	})
	if err != nil {
		return progress, fmt.Errorf("take back what waited: %w", err)
	}
	return progress, nil
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
