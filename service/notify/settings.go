package notify

import (
	"context"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify/push"
)

// The pages' paths, which mails lead to.
const (
	inboxPage       = "/account/messages"
	settingsPage    = "/account/notices"
	unsubscribePage = "/unsubscribe"
)

// maxBrowsers is more than anybody has.
const maxBrowsers = 20

// Settings are what a person has chosen, and what they must know before they
// choose: through whom it passes.
type Settings struct {
	Choices  []notice.Choice
	Browsers []Browser
	Standing notice.Standing
	// Mail: a mail server was named; MailHost is through which mails leave.
	Mail     bool
	MailHost string
	// PushKey is what a browser subscribes with; empty: pushes are off.
	PushKey string
}

// Browser is one that takes pushes, by the host of its push service.
type Browser struct {
	notice.Subscription
	Host string
}

// Wants reports whether the kind is chosen by the channel.
func (s Settings) Wants(kind notice.Kind, channel notice.Channel) bool {
	return slices.Contains(s.Choices, notice.Choice{Kind: kind, Channel: channel})
}

// Settings reads a person's.
func (n *Notify) Settings(ctx context.Context, person lifecycle.PersonID) (Settings, error) {
	s := Settings{Mail: n.Mail(), MailHost: n.config.MailHost}
	if n.config.Pusher != nil {
		s.PushKey = n.config.PushKey
	}
	var err error
	if s.Choices, err = n.config.Readers.Choices(ctx, person); err != nil {
		return s, err
	}
	if s.Standing, err = n.config.Readers.MailStanding(ctx, person); err != nil {
		return s, err
	}
	subscriptions, err := n.config.Readers.Subscriptions(ctx, person)
	for _, one := range subscriptions {
		s.Browsers = append(s.Browsers, Browser{one, push.Host(one.Endpoint)})
	}
	return s, err
}

// Choose replaces what a person wants. What is about security is no choice: it
// is told in any case, so asking to be without it changes nothing.
func (n *Notify) Choose(ctx context.Context, person lifecycle.PersonID, language string, choices []notice.Choice) error {
	choices = slices.DeleteFunc(slices.Clone(choices), func(c notice.Choice) bool {
		return !c.Kind.Known() || c.Kind.Security() || !slices.Contains(notice.Channels(), c.Channel)
	})
	if err := n.config.Readers.Choose(ctx, person, choices); err != nil {
		return err
	}
	return n.config.Readers.ReadsIn(ctx, person, language)
}

// Subscribe lets pushes go to a browser.
func (n *Notify) Subscribe(ctx context.Context, one notice.Subscription, language string) error {
	var wrong lifecycle.Invalid
	if n.config.Pusher == nil {
		wrong.Add("endpoint", "notify.push-off")
		return wrong.Err()
	}
	if push.CheckEndpoint(one.Endpoint, n.config.PushPrivate) != nil {
		wrong.Add("endpoint", "notify.endpoint")
	}
	if push.CheckKeys(one) != nil {
		wrong.Add("p256dh", "notify.push-keys")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	had, err := n.config.Readers.Subscriptions(ctx, one.Person)
	if err != nil {
		return err
	}
	if len(had) >= maxBrowsers {
		wrong.Add("endpoint", "notify.browsers-many")
		return wrong.Err()
	}
	one.P256DH, one.Auth = strings.TrimRight(one.P256DH, "="), strings.TrimRight(one.Auth, "=")
	if err := n.config.Readers.Subscribe(ctx, one); err != nil {
		return err
	}
	return n.config.Readers.ReadsIn(ctx, one.Person, language)
}

// EndSubscription ends one of a person's browsers.
func (n *Notify) EndSubscription(ctx context.Context, person lifecycle.PersonID, id string) error {
	return n.config.Readers.EndSubscription(ctx, person, id)
}

// TryAddress tries an address again that bounced.
func (n *Notify) TryAddress(ctx context.Context, person lifecycle.PersonID) error {
	if err := n.config.Readers.TryAddress(ctx, person); err != nil {
		return err
	}
	n.Nudge()
	return nil
}
