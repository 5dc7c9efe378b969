package store

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// Organisation reads one organisation.
func (s *Store) Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Organisation, error) { return catalog.Organisation(tx, id) })
}

// FirstOrganisation is the oldest one: the host, who lets others in.
func (s *Store) FirstOrganisation(ctx context.Context) (access.Organisation, error) {
	return get(ctx, s, catalog.FirstOrganisation)
}

// VendorOf is the organisation whose brand it is.
func (s *Store) VendorOf(ctx context.Context, brand string) (access.Organisation, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Organisation, error) { return catalog.VendorOf(tx, brand) })
}

// Organisations lists the organisations of a kind, or of all where it is empty.
func (s *Store) Organisations(ctx context.Context, kind lifecycle.OrgKind, page lifecycle.Page,
) ([]access.Organisation, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Organisation, error) {
		return catalog.Organisations(tx, kind, page.After, limit)
	})
	return list, after(list, limit, func(o access.Organisation) string { return string(o.ID) }), err
}

// SaveOrganisation adds an organisation, or writes its name and brands anew;
// its kind stays. A brand that another has is lifecycle.ErrInvalid,
// "brand.taken".
func (s *Store) SaveOrganisation(ctx context.Context, o access.Organisation) (access.Organisation, error) {
	saved, _, err := once(ctx, s, "organisation "+o.Name, func(tx *engine.Tx) (access.Organisation, error) {
		return o, s.putOrganisation(tx, o)
	})
	return saved, err
}

func (s *Store) putOrganisation(tx *engine.Tx, o access.Organisation) error {
	if err := catalog.PutOrganisation(tx, o); err != nil {
		return err
	}
	return s.enterAdmin(tx, book.Record{Kind: "org", Subject: string(o.ID), Event: "save"}, o)
}
