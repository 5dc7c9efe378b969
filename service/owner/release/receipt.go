package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Receipt is what whoever has its code may know: what was released, when, and
// what has ended since. It names no person, and does not say what became of the
// unit.
type Receipt struct {
	Code  string
	Key   lifecycle.UnitKey
	Model string
	At    time.Time
	// Ends are what the clouds have ended, one by one.
	Ends []End
	// Index is the release's place on the ledger; nil: it has none yet.
	Index *int64
}

// Progress is how far something is that a cloud was asked for.
type Progress string

const (
	// NotAsked: nobody asked for it.
	NotAsked Progress = ""
	// Waiting: the cloud has not said yes yet.
	Waiting Progress = "waiting"
	// Asked: it said yes, and nothing shows it yet.
	Asked Progress = "asked"
	// Done: a later look shows it.
	Done Progress = "done"
	// Waived: two people gave it up, for the cloud is gone for good. It is no
	// confirmation of anything.
	Waived Progress = "waived"
)

// End is what one cloud has ended.
type End struct {
	Cloud string
	// Bound is whether every account and session of before is gone.
	Bound Progress
	At    time.Time // when the last of it was shown, or given up; zero: not yet
	// Erased is how far the deletion of what it keeps is; NotAsked: it waits for
	// its date, KeptUntil.
	Erased    Progress
	ErasedAt  time.Time // when that was shown, or given up
	KeptUntil time.Time
}

// Receipt finds a receipt by its code, as it was printed or typed.
func (r *Room) Receipt(ctx context.Context, typed string) (Receipt, error) {
	code, ok := r.config.Parse(typed)
	if !ok {
		code = "" // looked for all the same: no code of ours is empty
	}
	found, err := r.config.Units.ReleaseReceipt(ctx, hashOf(code))
	if err != nil {
		return Receipt{}, fmt.Errorf("find a receipt: %w", err)
	}
	s, err := r.config.Units.Snapshot(ctx, found.Unit)
	if err != nil {
		return Receipt{}, fmt.Errorf("read unit of a receipt: %w", err)
	}
	receipt := Receipt{Code: code, Key: s.Unit.Key, Model: s.Model.Name, At: found.At}
	if found.Order != "" {
		_, order, err := r.config.Units.Order(ctx, found.Order)
		if err != nil {
			return Receipt{}, fmt.Errorf("read order of a receipt: %w", err)
		}
		receipt.Ends = endsOf(order)
	}
	owed, err := r.config.Units.DeletionsOfEpoch(ctx, found.Unit, found.Epoch-1) // the release began the next
	if err != nil {
		return Receipt{}, fmt.Errorf("read deletions of a receipt: %w", err)
	}
	receipt.erased(owed)
	index, err := r.config.Units.EntryOf(ctx, found.Unit, lifecycle.EventRelease, found.Epoch)
	switch {
	case err == nil && index >= 0:
		receipt.Index = &index
	case err != nil && !errors.Is(err, lifecycle.ErrNotFound) && !errors.Is(err, lifecycle.ErrBusy):
		return Receipt{}, fmt.Errorf("find entry of a release: %w", err)
	}
	return receipt, nil
}

// endsOf is what the order's tasks say of each cloud. An order that a later one
// took over stays as it was: what came after is not this receipt's.
func endsOf(order lifecycle.Order) []End {
	var ends []End
	for _, task := range order.Tasks {
		at := -1
		for i := range ends {
			if ends[i].Cloud == task.Cloud {
				at = i
			}
		}
		if at < 0 {
			at, ends = len(ends), append(ends, End{Cloud: task.Cloud, Bound: Done})
		}
		end := &ends[at]
		progress := progressOf(task.State)
		if task.Verb == lifecycle.VerbDelete {
			continue // of orders of before: see lifecycle.Deletion
		}
		end.Bound = weaker(end.Bound, progress)
		if task.DoneAt.After(end.At) {
			end.At = task.DoneAt
		}
	}
	return ends
}

// erased notes what became of the recordings. It goes on after the order: it is
// the former owner's own time, whoever has the unit now.
func (r *Receipt) erased(owed []lifecycle.Deletion) {
	for _, x := range owed {
		for i := range r.Ends {
			end := &r.Ends[i]
			if end.Cloud != x.Cloud {
				continue
			}
			end.ErasedAt = x.DoneAt
			if end.Erased = progressOf(x.State); end.Erased == Waiting && x.WantedAt.IsZero() {
				end.Erased, end.KeptUntil = NotAsked, x.Due()
			}
		}
	}
}

func progressOf(state lifecycle.TaskState) Progress {
	switch state {
	case lifecycle.TaskProven:
		return Done
	case lifecycle.TaskAsked:
		return Asked
	case lifecycle.TaskWaived:
		return Waived
	}
	return Waiting
}

// weaker is the less far of two.
func weaker(a, b Progress) Progress {
	for _, progress := range []Progress{Waiting, Asked, Waived} {
		if a == progress || b == progress {
			return progress
		}
	}
	return Done
}
