package oidc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Outcome is what came of an attempt: exactly one of the three.
type Outcome struct {
	Purpose access.ProviderPurpose
	// Person comes in, or has linked or proved themselves.
	Person access.Person
	// Newcomer is somebody who is new here; they are asked first.
	Newcomer *Newcomer
	// ProvedAt is when the provider last saw them prove themselves; zero: it did
	// not say.
	ProvedAt time.Time
	Next     string
}

// Newcomer is an owner who is new here, on the page that says so.
type Newcomer struct {
	Ticket   string // lets this browser go on, once
	Provider access.Provider
	Name     string // what the provider suggests
}

// admit says what a proof is good for. Nobody who may not come in learns why.
func (r *Room) admit(ctx context.Context, p proof, here access.Principal) (Outcome, error) {
	out := Outcome{Purpose: p.attempt.Purpose, ProvedAt: p.at, Next: p.attempt.Kept.Next}
	var err error
	switch p.attempt.Purpose {
	case access.ForSignIn:
		return r.signIn(ctx, p, out)
	case access.ForInvitation:
		out.Person, err = r.invited(ctx, p)
	case access.ForLink:
		out.Person, err = r.linked(ctx, p, here)
	case access.ForVerify:
		out.Person, err = r.verified(ctx, p, here)
	default:
		err = fail(TroubleStale, "purpose")
	}
	return out, err
}

func (r *Room) signIn(ctx context.Context, p proof, out Outcome) (Outcome, error) {
	person, err := r.config.Store.PersonByIdentity(ctx, p.identity.Provider, p.identity.Subject)
	if errors.Is(err, lifecycle.ErrNotFound) && p.provider.Audience == access.AudienceOwners {
		out.Newcomer, err = r.newcomer(ctx, p)
		return out, err
	}
	out.Person, err = mayComeIn(p.provider, person, err)
	return out, err
}

// mayComeIn lets nobody in who is unknown, disabled, or of another organisation.
func mayComeIn(p access.Provider, person access.Person, err error) (access.Person, error) {
	switch {
	case errors.Is(err, lifecycle.ErrNotFound):
		return person, fail(TroubleUnknown, "sub")
	case err != nil:
		return person, fmt.Errorf("find who comes: %w", err)
	case !person.DisabledAt.IsZero():
		return person, fail(TroubleUnknown, "disabled")
	case !p.Admits(person):
		return person, fail(TroubleUnknown, "organisation")
	}
	return person, nil
}

// newcomer keeps a proof until its person has said that they want an account.
func (r *Room) newcomer(ctx context.Context, p proof) (*Newcomer, error) {
	ticket, now := access.NewToken(), r.config.Now()
	name := suggested(p.name)
	err := r.config.Store.StartProviderAttempt(ctx, access.ProviderAttempt{
		StateHash: access.TokenHash(ticket), BrowserHash: p.attempt.BrowserHash, Provider: p.provider.ID, Purpose: access.ForNewcomer,
		Kept:      access.ProviderKept{Next: p.attempt.Kept.Next, Subject: p.identity.Subject, Name: name, ProvedAt: p.at},
		StartedAt: now, ExpiresAt: now.Add(access.ProviderAttemptFor),
	})
	if err != nil {
		return nil, fmt.Errorf("keep newcomer: %w", err)
	}
	return &Newcomer{Ticket: ticket, Provider: p.provider, Name: name}, nil
}

// suggested is a name as a form would take it, or none.
func suggested(name string) string {
	name = strings.TrimSpace(name)
	odd := func(r rune) bool { return r < ' ' || r == utf8.RuneError || r == 0x7f }
	if len(name) > maxName || strings.ContainsFunc(name, odd) {
		return ""
	}
	return name
}

// maxName is the longest name of a person, in bytes.
const maxName = 100

// Join makes the account of an owner who is new here. No address is taken from
// the token: it would be a way to somebody else's account.
func (r *Room) Join(ctx context.Context, ticket, browser, name string) (Outcome, error) {
	attempt, err := r.take(ctx, ticket, browser)
	if err != nil {
		return Outcome{}, r.failed(ctx, err, access.Provider{}, access.ForNewcomer)
	}
	p, err := r.config.Store.Provider(ctx, attempt.Provider)
	if err != nil {
		return Outcome{}, fmt.Errorf("join: %w", err)
	}
	switch {
	case attempt.Purpose != access.ForNewcomer:
		return Outcome{}, r.failed(ctx, fail(TroubleStale, "purpose"), p, access.ForNewcomer)
	case !p.Stands():
		return Outcome{}, r.failed(ctx, fail(TroubleEnded, "provider"), p, access.ForNewcomer)
	}
	now := r.config.Now()
	person, err := r.config.Store.AddOwner(ctx, access.Person{
		ID: lifecycle.PersonID("psn_" + r.config.NewID()), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: name, Generation: 1, CreatedAt: now,
	}, access.Identity{Provider: p.ID, Subject: attempt.Kept.Subject, LinkedAt: now})
	if person, err = mayComeIn(p, person, err); err != nil {
		return Outcome{}, r.failed(ctx, err, p, access.ForNewcomer)
	}
	return Outcome{Purpose: access.ForSignIn, Person: person, ProvedAt: attempt.Kept.ProvedAt, Next: attempt.Kept.Next}, nil
}

// invited lets an invited person in for the first time, without a password.
func (r *Room) invited(ctx context.Context, p proof) (access.Person, error) {
	person, err := r.config.Store.AcceptByIdentity(ctx, p.attempt.Kept.Link, p.identity)
	if errors.Is(err, lifecycle.ErrRefused) {
		return person, &Failure{Trouble: TroubleOther, Detail: "taken", Cause: err}
	}
	return mayComeIn(p.provider, person, err)
}

// linked adds a way in to the account that is signed in here, if it is still the
// one that asked.
func (r *Room) linked(ctx context.Context, p proof, here access.Principal) (access.Person, error) {
	person, err := r.whoAsked(ctx, p, here)
	if err != nil {
		return person, err
	}
	p.identity.Person = person.ID
	err = r.config.Store.LinkIdentity(ctx, p.identity)
	if errors.Is(err, lifecycle.ErrRefused) {
		return person, &Failure{Trouble: TroubleOther, Detail: "taken", Cause: err}
	}
	return mayComeIn(p.provider, person, err)
}

// verified is the person who is signed in here, proved anew by the provider that
// knows them.
func (r *Room) verified(ctx context.Context, p proof, here access.Principal) (access.Person, error) {
	person, err := r.whoAsked(ctx, p, here)
	if err != nil {
		return person, err
	}
	known, err := r.config.Store.PersonByIdentity(ctx, p.identity.Provider, p.identity.Subject)
	if errors.Is(err, lifecycle.ErrNotFound) || err == nil && known.ID != person.ID {
		return person, fail(TroubleOther, "sub")
	}
	return mayComeIn(p.provider, person, err)
}

// whoAsked is the person of an attempt that began while they were signed in: it
// is nothing once they no longer are.
func (r *Room) whoAsked(ctx context.Context, p proof, here access.Principal) (access.Person, error) {
	if here.Kind != access.KindPerson || here.ByPIN || here.Person == "" || here.Person != p.attempt.Person {
		return access.Person{}, fail(TroubleStale, "person")
	}
	person, err := r.config.Store.Person(ctx, here.Person)
	if err != nil {
		return person, fmt.Errorf("who asked: %w", err)
	}
	return person, nil
}
