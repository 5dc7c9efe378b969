package signin

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// maxDue bounds what one look at the waits moves; the rest is due at the next.
const maxDue = 100

// Run moves the waits of recoveries on until ctx ends. Several processes may:
// each stage is written once.
func (e *Entrance) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.config.Ticks:
		}
		if _, err := e.MoveWaits(ctx); err != nil && !errors.Is(err, lifecycle.ErrBusy) {
			e.config.Log.ErrorContext(ctx, "waits of recoveries", "error", err)
		}
	}
}

// MoveWaits writes what becomes of every wait that is due, and says how many
// went on to their next stage. One whose warning nobody has yet is looked at
// again a little later.
func (e *Entrance) MoveWaits(ctx context.Context) (moved int, err error) {
	due, err := e.config.Store.DueRecoveries(ctx, e.config.Now(), maxDue)
	if err != nil {
		return 0, fmt.Errorf("move waits: %w", err)
	}
	for _, r := range due {
		did, err := e.moveWait(ctx, r)
		if err != nil {
			return moved, fmt.Errorf("move waits: %w", err)
		}
		if did {
			moved++
		}
	}
	return moved, nil
}

func (e *Entrance) moveWait(ctx context.Context, r access.Recovery) (moved bool, err error) {
	reach, err := e.config.Store.NoticeReach(ctx, r.Person, r.Warning())
	if err != nil {
		return false, err
	}
	next, tell := r.Next(e.config.Now(), reach.Told()), notice.Notice{}
	if next.Stage != r.Stage && next.EndedAt.IsZero() {
		tell = e.waitNotice(next)
	}
	did, err := e.config.Store.MoveRecovery(ctx, r, next, tell)
	return did && next.Stage != r.Stage, err
}
