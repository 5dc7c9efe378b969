package notify

import (
	"context"
	"log/slog"

	"quitclaim/service/notice"
)

// maxUnshown bounds what the process remembers to have said.
const maxUnshown = 1000

// unreadable says to operators, once for each, that a notice in somebody's inbox
// cannot be shown. There is nothing in it but ids.
func (n *Notify) unreadable(ctx context.Context, one notice.Notice) {
	if n.said.Load() >= maxUnshown {
		return
	}
	if _, before := n.unshown.LoadOrStore(one.ID, true); before {
		return
	}
	n.said.Add(1)
	n.config.Log.LogAttrs(ctx, slog.LevelError, "a notice cannot be shown to its reader",
		slog.String("notice", one.ID), slog.String("kind", string(one.Kind)), slog.String("person", string(one.To)))
}
