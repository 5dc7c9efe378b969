package oidc

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// providers is the providers on record.
type providers interface {
	Provider(ctx context.Context, id string) (access.Provider, error)
	Providers(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Provider, string, error)
	ListedProviders(ctx context.Context) ([]access.Provider, error)
	SaveProvider(ctx context.Context, p access.Provider) (access.Provider, error)
	ChangeProvider(ctx context.Context, id string,
		change func(p access.Provider, org access.Organisation) (access.Provider, error)) (access.Provider, error)
}

// identities is what providers call people.
type identities interface {
	PersonByIdentity(ctx context.Context, provider, subject string) (access.Person, error)
	IdentitiesOf(ctx context.Context, person lifecycle.PersonID) ([]access.Identity, error)
	ProvidersOf(ctx context.Context, person lifecycle.PersonID) ([]access.Provider, error)
	LinkIdentity(ctx context.Context, i access.Identity) error
	UnlinkIdentity(ctx context.Context, person lifecycle.PersonID, provider, here string) error
}

// attempts is the ways to a provider and back.
type attempts interface {
	StartProviderAttempt(ctx context.Context, a access.ProviderAttempt) error
	TakeProviderAttempt(ctx context.Context, stateHash, browserHash string) (access.ProviderAttempt, error)
}

// people is who comes in.
type people interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	AddOwner(ctx context.Context, p access.Person, i access.Identity) (access.Person, error)
	AcceptByIdentity(ctx context.Context, linkHash string, i access.Identity) (access.Person, error)
	SetupLink(ctx context.Context, hash string) (access.SetupLink, error)
}

// organisations is who may come in how.
type organisations interface {
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	SetPasswords(ctx context.Context, id lifecycle.OrgID, by lifecycle.PersonID, allowed bool) (access.Organisation, error)
}

// store is everything that is kept.
type store interface {
	providers
	identities
	attempts
	people
	organisations
	access.ThrottleStore
}

// Config is what the room stands on. All of it but Networks must be given.
type Config struct {
	Store store
	// KeyedHash is the service's own: keyring.Ring.LookupHash.
	KeyedHash func(purpose, text string) string
	Now       func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// URL is how browsers reach us. A provider may be on loopback if it is.
	URL string
	// Networks are those on which a provider may be besides the public one.
	Networks []netip.Prefix
	Log      *slog.Logger
}

// Room is the room.
type Room struct {
	config    Config
	loopback  bool
	transport http.RoundTripper
	directory *directory
	starts    *access.SharedThrottle // per network
}

// New is the room. It calls nobody yet.
func New(config Config) *Room {
	config.URL = strings.TrimRight(config.URL, "/")
	own, err := url.Parse(config.URL)
	loopback := err == nil && isLoopback(own.Hostname())
	return &Room{
		config: config, loopback: loopback, directory: newDirectory(),
		transport: newTransport(networks{loopback: loopback, named: config.Networks}),
		// A shop shares one network; who comes back right is forgiven.
		starts: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 60, Max: time.Minute}, config.Store, "provider"),
	}
}

// Buttons are the providers that the sign-in page shows to everybody, by name.
func (r *Room) Buttons(ctx context.Context) ([]access.Button, error) {
	list, err := r.config.Store.ListedProviders(ctx)
	return buttons(list), err
}

// ButtonsOf are the providers through which a person can prove themselves anew.
func (r *Room) ButtonsOf(ctx context.Context, person lifecycle.PersonID) ([]access.Button, error) {
	list, err := r.config.Store.ProvidersOf(ctx, person)
	return buttons(list), err
}

// ButtonsFor are the providers through which an invited person may come in.
func (r *Room) ButtonsFor(ctx context.Context, person access.Person) ([]access.Button, error) {
	list, err := r.openTo(ctx, person)
	var staff []access.Provider
	for _, p := range list {
		if p.Audience == access.AudienceStaff && p.Admits(person) {
			staff = append(staff, p)
		}
	}
	return buttons(staff), err
}

// Button is one provider's, for who has the address of its page.
func (r *Room) Button(ctx context.Context, id string) (access.Button, error) {
	p, err := r.config.Store.Provider(ctx, id)
	if err == nil && !p.Stands() {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.Button{}, fmt.Errorf("provider: %w", err)
	}
	return access.Button{ID: p.ID, Name: p.Name}, nil
}

// Address is the page of a provider's button, for people to keep.
func (r *Room) Address(p access.Provider) string { return r.config.URL + "/sign-in/with/" + p.ID }

func buttons(list []access.Provider) []access.Button {
	var all []access.Button
	for _, p := range list {
		if p.Stands() {
			all = append(all, access.Button{ID: p.ID, Name: p.Name})
		}
	}
	return all
}

// subject is what of issuer and sub is kept.
func (r *Room) subject(issuer, sub string) string {
	return r.config.KeyedHash("oidc-subject", issuer+"\n"+sub)
}
