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

const (
	// maxTries is how often it is tried to tell of something, two seconds after the
	// first time and then each time twice as long after: four minutes in all. Then
	// somebody has to look.
	maxTries = 8
	// againAtOnce bounds one round, and againFor how long one may take.
	againAtOnce = 64
	againFor    = time.Minute
)

// passes reports whether a fault is not of what was to be told: the same will go
// well as soon as the database, or this process, does.
func passes(ctx context.Context, fault error) bool {
	return ctx.Err() != nil || errors.Is(fault, lifecycle.ErrBusy) || errors.Is(fault, context.Canceled) ||
		errors.Is(fault, context.DeadlineExceeded)
}

// kindOf is all that is kept of an error.
func kindOf(fault error) string {
	switch {
	case errors.Is(fault, notice.ErrSealed):
		return "sealed"
	case errors.Is(fault, lifecycle.ErrInvalid):
		return "invalid"
	case errors.Is(fault, lifecycle.ErrNotFound):
		return "not-found"
	}
	return "unreadable"
}

// catchUp tries again what could not be told, until ctx ends.
func (n *Notify) catchUp(ctx context.Context) {
	n.rounds(ctx, n.again, "catching up rests", n.CatchUp)
}

// CatchUp tries again what is due of what could not be told.
func (n *Notify) CatchUp(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := n.config.Aside.ClaimUntold(ctx, n.now(), againFor, againAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, u := range due {
			fault := n.tellAgain(ctx, u)
			if fault != nil && passes(ctx, fault) {
				return fault // its lease runs out, and it is due again
			}
			if err := n.settle(ctx, u, fault); err != nil {
				return err
			}
		}
		n.Nudge()
	}
	return nil
}

// tellAgain makes again what there is to tell. Whoever was told is not told
// twice: a notice is queued once.
func (n *Notify) tellAgain(ctx context.Context, u notice.Untold) error {
	var list []notice.Notice
	var err error
	if id, ok := u.Source.Flag(); ok {
		var flag lifecycle.Flag
		if flag, err = n.config.Aside.Flag(ctx, id); err == nil {
			list, err = n.ofFlag(ctx, flag, u.FirstAt)
		}
	} else if seq, ok := u.Source.Entry(); ok {
		var entry lifecycle.Entry
		if entry, err = n.config.Feed.Entry(ctx, seq); err == nil {
			list, err = n.toTell(ctx, entry)
		}
	} else {
		err = fmt.Errorf("what could not be told is %q: %w", u.Source, lifecycle.ErrInvalid)
	}
	if err != nil {
		return err
	}
	return n.queueEach(ctx, list)
}

// settle notes how a try ended. After the last one it is said once, to operators
// in the log, and to those who work flags.
func (n *Notify) settle(ctx context.Context, u notice.Untold, fault error) error {
	if fault == nil {
		return n.config.Aside.FinishUntold(ctx, u, true)
	}
	now := n.now()
	u.Error, u.NextAt = kindOf(fault), now.Add(restFor<<(u.Tries-1))
	if u.Tries >= maxTries {
		u.GivenUpAt = now
		n.config.Log.LogAttrs(ctx, slog.LevelError, "somebody could not be told; see quitclaim untold",
			slog.String("source", string(u.Source)), slog.String("kind", u.Error), slog.Any("error", fault))
		err := n.raise(ctx, u, now)
		switch {
		case err != nil && passes(ctx, err):
			return err
		case err != nil: // the log has said it, and the command lists it
			n.config.Log.LogAttrs(ctx, slog.LevelError, "it could not be flagged either", slog.String("source", string(u.Source)), slog.Any("error", err))
		}
	}
	return n.config.Aside.FinishUntold(ctx, u, false)
}

// raise flags an entry of which somebody could not be told. That a flag could
// not be told raises no further one, of which the same officers could not be
// told either; it stands on the page of flags all the same.
func (n *Notify) raise(ctx context.Context, u notice.Untold, now time.Time) error {
	seq, ok := u.Source.Entry()
	if !ok {
		return nil
	}
	entry, err := n.config.Feed.Entry(ctx, seq)
	if err != nil {
		return err
	}
	unit, err := n.config.Aside.Unit(ctx, entry.Unit)
	if err != nil {
		return err
	}
	flag := lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagNoticeMissed, Cause: string(u.Source), Severity: lifecycle.SeverityHigh,
		State: lifecycle.FlagOpen, Org: unit.Custody, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"attempts": strconv.Itoa(u.Tries)},
	}
	if flag.Org == "" {
		flag.Org = unit.Vendor
	}
	_, err = n.config.Aside.RaiseFlag(ctx, flag)
	return err
}

// Untold lists what could not be told.
func (n *Notify) Untold(ctx context.Context, page lifecycle.Page) ([]notice.Untold, string, error) {
	return n.config.Aside.Untold(ctx, page)
}

// TryUntold has everything that could not be told tried again now.
func (n *Notify) TryUntold(ctx context.Context) (int64, error) {
	count, err := n.config.Aside.TryUntold(ctx, n.now())
	if err == nil && count > 0 {
		ring(n.again)
	}
	return count, err
}
