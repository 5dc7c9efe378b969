package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify/mail"
	"quitclaim/service/notify/push"
)

const (
	// leaseFor is longer than any attempt may take.
	leaseFor = 3 * time.Minute
	// Back-off: a minute, doubled each time, to half a day.
	firstWait   = time.Minute
	longestWait = 12 * time.Hour
	// addressRest is when an address that bounced is tried again.
	addressRest = 7 * 24 * time.Hour
)

// deliver brings out what is due by a channel until ctx ends.
func (n *Notify) deliver(ctx context.Context, channel notice.Channel) {
	n.rounds(ctx, n.bells[channel], "notices rest", func(ctx context.Context) error { return n.deliverBy(ctx, channel) })
}

// DeliverDue brings out everything that is due now.
func (n *Notify) DeliverDue(ctx context.Context) error {
	channels := notice.Channels()
	failures := make([]error, len(channels))
	var group sync.WaitGroup
	for i, channel := range channels {
		group.Go(func() { failures[i] = n.deliverBy(ctx, channel) })
	}
	group.Wait()
	return errors.Join(failures...)
}

func (n *Notify) deliverBy(ctx context.Context, channel notice.Channel) error {
	for n.open(channel) && ctx.Err() == nil {
		list, err := n.config.Queue.ClaimDeliveries(ctx, channel, n.now(), leaseFor, atOnce(channel))
		if err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		if err := n.bringOut(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many are sent at the same time: mails to one server of ours,
// pushes to services that somebody else has named, any of which may be slow.
func atOnce(channel notice.Channel) int {
	if channel == notice.Push {
		return 16
	}
	return 4
}

// open reports whether there is a way by this channel.
func (n *Notify) open(channel notice.Channel) bool {
	if channel == notice.Mail {
		return n.config.Mailer != nil
	}
	return n.config.Pusher != nil
}

// bringOut sends what is leased, without any lock, and reports each. A result
// that comes too late is another attempt's to report.
func (n *Notify) bringOut(ctx context.Context, list []notice.Delivery) error {
	failures := make([]error, len(list))
	var group sync.WaitGroup
	for i, d := range list {
		group.Go(func() {
			result := n.attempt(ctx, d)
			if ctx.Err() != nil && result.Outcome != notice.OutcomeSent {
				return // the lease runs out, and it is tried again
			}
			// What was sent is noted even while the service ends.
			err := n.config.Queue.FinishDelivery(context.WithoutCancel(ctx), d, result)
			if err != nil && !errors.Is(err, lifecycle.ErrStale) {
				failures[i] = fmt.Errorf("report a delivery: %w", err)
			}
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

// attempt sends one.
func (n *Notify) attempt(ctx context.Context, d notice.Delivery) notice.Result {
	now := n.now()
	switch {
	case !now.Before(d.Until):
		return notice.Result{Outcome: notice.OutcomeExpired}
	case d.Channel == notice.Push:
		return n.pushed(ctx, d, n.config.Pusher.Send(ctx, *d.Subscription, n.pushBody(d)))
	case d.RetryAt.After(now) && !d.Notice.Kind.Security():
		return notice.Result{Outcome: notice.OutcomeBounced, Code: "marked", RetryAt: d.RetryAt}
	case d.RetryAt.After(now) && !d.Notice.Kind.MailOnly():
		// A link has just been asked for, and is of no use next week: it is tried, and
		// where it is taken the mark goes.
		return notice.Result{Next: d.RetryAt, Code: "marked"}
	}
	return n.mailed(ctx, d, n.config.Mailer.Send(ctx, n.letter(d)))
}

func (n *Notify) mailed(ctx context.Context, d notice.Delivery, err error) notice.Result {
	if err == nil {
		return notice.Result{Outcome: notice.OutcomeSent}
	}
	var failure *mail.Failure
	if !errors.As(err, &failure) {
		failure = &mail.Failure{Kind: mail.ErrLater, Code: "unknown"}
	}
	again := n.now().Add(addressRest)
	switch {
	case errors.Is(failure, mail.ErrAddress) && d.Notice.Kind.Security() && d.Notice.To != "" && again.Before(d.Until):
		// Marked, and tried again in a week: it may be the only way to warn them.
		return notice.Result{Next: again, RetryAt: again, Code: failure.Code}
	case errors.Is(failure, mail.ErrAddress):
		return notice.Result{Outcome: notice.OutcomeBounced, RetryAt: again, Code: failure.Code}
	case errors.Is(failure, mail.ErrRefused):
		n.complain(ctx, d, failure)
		return notice.Result{Outcome: notice.OutcomeRefused, Code: failure.Code}
	case errors.Is(failure, mail.ErrSetUp):
		n.complain(ctx, d, failure)
	}
	return notice.Result{Next: n.now().Add(wait(d.Attempt)), Code: failure.Code}
}

func (n *Notify) pushed(ctx context.Context, d notice.Delivery, err error) notice.Result {
	if err == nil {
		return notice.Result{Outcome: notice.OutcomeSent}
	}
	var failure *push.Failure
	if !errors.As(err, &failure) {
		failure = &push.Failure{Kind: push.ErrLater, Code: "unknown"}
	}
	switch {
	case errors.Is(failure, push.ErrGone):
		return notice.Result{Outcome: notice.OutcomeGone, Code: failure.Code, Forget: true}
	case errors.Is(failure, push.ErrRefused):
		n.complain(ctx, d, failure)
		return notice.Result{Outcome: notice.OutcomeRefused, Code: failure.Code}
	}
	return notice.Result{Next: n.now().Add(max(wait(d.Attempt), failure.After)), Code: failure.Code}
}

// complain tells the operator, with nothing in it about the reader.
func (n *Notify) complain(ctx context.Context, d notice.Delivery, failure error) {
	n.config.Log.LogAttrs(ctx, slog.LevelWarn, "a notice was refused", slog.String("notice", d.Notice.ID),
		slog.String("channel", string(d.Channel)), slog.Int("attempt", d.Attempt), slog.Any("error", failure))
}

// wait is how long after an attempt the next one comes.
func wait(attempt int) time.Duration {
	d := firstWait
	for range attempt - 1 {
		if d *= 2; d >= longestWait {
			return longestWait
		}
	}
	return d
}

// pushBody is what a browser shows: a kind, and words that name nobody and
// nothing. It may lie on a locked screen.
func (n *Notify) pushBody(d notice.Delivery) []byte {
	words := n.config.Words(d.Language)
	body, err := json.Marshal(map[string]string{
		"kind": string(d.Notice.Kind), "title": words.Text("web.product", nil), "text": words.Text("notify.push", nil),
	})
	if err != nil {
		return []byte("{}") // texts always encode
	}
	return body
}
