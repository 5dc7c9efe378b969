package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// maxListed is how many buttons a sign-in page has at most.
const maxListed = 50

// Provider reads one provider with its secret, also an ended one.
func (s *Store) Provider(ctx context.Context, id string) (access.Provider, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Provider, error) { return s.readProvider(tx, id) })
}

// Providers lists an organisation's providers without their secrets, ended ones
// among them.
func (s *Store) Providers(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Provider, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Provider, error) {
		list, err := catalog.Providers(tx, org, page.After, limit)
		return withoutSecrets(list), err
	})
	return list, after(list, limit, func(p access.Provider) string { return p.ID }), err
}

// ListedProviders lists those whose button everybody sees, by name, without
// their secrets.
func (s *Store) ListedProviders(ctx context.Context) ([]access.Provider, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.Provider, error) {
		list, err := catalog.ListedProviders(tx, maxListed)
		return withoutSecrets(list), err
	})
}

// ProvidersOf lists those at which a person has an identity, without their
// secrets, ended ones among them.
func (s *Store) ProvidersOf(ctx context.Context, person lifecycle.PersonID) ([]access.Provider, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.Provider, error) {
		list, err := catalog.ProvidersOf(tx, person)
		return withoutSecrets(list), err
	})
}

func withoutSecrets(list []catalog.Provider) []access.Provider {
	bare := make([]access.Provider, len(list))
	for i, p := range list {
		bare[i] = p.Provider
	}
	return bare
}

func (s *Store) readProvider(tx *engine.Tx, id string) (access.Provider, error) {
	p, err := catalog.OneProvider(tx, id)
	if err != nil || p.Sealed == nil {
		return p.Provider, err
	}
	key, err := s.subjectKey(tx, subjectProviders)
	if err != nil {
		return p.Provider, err
	}
	secret, err := key.Open(providerField(id), p.Sealed)
	if err != nil {
		return p.Provider, fmt.Errorf("open secret of provider %s: %w", id, err)
	}
	p.Secret = string(secret)
	return p.Provider, nil
}

// SaveProvider adds a provider. On a replay it returns the first one's record,
// without its secret.
func (s *Store) SaveProvider(ctx context.Context, p access.Provider) (access.Provider, error) {
	saved, _, err := once(ctx, s, "provider "+string(p.Org)+" "+p.Name, func(tx *engine.Tx) (access.Provider, error) {
		return bareProvider(p), s.putProvider(tx, p, "add")
	})
	return saved, err
}

// ChangeProvider loads a provider and its organisation, lets change say how the
// provider is to be, and writes that, all in one transaction. change must be
// pure; its error comes back as it is. Whose it is and whom it is for stay.
func (s *Store) ChangeProvider(ctx context.Context, id string,
	change func(p access.Provider, org access.Organisation) (access.Provider, error),
) (access.Provider, error) {
	changed, _, err := once(ctx, s, "provider "+id, func(tx *engine.Tx) (access.Provider, error) {
		was, err := s.readProvider(tx, id)
		if err != nil {
			return was, err
		}
		org, err := catalog.Organisation(tx, was.Org)
		if err != nil {
			return was, err
		}
		p, err := change(was, org)
		if err != nil {
			return was, err
		}
		p.ID, p.Org, p.Audience, p.By, p.CreatedAt = was.ID, was.Org, was.Audience, was.By, was.CreatedAt
		event := "change"
		if was.Stands() && !p.Stands() {
			event = "end"
		}
		return bareProvider(p), s.putProvider(tx, p, event)
	})
	return changed, err
}

func bareProvider(p access.Provider) access.Provider {
	p.Secret = ""
	return p
}

func (s *Store) putProvider(tx *engine.Tx, p access.Provider, event string) error {
	row := catalog.Provider{Provider: p}
	if p.Secret != "" {
		key, err := s.ownKey(tx, subjectProviders)
		if err != nil {
			return err
		}
		if row.Sealed, err = key.Seal(providerField(p.ID), []byte(p.Secret)); err != nil {
			return fmt.Errorf("seal secret of provider %s: %w", p.ID, err)
		}
	}
	if err := catalog.PutProvider(tx, row); err != nil {
		return err
	}
	// Who may vouch for whom is on record for ever; what it is called is not.
	return s.enterAdmin(tx, book.Record{Kind: "provider", Subject: p.ID, Event: event}, standingProvider(p))
}

// providerField binds a sealed secret to its row.
func providerField(id string) string { return "provider.sealed " + id }
