package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// store is everything that is kept about who may do what.
type store interface {
	organisations
	people
	forgetter
	tokens
	models
	stepPictures
	accreditations
}

// linker makes one-time links: signin.Entrance.
type linker interface {
	Link(ctx context.Context, person lifecycle.PersonID, lasting time.Duration) (string, error)
}

// Config is what the room stands on. All of it but Clouds must be given.
type Config struct {
	Store store
	Links linker
	// Clouds are the names of the clouds that there are adapters for: a model
	// may name no other.
	Clouds []string
	Now    func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
}

// Admin is the room.
type Admin struct {
	config Config
	taken  *access.Throttle // invitations, per organisation: see Invite
}

// New is the room.
func New(config Config) *Admin {
	return &Admin{
		config: config,
		taken:  access.NewThrottle(access.ThrottleConfig{Now: config.Now, Free: 20, Base: time.Minute}),
	}
}

// house is the organisation that a principal acts for: their own, or, for the
// operator, the one that is asked for by id or name. Anybody else who asks for
// another than their own is told what they would be told if it did not exist.
func (a *Admin) house(ctx context.Context, p access.Principal, asked string) (access.Organisation, error) {
	if p.Operator() {
		return a.named(ctx, asked)
	}
	own, err := a.config.Store.Organisation(ctx, p.Org)
	if err != nil {
		return access.Organisation{}, fmt.Errorf("read own organisation: %w", err)
	}
	if asked != "" && asked != string(own.ID) && !strings.EqualFold(asked, own.Name) {
		return access.Organisation{}, lifecycle.Mistake("org", "org.unknown")
	}
	return own, nil
}

// named finds an organisation by id or name.
func (a *Admin) named(ctx context.Context, asked string) (access.Organisation, error) {
	if asked == "" {
		return access.Organisation{}, lifecycle.Mistake("org", "field.required")
	}
	org, err := a.config.Store.Organisation(ctx, lifecycle.OrgID(asked))
	if err == nil || !errors.Is(err, lifecycle.ErrNotFound) {
		return org, err
	}
	all, err := a.allOrganisations(ctx)
	if err != nil {
		return access.Organisation{}, err
	}
	var found []access.Organisation
	for _, org := range all {
		if strings.EqualFold(org.Name, asked) {
			found = append(found, org)
		}
	}
	switch len(found) {
	case 0:
		return access.Organisation{}, lifecycle.Mistake("org", "org.unknown")
	case 1:
		return found[0], nil
	}
	return access.Organisation{}, lifecycle.Mistake("org", "org.ambiguous")
}

// Linked is a person and the one-time link that lets them in, shown this once.
type Linked struct {
	Person access.Person
	Link   string
}

// link makes the one-time link of a person.
func (a *Admin) link(ctx context.Context, person access.Person) (Linked, error) {
	link, err := a.config.Links.Link(ctx, person.ID, access.InviteFor)
	return Linked{person, link}, err
}

// refusal is a rule's no.
func refusal(code string) error {
	return &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}}
}

// renamed is err with its mistakes moved to another field, as the form that
// asked calls it.
func renamed(err error, from, to string) error {
	var invalid *lifecycle.Invalid
	if !errors.As(err, &invalid) {
		return err
	}
	var moved lifecycle.Invalid
	for _, reason := range invalid.Reasons {
		if reason.Field == from {
			reason.Field = to
		}
		moved.Reasons = append(moved.Reasons, reason)
	}
	return moved.Err()
}
