package data

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"quitclaim/service/lifecycle"
)

// Format names what an export looks like. Keys are added to it, never changed.
const Format = "quitclaim-export/1"

// Section is one part of an export: a list, however long.
type Section struct {
	Name  string
	Items iter.Seq2[any, error]
}

// Sections are the parts of a person's export after the person themselves, in
// order. Each is read as it is written, so that nobody's is held in memory.
func (d *Data) Sections(ctx context.Context, actor lifecycle.Actor) []Section {
	id := actor.Person
	all := func(read func() ([]any, error)) iter.Seq2[any, error] {
		return func(yield func(any, error) bool) {
			list, err := read()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, one := range list {
				if !yield(one, nil) {
					return
				}
			}
		}
	}
	return []Section{
		{"passkeys", all(func() ([]any, error) { return listed(passkeyBodyOf)(d.config.People.PasskeysOf(ctx, id)) })},
		{"identities", all(func() ([]any, error) { return listed(identityBodyOf)(d.config.People.IdentitiesOf(ctx, id)) })},
		{"badges", all(func() ([]any, error) { return perhaps(badgeBodyOf)(d.config.People.BadgeOf(ctx, id)) })},
		{"pins", all(func() ([]any, error) { return perhaps(pinBodyOf)(d.config.People.PIN(ctx, id)) })},
		{"recoveries", all(func() ([]any, error) { return perhaps(recoveryBodyOf)(d.config.People.OpenRecovery(ctx, id)) })},
		{"address_changes", all(func() ([]any, error) { return listed(addressBodyOf)(d.config.People.AddressChangesOf(ctx, id)) })},
		{"tokens", paged(func(page lifecycle.Page) ([]any, string, error) {
			list, next, err := d.config.People.CredentialsOf(ctx, id, page)
			return mapped(list, tokenBodyOf), next, err
		})},
		{"units", d.having(ctx, actor)},
		{"past", d.had(ctx, actor)},
		{"offers", all(func() ([]any, error) { return listed(offerBodyOf)(d.config.Units.OffersTo(ctx, id)) })},
		{"contests", d.contested(ctx, actor)},
		{"questions", all(func() ([]any, error) { return listed(questionBodyOf)(d.config.Looks.ConsentAsks(ctx, id)) })},
		{"consents", all(func() ([]any, error) { return listed(consentBodyOf)(d.config.Looks.ConsentsOf(ctx, id)) })},
		{"accesses", d.looked(ctx, actor)},
		{"notices", paged(func(page lifecycle.Page) ([]any, string, error) {
			list, next, err := d.config.Notices.Notices(ctx, id, page)
			return mapped(list, noticeBodyOf), next, err
		})},
		{"notice_settings", all(func() ([]any, error) { return listed(choiceBodyOf)(d.config.Notices.Choices(ctx, id)) })},
		{"push_subscriptions", all(func() ([]any, error) { return listed(subscriptionBodyOf)(d.config.Notices.Subscriptions(ctx, id)) })},
	}
}

// Person is the head of an export.
func (d *Data) Person(ctx context.Context, id lifecycle.PersonID) (PersonBody, error) {
	person, err := d.config.People.Person(ctx, id)
	if err != nil {
		return PersonBody{}, fmt.Errorf("export: %w", err)
	}
	standing, err := d.config.Notices.MailStanding(ctx, id)
	if err != nil {
		return PersonBody{}, fmt.Errorf("export: %w", err)
	}
	return personBodyOf(person, standing), nil
}

// listed turns a whole answer of the store into what an export says.
func listed[T, B any](body func(T) B) func([]T, error) ([]any, error) {
	return func(list []T, err error) ([]any, error) { return mapped(list, body), err }
}

// perhaps is listed for what there is one of, or none.
func perhaps[T, B any](body func(T) B) func(T, error) ([]any, error) {
	return func(one T, err error) ([]any, error) {
		if errors.Is(err, lifecycle.ErrNotFound) {
			return nil, nil
		}
		return []any{body(one)}, err
	}
}

func mapped[T, B any](list []T, body func(T) B) []any {
	out := make([]any, len(list))
	for i, one := range list {
		out[i] = body(one)
	}
	return out
}

// pageSize is how much of a long list is in memory at a time.
const pageSize = 200

func paged(read func(lifecycle.Page) ([]any, string, error)) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		page := lifecycle.Page{Limit: pageSize}
		for {
			list, next, err := read(page)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, one := range list {
				if !yield(one, nil) {
					return
				}
			}
			if page.After = next; next == "" {
				return
			}
		}
	}
}

// looked is every access to a unit while it was theirs.
func (d *Data) looked(ctx context.Context, actor lifecycle.Actor) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for b, err := range d.owned(ctx, actor) {
			if err != nil {
				yield(nil, err)
				return
			}
			accesses := paged(func(page lifecycle.Page) ([]any, string, error) {
				list, next, err := d.config.Looks.AccessesOf(ctx, actor.Person, b.Unit, b.Binding.Epoch, page)
				for i := range list {
					list[i].Key = b.Key
				}
				return mapped(list, accessBodyOf), next, err
			})
			for one, err := range accesses {
				if !yield(one, err) || err != nil {
					return
				}
			}
		}
	}
}

// owned are their owner bindings, standing and over.
func (d *Data) owned(ctx context.Context, actor lifecycle.Actor) iter.Seq2[lifecycle.PersonBinding, error] {
	return func(yield func(lifecycle.PersonBinding, error) bool) {
		for _, read := range []func(context.Context, lifecycle.PersonID) ([]lifecycle.PersonBinding, error){
			d.config.Units.MineOf, d.config.Units.PastOf,
		} {
			list, err := read(ctx, actor.Person)
			if err != nil {
				yield(lifecycle.PersonBinding{}, err)
				return
			}
			for _, b := range list {
				if b.Binding.Kind == lifecycle.BindingOwner && !yield(b, nil) {
					return
				}
			}
		}
	}
}
