package station

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// badges is what people are scanned by.
type badges interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	People(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Person, string, error)
	BadgeByHash(ctx context.Context, hash string) (access.Badge, error)
	BadgeOf(ctx context.Context, person lifecycle.PersonID) (access.Badge, error)
	SaveBadge(ctx context.Context, b access.Badge) (access.Badge, error)
	EndBadge(ctx context.Context, person lifecycle.PersonID) error
}

// Holder is one of the staff, and what they could come in by at a station.
type Holder struct {
	Person access.Person
	Badge  access.Badge // its id is empty: none
	PIN    access.PIN   // its person is empty: none
}

// Holders lists the staff of the principal's organisation who may sign in.
func (r *Room) Holders(ctx context.Context, p access.Principal, page lifecycle.Page) ([]Holder, string, error) {
	people, next, err := r.config.Store.People(ctx, p.Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list badges: %w", err)
	}
	var list []Holder
	for _, person := range people {
		if !person.DisabledAt.IsZero() {
			continue
		}
		badge, errBadge := r.config.Store.BadgeOf(ctx, person.ID)
		pin, errPIN := r.config.Store.PIN(ctx, person.ID)
		if err := errors.Join(known(errBadge), known(errPIN)); err != nil {
			return nil, "", fmt.Errorf("list badges: %w", err)
		}
		list = append(list, Holder{person, badge, pin})
	}
	return list, next, nil
}

// IssuedBadge is a new badge with its code, which is printed this once.
type IssuedBadge struct {
	access.Badge
	Holder access.Person
	Code   string
}

// IssueBadge gives one of the principal's people a new badge. The one before it
// is worth nothing from then on.
func (r *Room) IssueBadge(ctx context.Context, p access.Principal, id lifecycle.PersonID) (IssuedBadge, error) {
	person, err := r.own(ctx, p, id)
	if err != nil {
		return IssuedBadge{}, fmt.Errorf("issue badge: %w", err)
	}
	if !person.DisabledAt.IsZero() {
		return IssuedBadge{}, refusal("badge.disabled")
	}
	code := access.NewBadgeCode()
	wanted := access.Badge{ID: "bdg_" + r.config.NewID(), Person: id, Hash: access.CodeHash(code), MadeAt: r.config.Now()}
	saved, err := r.config.Store.SaveBadge(ctx, wanted)
	if err != nil {
		return IssuedBadge{}, fmt.Errorf("issue badge: %w", err)
	}
	if saved.Hash != wanted.Hash {
		return IssuedBadge{}, access.ShownOnce("badge.shown-once")
	}
	return IssuedBadge{saved, person, code}, nil
}

// EndBadge ends the badge of one of the principal's people; where there is none
// it does nothing.
func (r *Room) EndBadge(ctx context.Context, p access.Principal, id lifecycle.PersonID) error {
	if _, err := r.own(ctx, p, id); err != nil {
		return fmt.Errorf("end badge: %w", err)
	}
	return known(r.config.Store.EndBadge(ctx, id))
}

// own is one of the principal's people; another's is not found.
func (r *Room) own(ctx context.Context, p access.Principal, id lifecycle.PersonID) (access.Person, error) {
	person, err := r.config.Store.Person(ctx, id)
	if err == nil && (p.Org == "" || person.Org != p.Org) {
		err = lifecycle.ErrNotFound
	}
	return person, err
}

// known is err, or nil where it only says that there is none.
func known(err error) error {
	if isNotFound(err) {
		return nil
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, lifecycle.ErrNotFound) }

// refusal is a rule's no.
func refusal(code string) error {
	return &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}}
}
