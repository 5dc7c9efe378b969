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

// MoveWaits writes the next stage of every wait that is due, and says how many
// there were.
func (e *Entrance) MoveWaits(ctx context.Context) (moved int, err error) {
	now := e.config.Now()
	due, err := e.config.Store.DueRecoveries(ctx, now, maxDue)
	if err != nil {
		return 0, fmt.Errorf("move waits: %w", err)
	}
	for _, r := range due {
		next, tell := r.Next(now), notice.Notice{}
		if next.Stage != access.RecoveryStopped {
			tell = e.waitNotice(next)
		}
		did, err := e.config.Store.MoveRecovery(ctx, r.Stage, next, tell)
		if err != nil {
			return moved, fmt.Errorf("move waits: %w", err)
		}
		if did {
			moved++
		}
	}
	return moved, nil
}
