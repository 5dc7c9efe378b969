package desk

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// Follow sends the return's progress now, and again after every change of its
// unit, until ctx ends or the reader may no longer see it. The place is where
// in the feed the progress stands.
func (d *Desk) Follow(ctx context.Context, actor lifecycle.Actor, id lifecycle.ReturnID, send func(place int64, p Progress) error) error {
	// The place is taken before the first look: what happens in between is
	// seen twice, and never missed.
	place, err := d.config.Feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the feed: %w", err)
	}
	progress, err := d.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := send(place, progress); err != nil {
		return err
	}
	for entry, err := range d.config.Feed.Changes(ctx, place) {
		if err != nil {
			return fmt.Errorf("follow return: %w", err)
		}
		if entry.Unit != progress.Unit.ID {
			continue
		}
		now, err := d.Find(ctx, actor, id)
		if errors.Is(err, lifecycle.ErrNotFound) {
			return nil // it went on, and is not the reader's to see any more
		}
		if err != nil {
			return err
		}
		if err := send(entry.Seq, now); err != nil {
			return err
		}
	}
	return ctx.Err()
}
