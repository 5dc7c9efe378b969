package owner

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// followAgain is how long it waits when the feed cannot be read: the database
// may be away for a moment, and all others of this process wait for it too.
const followAgain = time.Second

// Run links the accounts of bindings that units confirm by themselves, until
// ctx ends. It begins at the present: what it slept through is linked when its
// owner looks. A feed that cannot be read now is read later, from where it
// stopped.
func (o *Owner) Run(ctx context.Context) error {
	place, known := int64(0), false
	for ctx.Err() == nil {
		err := o.follow(ctx, &place, &known)
		if err == nil || ctx.Err() != nil {
			continue
		}
		o.config.Log.LogAttrs(ctx, slog.LevelWarn, "bindings are not followed for a moment", slog.Any("error", err))
		pause := time.NewTimer(followAgain)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
	return nil
}

// follow reads the feed until it cannot; place is where it is.
func (o *Owner) follow(ctx context.Context, place *int64, known *bool) (err error) {
	if !*known {
		if *place, err = o.config.Feed.Head(ctx); err != nil {
			return fmt.Errorf("find the end of the feed: %w", err)
		}
		*known = true
	}
	for entry, err := range o.config.Feed.Changes(ctx, *place) {
		if err != nil {
			return fmt.Errorf("follow bindings: %w", err)
		}
		switch entry.Event {
		case lifecycle.EventBind, lifecycle.EventBindConfirmed, lifecycle.EventTransfer:
			o.linkOwner(ctx, entry.Unit)
		case lifecycle.EventJoin, lifecycle.EventUnbind, lifecycle.EventExpire:
			o.LinkMembers(ctx, entry.Unit)
		}
		*place = entry.Seq
	}
	return nil
}
