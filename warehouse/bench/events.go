package bench

import (
	"context"
	"fmt"
	"iter"

	"quitclaim/service/lifecycle"
)

// feed is everything that happens to units, in the order in which it was
// committed.
type feed interface {
	Head(ctx context.Context) (int64, error)
	Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error]
}

// Watch calls changed at once, for what happened since the page was drawn, and
// then at each change of the order's unit, until ctx ends or the person of the
// context may not see it any more.
func (b *Bench) Watch(ctx context.Context, id lifecycle.OrderID, changed func(lifecycle.Entry) error) error {
	// The place first: what happens between the two is then told twice, not
	// never.
	since, err := b.config.Feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("find the present in the feed: %w", err)
	}
	s, err := b.Order(ctx, id)
	if err != nil {
		return err
	}
	if err := changed(lifecycle.Entry{Seq: since}); err != nil {
		return err
	}
	for entry, err := range b.config.Feed.Changes(ctx, since) {
		if err != nil {
			return fmt.Errorf("follow the feed: %w", err)
		}
		if entry.Unit != s.Unit.ID {
			continue
		}
		if _, err := b.Order(ctx, id); err != nil {
			// Another order now, or another's unit: one last nudge to look
			// again, without a word about why.
			return changed(lifecycle.Entry{Seq: entry.Seq})
		}
		if err := changed(entry); err != nil {
			return err
		}
	}
	return nil
}
