package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

// job is under what name the position in the feed is kept.
const job = "notify"

const (
	// saveEvery bounds how much of the feed is read again after a crash.
	saveEvery = 256
	// restFor is how long the feed rests after an error.
	restFor = 2 * time.Second
)

// Begin notes where a new service begins to tell: with what happens from now
// on, for nobody wants to hear today of what an older release did last year.
// The roof calls it before the first request, so that nothing falls between.
func (n *Notify) Begin(ctx context.Context) error {
	_, version, err := n.config.Feed.Position(ctx, job)
	if err != nil || version > 0 {
		return err
	}
	head, err := n.config.Feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("where to begin to tell: %w", err)
	}
	// Where another process was quicker, its position counts.
	_, err = n.config.Feed.MovePosition(ctx, job, 0, strconv.FormatInt(head, 10))
	return err
}

// drink reads the feed until ctx ends. After an error it rests and goes on from
// the stored position.
func (n *Notify) drink(ctx context.Context) {
	for ctx.Err() == nil {
		if err := n.sip(ctx); err != nil && ctx.Err() == nil {
			n.config.Log.LogAttrs(ctx, slog.LevelError, "telling rests", slog.Any("error", err))
			_ = n.config.Pause(ctx, restFor) // ended, where ctx is; the loop sees it
		}
	}
}

// sip reads from the stored position on. An entry is behind it only when its
// notices are queued: after a crash some are made again, and each is queued
// once.
func (n *Notify) sip(ctx context.Context) error {
	text, version, err := n.config.Feed.Position(ctx, job)
	if err != nil {
		return err
	}
	since, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("position of %s: %w", job, err)
	}
	unsaved := 0
	for entry, err := range n.config.Feed.Changes(ctx, since) {
		if err != nil {
			return err
		}
		told, err := n.tell(ctx, entry)
		if err != nil {
			return fmt.Errorf("tell of entry %d: %w", entry.Seq, err)
		}
		if unsaved++; !told && unsaved < saveEvery {
			continue
		}
		moved, err := n.config.Feed.MovePosition(ctx, job, version, strconv.FormatInt(entry.Seq, 10))
		if err != nil {
			return err
		}
		if !moved {
			return nil // another process is at it, too: go on from where it is
		}
		version, unsaved = version+1, 0
		if told {
			n.Nudge()
		}
	}
	return nil
}

// tell queues the notices of one entry, and reports whether there were any.
func (n *Notify) tell(ctx context.Context, entry lifecycle.Entry) (bool, error) {
	if !tells(entry.Event) {
		return false, nil
	}
	change, err := n.change(ctx, entry)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return false, nil // the entry of an import, which is many units'
	}
	if err != nil {
		return false, err
	}
	snapshot, err := n.config.Feed.Snapshot(ctx, entry.Unit)
	if err != nil {
		return false, err
	}
	list := notices(entry, change, snapshot)
	for _, one := range list {
		if err := n.config.Queue.QueueNotice(ctx, one); err != nil {
			return false, err
		}
	}
	for _, flag := range change.Flags {
		if err := n.config.Queue.TellOfficers(ctx, entry.Unit, flag); err != nil {
			return false, err
		}
	}
	return len(list)+len(change.Flags) > 0, nil
}

// change is what the entry says.
func (n *Notify) change(ctx context.Context, entry lifecycle.Entry) (lifecycle.Change, error) {
	before := strconv.FormatInt(entry.Seq-1, 10)
	outcomes, _, err := n.config.Feed.History(ctx, entry.Unit, lifecycle.Page{After: before, Limit: 1})
	if err != nil {
		return lifecycle.Change{}, err
	}
	if len(outcomes) == 0 || outcomes[0].Index != entry.Seq {
		return lifecycle.Change{}, fmt.Errorf("entry %d: %w", entry.Seq, lifecycle.ErrNotFound)
	}
	return outcomes[0].Change, nil
}
