package shelf

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// names is who is who, for screens: an id says nothing to anybody.
type names interface {
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
}

// OrgName is what people call an organisation.
func (h *Shelf) OrgName(ctx context.Context, id lifecycle.OrgID) (string, error) {
	org, err := h.config.Names.Organisation(ctx, id)
	if err != nil {
		return "", fmt.Errorf("name of organisation: %w", err)
	}
	return org.Name, nil
}

// PersonName is empty for somebody who was erased since.
func (h *Shelf) PersonName(ctx context.Context, id lifecycle.PersonID) (string, error) {
	person, err := h.config.Names.Person(ctx, id)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("name of person: %w", err)
	}
	return person.Name, nil
}
