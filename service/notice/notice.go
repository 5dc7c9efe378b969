package notice

import (
	"time"

	"quitclaim/service/lifecycle"
)

// Notice is something that a person is told.
type Notice struct {
	// ID is drawn by the store, "ntc_…".
	ID string
	To lifecycle.PersonID
	// Address is where it goes when To is empty: to somebody who has no account,
	// or has none any more. Such a notice goes by mail only.
	Address string
	// Language is what it is written in; empty: what the person reads.
	Language string
	Kind     Kind
	// Params fill the sentences, see the kinds. They are sealed at rest.
	Params map[string]string
	// Link is the path of the page that says more or where something can be done.
	Link string
	// Once: of several notices with this text to one person the first is queued,
	// the others are not. It says which event is told: an entry, a link, a day.
	Once string
	// At is when it happened.
	At time.Time
	// Until is when it is of no more use: it is not delivered after that. Zero:
	// as long as its channel goes on trying.
	Until time.Time
	// ReadAt is when its reader said so.
	ReadAt time.Time
	// Unreadable: it does not open, or is of a kind that this release does not
	// know. Then it has its id, its kind and its times, and nothing else.
	Unreadable bool
}

// Unread reports whether its reader has not said that they read it.
func (n Notice) Unread() bool { return n.ReadAt.IsZero() }

// Channel is a way to a person. The inbox is none: what is queued is in it.
type Channel string

const (
	// Mail passes through our mail server and their mail provider.
	Mail Channel = "mail"
	// Push passes through the push service of whoever made their browser.
	Push Channel = "push"
)

// Channels lists them.
func Channels() []Channel { return []Channel{Mail, Push} }

// Choice is a kind that a person wants by a channel. Kinds about security need
// none.
type Choice struct {
	Kind    Kind
	Channel Channel
}

// Subscription is one browser's push subscription (W3C Push API): where its
// push service takes messages, and the keys that only the browser can open
// them with (RFC 8291).
type Subscription struct {
	ID       string
	Person   lifecycle.PersonID
	Endpoint string
	P256DH   string // the browser's public key, base64url
	Auth     string // the shared secret, base64url
	// Generation is the person's when it was made: signing out everywhere ends
	// it too.
	Generation int64
	At         time.Time
}
