package notify

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify/mail"
)

// feed is what happened to units, and how far this room has read it.
type feed interface {
	Head(ctx context.Context) (int64, error)
	Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error]
	History(ctx context.Context, unit lifecycle.UnitID, page lifecycle.Page) ([]lifecycle.Outcome, string, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Position(ctx context.Context, job string) (position string, version int64, err error)
	MovePosition(ctx context.Context, job string, version int64, position string) (bool, error)
}

// queue is where notices wait, and what is on its way.
type queue interface {
	QueueNotice(ctx context.Context, n notice.Notice) error
	TellOfficers(ctx context.Context, unit lifecycle.UnitID, flag lifecycle.Flag) error
	ClaimDeliveries(ctx context.Context, channel notice.Channel, now time.Time, lease time.Duration, limit int) ([]notice.Delivery, error)
	FinishDelivery(ctx context.Context, d notice.Delivery, r notice.Result) error
	BouncedLater(ctx context.Context, noticeID, code string, retryAt time.Time) error
}

// readers is what a person reads and chooses.
type readers interface {
	Notices(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]notice.Notice, string, error)
	ReadNotices(ctx context.Context, person lifecycle.PersonID, until time.Time) error
	Choices(ctx context.Context, person lifecycle.PersonID) ([]notice.Choice, error)
	Choose(ctx context.Context, person lifecycle.PersonID, choices []notice.Choice) error
	Unsubscribe(ctx context.Context, noticeID string) error
	Subscriptions(ctx context.Context, person lifecycle.PersonID) ([]notice.Subscription, error)
	Subscribe(ctx context.Context, n notice.Subscription) error
	EndSubscription(ctx context.Context, person lifecycle.PersonID, id string) error
	MailStanding(ctx context.Context, person lifecycle.PersonID) (notice.Standing, error)
	TryAddress(ctx context.Context, person lifecycle.PersonID) error
	ReadsIn(ctx context.Context, person lifecycle.PersonID, language string) error
}

// Mailer hands letters to a mail server. Its error is a *mail.Failure.
type Mailer interface {
	Send(ctx context.Context, l mail.Letter) error
}

// Pusher sends pushes. Its error is a *push.Failure.
type Pusher interface {
	Send(ctx context.Context, to notice.Subscription, body []byte) error
}

// Words are the sentences of one language.
type Words interface {
	Has(code string) bool
	Text(code string, args map[string]string) string
}

// Config is what the room stands on.
type Config struct {
	Feed    feed
	Queue   queue
	Readers readers
	// Mailer is nil where no mail server was named: then mail waits for one until
	// it is of no more use. MailHost is the server's name, and MailFrom the
	// sender's address.
	Mailer   Mailer
	MailHost string
	MailFrom string
	// Pusher sends pushes; PushKey is its public key, which browsers want.
	Pusher  Pusher
	PushKey string
	// PushPrivate lets endpoints be in private networks.
	PushPrivate bool
	// Words are those of a language, or of the default where it is none of ours.
	Words func(language string) Words
	// Hash is keyed: tokens in return paths and in links are made of it.
	Hash mail.Hash
	// Origin is the scheme and host of links.
	Origin string
	Now    func() time.Time
	// Ticks is how often it is looked for what is due; Pause waits out an error of
	// the feed.
	Ticks <-chan time.Time
	Pause func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
}

// Notify is the room.
type Notify struct {
	config Config
	nudge  chan struct{} // something was queued just now
}

// New is the room.
func New(config Config) *Notify {
	return &Notify{config: config, nudge: make(chan struct{}, 1)}
}

// Mail reports whether a mail server was named.
func (n *Notify) Mail() bool { return n.config.Mailer != nil }

// Run reads the feed and delivers until ctx ends.
func (n *Notify) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.deliver(ctx)
	}()
	n.drink(ctx)
	stop()
	<-done
	return nil
}

// Nudge says that something was queued just now, so that nobody waits for the
// next tick.
func (n *Notify) Nudge() {
	select {
	case n.nudge <- struct{}{}:
	default:
	}
}

func (n *Notify) now() time.Time { return n.config.Now().UTC().Truncate(time.Millisecond) }
