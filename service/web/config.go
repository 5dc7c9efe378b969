package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

// Authenticator says whom a credential stands for now. Both methods answer
// lifecycle.ErrUnauthenticated for what is unknown, ended or expired.
type Authenticator interface {
	// PrincipalOfToken finds the person, machine or gate whose token has this
	// hash. onBehalfOf is what a machine's request names, empty where it names
	// nobody; a person who is not of the machine's organisation is
	// lifecycle.ErrForbidden.
	PrincipalOfToken(ctx context.Context, tokenHash string, onBehalfOf lifecycle.PersonID) (access.Principal, error)
	// PrincipalOfPerson finds the person of a session. It answers for the
	// person's present session generation alone: advancing that number ends
	// all their sessions at once.
	PrincipalOfPerson(ctx context.Context, person lifecycle.PersonID, generation int64) (access.Principal, error)
}

// Config is what a Server needs. Log, Now, NewID, ExternalURL, Sessions and
// Authenticator must be given.
type Config struct {
	Log           *slog.Logger
	Now           func() time.Time
	NewID         func() string // request ids
	ExternalURL   string        // "https://…" as browsers see it; decides on cookies and HSTS
	Sessions      SessionStore
	Authenticator Authenticator
	Stations      StationKeeper // nil: no browser is a station
	// ReadsIn is told in which language a person who is signed in chose to read:
	// mails are written in it, too. nil: nobody is.
	ReadsIn    func(ctx context.Context, person lifecycle.PersonID, language string) error
	Passkeys   PasskeyHolders              // nil: nobody has one
	Health     func(context.Context) error // nil: healthy as long as it answers
	BodyLimits map[access.Action]int64     // bytes, for the actions that need more than 64 kB
	Proxies    []netip.Prefix              // whose X-Forwarded-For is believed; none: nobody's

	// Language is spoken to whoever chose none and whose browser names none
	// that we speak; default English.
	Language messages.Language

	RequestTimeout time.Duration // longest a handler may take; default 20 s
	DrainTimeout   time.Duration // longest wait for open requests at the end; default 10 s
	PictureWait    time.Duration // longest wait for a turn with a picture; default 5 s
	Heartbeat      time.Duration // of event streams; default 15 s
	Recheck        time.Duration // how often an open stream looks whether its reader may still see it; default 3 s
}

func (c *Config) check() (*url.URL, error) {
	var mistakes []error
	require := func(given bool, name string) {
		if !given {
			mistakes = append(mistakes, fmt.Errorf("web.Config.%s is missing", name))
		}
	}
	require(c.Log != nil, "Log")
	require(c.Now != nil, "Now")
	require(c.NewID != nil, "NewID")
	require(c.Sessions != nil, "Sessions")
	require(c.Authenticator != nil, "Authenticator")
	external, err := url.Parse(c.ExternalURL)
	if err != nil || external.Host == "" || external.Scheme != "http" && external.Scheme != "https" {
		mistakes = append(mistakes, fmt.Errorf("web.Config.ExternalURL %q is no http or https address", c.ExternalURL))
	}
	if c.Language == "" {
		c.Language = messages.English
	}
	if _, err := messages.ParseLanguage(string(c.Language)); err != nil {
		mistakes = append(mistakes, fmt.Errorf("web.Config.Language: %w", err))
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = 20 * time.Second
	}
	if c.DrainTimeout == 0 {
		c.DrainTimeout = 10 * time.Second
	}
	if c.PictureWait == 0 {
		c.PictureWait = 5 * time.Second
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.Recheck == 0 {
		c.Recheck = 3 * time.Second
	}
	return external, errors.Join(mistakes...)
}
