package owner

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// Watch says whenever something happened to a unit of the actor's, until ctx
// ends or the unit is theirs no longer. The last time is then that it went: the
// page that is open finds nothing any more.
func (o *Owner) Watch(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, send func(place int64) error) error {
	// The place is taken before the first look: what happens in between is seen.
	place, err := o.config.Feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the feed: %w", err)
	}
	snapshot, err := o.look(ctx, actor.Person, key)
	if err != nil {
		return err
	}
	for entry, err := range o.config.Feed.Changes(ctx, place) {
		if err != nil {
			return fmt.Errorf("watch a unit: %w", err)
		}
		if entry.Unit != snapshot.Unit.ID {
			continue
		}
		if err := send(entry.Seq); err != nil {
			return err
		}
		if _, err := o.look(ctx, actor.Person, key); errors.Is(err, lifecycle.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return ctx.Err()
}
