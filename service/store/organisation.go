package store

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlOrganisation = `SELECT org_id, kind, name, created_at FROM organisation WHERE org_id = $1`

const sqlBrandsOf = `SELECT brand FROM brand WHERE org_id = $1 ORDER BY brand`

// Organisation reads one organisation.
func (s *Store) Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Organisation, error) { return readOrganisation(tx, id) })
}

const sqlFirstOrganisation = `SELECT org_id FROM organisation ORDER BY created_at, org_id LIMIT 1`

// FirstOrganisation is the oldest one: the host, who lets others in.
func (s *Store) FirstOrganisation(ctx context.Context) (access.Organisation, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Organisation, error) {
		var id lifecycle.OrgID
		if _, err := tx.Get(sqlFirstOrganisation, nil, engine.TextTo(&id)); err != nil {
			return access.Organisation{}, fmt.Errorf("read first organisation: %w", err)
		}
		return readOrganisation(tx, id)
	})
}

func readOrganisation(tx *engine.Tx, id lifecycle.OrgID) (access.Organisation, error) {
	found, err := engine.List(tx, sqlOrganisation, []any{string(id)}, scanOrganisation)
	if err != nil {
		return access.Organisation{}, fmt.Errorf("read organisation: %w", err)
	}
	if len(found) == 0 {
		return access.Organisation{}, fmt.Errorf("organisation %s: %w", id, lifecycle.ErrNotFound)
	}
	return found[0], addBrands(tx, found)
}

func scanOrganisation(scan engine.Scan) (access.Organisation, error) {
	var o access.Organisation
	err := scan(engine.TextTo(&o.ID), engine.TextTo(&o.Kind), &o.Name, engine.Instant{To: &o.CreatedAt})
	return o, err
}

func addBrands(tx *engine.Tx, list []access.Organisation) (err error) {
	for i := range list {
		list[i].Brands, err = engine.List(tx, sqlBrandsOf, []any{string(list[i].ID)}, func(scan engine.Scan) (string, error) {
			var brand string
			err := scan(&brand)
			return brand, err
		})
		if err != nil {
			return fmt.Errorf("read brands of %s: %w", list[i].ID, err)
		}
	}
	return nil
}

const sqlOrganisations = `
SELECT org_id, kind, name, created_at FROM organisation
WHERE (CAST($1 AS TEXT) = '' OR kind = $1) AND org_id > $2
ORDER BY org_id LIMIT $3`

// Organisations lists the organisations of a kind, or of all where it is empty.
func (s *Store) Organisations(ctx context.Context, kind lifecycle.OrgKind, page lifecycle.Page,
) ([]access.Organisation, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Organisation, error) {
		list, err := engine.List(tx, sqlOrganisations, []any{string(kind), page.After, int64(limit)}, scanOrganisation)
		if err != nil {
			return nil, fmt.Errorf("list organisations: %w", err)
		}
		return list, addBrands(tx, list)
	})
	return list, after(list, limit, func(o access.Organisation) string { return string(o.ID) }), err
}

const sqlVendorOf = `SELECT org_id FROM brand WHERE brand = $1`

// VendorOf is the organisation whose brand it is.
func (s *Store) VendorOf(ctx context.Context, brand string) (access.Organisation, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Organisation, error) {
		id, err := vendorOf(tx, brand)
		if err != nil {
			return access.Organisation{}, err
		}
		return readOrganisation(tx, id)
	})
}

func vendorOf(tx *engine.Tx, brand string) (lifecycle.OrgID, error) {
	var id lifecycle.OrgID
	found, err := tx.Get(sqlVendorOf, []any{brand}, engine.TextTo(&id))
	if err != nil {
		return "", fmt.Errorf("read vendor of %s: %w", brand, err)
	}
	if !found {
		return "", fmt.Errorf("brand %s: %w", brand, lifecycle.ErrNotFound)
	}
	return id, nil
}

const sqlPutOrganisation = `
INSERT INTO organisation (org_id, kind, name, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (org_id) DO UPDATE SET name = excluded.name`

const sqlAddBrand = `INSERT INTO brand (brand, org_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`

const sqlDropBrand = `DELETE FROM brand WHERE brand = $1 AND org_id = $2`

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
	_, err := tx.Exec(sqlPutOrganisation, string(o.ID), string(o.Kind), o.Name, o.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("write organisation %s: %w", o.ID, err)
	}
	if err := putBrands(tx, o); err != nil {
		return err
	}
	return s.enterAdmin(tx, book.Record{Kind: "org", Subject: string(o.ID), Event: "save"}, o)
}

func putBrands(tx *engine.Tx, o access.Organisation) error {
	list := []access.Organisation{o}
	if err := addBrands(tx, list); err != nil {
		return err
	}
	for _, brand := range list[0].Brands {
		if slices.Contains(o.Brands, brand) {
			continue
		}
		if _, err := tx.Exec(sqlDropBrand, brand, string(o.ID)); err != nil {
			return fmt.Errorf("drop brand of %s: %w", o.ID, err)
		}
	}
	for _, brand := range o.Brands {
		if _, err := tx.Exec(sqlAddBrand, brand, string(o.ID)); err != nil {
			return fmt.Errorf("add brand of %s: %w", o.ID, err)
		}
		if holder, err := vendorOf(tx, brand); err != nil || holder != o.ID {
			return invalid("brands", "brand.taken", err)
		}
	}
	return nil
}

// invalid is one mistake in one field, unless looking for it failed.
func invalid(field, code string, err error) error {
	if err != nil {
		return err
	}
	var mistakes lifecycle.Invalid
	mistakes.Add(field, code)
	return mistakes.Err()
}
