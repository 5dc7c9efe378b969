package oidc

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Way is a provider as its person sees it on their own page.
type Way struct {
	Provider access.Provider
	Linked   access.Identity // its person is empty: it is not linked
}

// Ways are the providers that a person has linked, and those that they could.
func (r *Room) Ways(ctx context.Context, id lifecycle.PersonID) ([]Way, error) {
	person, err := r.config.Store.Person(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list ways in: %w", err)
	}
	linked, err := r.config.Store.ProvidersOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list ways in: %w", err)
	}
	identities, err := r.config.Store.IdentitiesOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list ways in: %w", err)
	}
	var ways []Way
	seen := map[string]bool{}
	for _, p := range linked {
		for _, i := range identities {
			if i.Provider == p.ID {
				ways = append(ways, Way{p, i})
				seen[p.ID] = true
			}
		}
	}
	open, err := r.openTo(ctx, person)
	for _, p := range open {
		if !seen[p.ID] && p.Stands() && p.Admits(person) {
			ways = append(ways, Way{Provider: p})
		}
	}
	return ways, err
}

// openTo are the providers that somebody might link: an owner any that
// everybody sees, staff their organisation's.
func (r *Room) openTo(ctx context.Context, person access.Person) (list []access.Provider, err error) {
	if person.Org == "" {
		list, err = r.config.Store.ListedProviders(ctx)
	} else {
		list, _, err = r.config.Store.Providers(ctx, person.Org, lifecycle.Page{Limit: maxProviders})
	}
	if err != nil {
		return nil, fmt.Errorf("list ways in: %w", err)
	}
	return list, nil
}

// MayLink is a provider that a person may link, now; any other is not found.
func (r *Room) MayLink(ctx context.Context, id lifecycle.PersonID, provider string) error {
	ways, err := r.Ways(ctx, id)
	if err != nil {
		return err
	}
	for _, way := range ways {
		if way.Provider.ID == provider && way.Linked.Person == "" {
			return nil
		}
	}
	return fmt.Errorf("link a provider: %w", lifecycle.ErrNotFound)
}

// MayVerify is a provider through which a person can prove themselves; any other
// is not found.
func (r *Room) MayVerify(ctx context.Context, id lifecycle.PersonID, provider string) error {
	list, err := r.ButtonsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, button := range list {
		if button.ID == provider {
			return nil
		}
	}
	return fmt.Errorf("verify through a provider: %w", lifecycle.ErrNotFound)
}

// Unlink ends a person's own way in through a provider, and every session but the
// one here. Their last way in stays.
func (r *Room) Unlink(ctx context.Context, id lifecycle.PersonID, provider, here string) error {
	if err := r.config.Store.UnlinkIdentity(ctx, id, provider, here); err != nil {
		return fmt.Errorf("unlink: %w", err)
	}
	return nil
}

// MayAccept holds an invitation against a provider: the invited person must be
// one of those it lets in. Anything else is not found.
func (r *Room) MayAccept(ctx context.Context, code, provider string) error {
	link, err := r.config.Store.SetupLink(ctx, access.TokenHash(code))
	if err != nil {
		return fmt.Errorf("accept an invitation: %w", err)
	}
	person, err := r.config.Store.Person(ctx, link.Person)
	if err != nil {
		return fmt.Errorf("accept an invitation: %w", err)
	}
	p, err := r.config.Store.Provider(ctx, provider)
	if err != nil {
		return fmt.Errorf("accept an invitation: %w", err)
	}
	if p.Audience != access.AudienceStaff || !p.Admits(person) {
		return fmt.Errorf("accept an invitation of another organisation: %w", lifecycle.ErrNotFound)
	}
	return nil
}
