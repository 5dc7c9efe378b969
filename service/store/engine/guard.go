package engine

import (
	"errors"
	"log/slog"
	"runtime/debug"
)

// errPanic: a change panicked. Its caller is told; the writer, on which
// everybody depends, goes on.
var errPanic = errors.New("panic in a change")

// guarded runs a change, and makes of its panic an error.
func guarded(tx *Tx, run func(*Tx) error, log *slog.Logger) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			log.LogAttrs(tx.ctx, slog.LevelError, "panic in a change",
				slog.Any("reason", reason), slog.String("stack", string(debug.Stack())))
			err = errPanic
		}
	}()
	return run(tx)
}
