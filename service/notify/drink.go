package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
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
// notices are queued, or when it is set aside to be tried again: after a crash
// some are made again, and each is queued once.
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
		list, fault := n.toTell(ctx, entry)
		if unsaved++; fault == nil && len(list) == 0 && unsaved < saveEvery {
			continue
		}
		moved, err := n.passOn(ctx, entry, list, fault, version)
		if err != nil {
			return fmt.Errorf("tell of entry %d: %w", entry.Seq, err)
		}
		if !moved {
			return nil // another process is at it, too: go on from where it is
		}
		version, unsaved = version+1, 0
		if len(list) > 0 {
			n.Nudge()
		}
	}
	return nil
}

// passOn queues what an entry tells and moves behind it. What fails of this one
// entry is set aside, and everybody else of whom it tells is told: nobody waits
// for it. That it can be set aside shows that the database is there; where it is
// not, the reader stays, and tries again.
func (n *Notify) passOn(ctx context.Context, entry lifecycle.Entry, list []notice.Notice, fault error, version int64) (bool, error) {
	position := strconv.FormatInt(entry.Seq, 10)
	if fault == nil {
		var moved bool
		if moved, fault = n.config.Queue.Tell(ctx, list, job, version, position); fault == nil {
			return moved, nil
		}
		fault = n.queueEach(ctx, list)
	}
	if fault != nil {
		if passes(ctx, fault) {
			return false, fault
		}
		now := n.now()
		err := n.config.Aside.SetAside(ctx, notice.Untold{
			Source: notice.SourceEntry(entry.Seq), Error: kindOf(fault), Tries: 1, FirstAt: now, NextAt: now.Add(restFor),
		})
		if err != nil {
			return false, errors.Join(fault, err)
		}
	}
	return n.config.Feed.MovePosition(ctx, job, version, position)
}

// queueEach queues notices one by one, so that whom it goes well for is told,
// and answers with what went wrong. After a fault that passes it stops.
func (n *Notify) queueEach(ctx context.Context, list []notice.Notice) error {
	var failures []error
	for _, one := range list {
		err := n.config.Queue.QueueNotice(ctx, one)
		if err == nil {
			continue
		}
		if failures = append(failures, err); passes(ctx, err) {
			break
		}
	}
	return errors.Join(failures...)
}

// toTell is what is to be told of an entry, and to whom.
func (n *Notify) toTell(ctx context.Context, entry lifecycle.Entry) ([]notice.Notice, error) {
	if !tells(entry) {
		return nil, nil
	}
	change, present, err := n.config.Feed.Happened(ctx, entry, asksNow(entry.Event))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nil, nil // the entry of an import, which is many units'
	}
	if err != nil {
		return nil, err
	}
	list := notices(entry, change, present)
	for _, flag := range change.Flags {
		if flag.News == lifecycle.FlagSettled {
			continue // who settled it knows
		}
		officers, err := n.ofFlag(ctx, flag, change.At)
		if err != nil {
			return nil, err
		}
		list = append(list, officers...)
	}
	return list, nil
}

// ofFlag is a flag as its officers are told of it.
func (n *Notify) ofFlag(ctx context.Context, flag lifecycle.Flag, at time.Time) (list []notice.Notice, err error) {
	officers, err := n.config.Queue.FlagReaders(ctx, flag)
	for _, officer := range officers {
		list = append(list, notice.OfFlag(officer, flag, at))
	}
	return list, err
}
