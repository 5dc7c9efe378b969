package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// names is who is who, for screens: an id says nothing to anybody.
type names interface {
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	Organisations(ctx context.Context, kind lifecycle.OrgKind, page lifecycle.Page) ([]access.Organisation, string, error)
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
}

func (b *Bench) orgName(ctx context.Context, id lifecycle.OrgID) (string, error) {
	org, err := b.names.Organisation(ctx, id)
	if err != nil {
		return "", fmt.Errorf("name of organisation: %w", err)
	}
	return org.Name, nil
}

// personName is empty for somebody who was erased since.
func (b *Bench) personName(ctx context.Context, id lifecycle.PersonID) (string, error) {
	person, err := b.names.Person(ctx, id)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("name of person: %w", err)
	}
	return person.Name, nil
}

// Receivers are the organisations that units can be sent to: all but our own.
func (b *Bench) Receivers(ctx context.Context) ([]access.Organisation, error) {
	var others []access.Organisation
	page := lifecycle.Page{Limit: 200}
	for {
		some, next, err := b.names.Organisations(ctx, "", page)
		if err != nil {
			return nil, fmt.Errorf("list organisations: %w", err)
		}
		for _, org := range some {
			if org.ID != access.From(ctx).Org {
				others = append(others, org)
			}
		}
		if next == "" {
			break
		}
		page.After = next
	}
	slices.SortFunc(others, func(a, b access.Organisation) int { return strings.Compare(a.Name, b.Name) })
	return others, nil
}
