package notify

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify/mail"
)

// feed is what happened to units, and how far this room has read it.
type feed interface {
	Head(ctx context.Context) (int64, error)
	Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error]
	Entry(ctx context.Context, seq int64) (lifecycle.Entry, error)
	Happened(ctx context.Context, entry lifecycle.Entry, now bool) (lifecycle.Change, lifecycle.Snapshot, error)
	Position(ctx context.Context, job string) (position string, version int64, err error)
	MovePosition(ctx context.Context, job string, version int64, position string) (bool, error)
}

// queue is where notices wait, and what is on its way.
type queue interface {
	// Tell queues all that an entry tells, and moves the reader behind it, at once.
	Tell(ctx context.Context, list []notice.Notice, job string, version int64, position string) (bool, error)
	QueueNotice(ctx context.Context, n notice.Notice) error
	FlagReaders(ctx context.Context, flag lifecycle.Flag) ([]lifecycle.PersonID, error)
	ClaimDeliveries(ctx context.Context, channel notice.Channel, now time.Time, lease time.Duration, limit int) ([]notice.Delivery, error)
	FinishDelivery(ctx context.Context, d notice.Delivery, r notice.Result) error
	BouncedLater(ctx context.Context, noticeID, code string, retryAt time.Time) error
}

// aside is what could not be told, and the flag that says so.
type aside interface {
	SetAside(ctx context.Context, u notice.Untold) error
	ClaimUntold(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]notice.Untold, error)
	FinishUntold(ctx context.Context, u notice.Untold, told bool) error
	Untold(ctx context.Context, page lifecycle.Page) ([]notice.Untold, string, error)
	TryUntold(ctx context.Context, now time.Time) (int64, error)
	Unit(ctx context.Context, id lifecycle.UnitID) (lifecycle.Unit, error)
	Flag(ctx context.Context, id lifecycle.FlagID) (lifecycle.Flag, error)
	RaiseFlag(ctx context.Context, found lifecycle.Flag) (lifecycle.Flag, error)
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
	Aside   aside
	Readers readers
	// TellAsks queues what support asks of owners: whoever asks must not be able
	// to tell by the work whether there is one. nil: nobody asks.
	TellAsks func(ctx context.Context) (int, error)
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
	// bells wake what brings out by each channel, and again what is tried again:
	// something was queued just now, or time has passed.
	bells map[notice.Channel]chan struct{}
	again chan struct{}
	asked chan struct{} // wakes who tells what support asks
	// unshown are the notices of which the log says already that they cannot be
	// shown.
	unshown sync.Map
	said    atomic.Int64
}

// New is the room.
func New(config Config) *Notify {
	n := &Notify{config: config, bells: map[notice.Channel]chan struct{}{}, again: make(chan struct{}, 1), asked: make(chan struct{}, 1)}
	for _, channel := range notice.Channels() {
		n.bells[channel] = make(chan struct{}, 1)
	}
	return n
}

// Mail reports whether a mail server was named.
func (n *Notify) Mail() bool { return n.config.Mailer != nil }

// Run reads the feed and delivers until ctx ends. Each channel goes by itself: a
// push service that keeps us waiting delays no mail, nor the other way round.
func (n *Notify) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	for _, channel := range notice.Channels() {
		beside.Go(func() { n.deliver(ctx, channel) })
	}
	beside.Go(func() { n.catchUp(ctx) })
	beside.Go(func() { n.rounds(ctx, n.asked, "questions rest", n.tellAsks) })
	beside.Go(func() { n.tick(ctx) })
	n.drink(ctx)
	stop()
	beside.Wait()
	return nil
}

// Nudge says that something was queued just now, so that nobody waits for the
// next tick.
func (n *Notify) Nudge() {
	for _, bell := range n.bells {
		ring(bell)
	}
}

// tick wakes everything from time to time.
func (n *Notify) tick(ctx context.Context) {
	for {
		select {
		case <-n.config.Ticks:
			n.Nudge()
			ring(n.again)
			ring(n.asked)
		case <-ctx.Done():
			return
		}
	}
}

// ring wakes whoever listens, once.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// rounds does something at once and whenever the bell rings, until ctx ends. An
// error is logged under the name given, and rests until then.
func (n *Notify) rounds(ctx context.Context, bell <-chan struct{}, resting string, do func(context.Context) error) {
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			n.config.Log.LogAttrs(ctx, slog.LevelError, resting, slog.Any("error", err))
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return
		}
	}
}

func (n *Notify) now() time.Time { return n.config.Now().UTC().Truncate(time.Millisecond) }
