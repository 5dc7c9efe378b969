package catalog

import (
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlOrganisation = `SELECT org_id, kind, name, created_at, passwords_off_at FROM organisation WHERE org_id = $1`

const sqlBrandsOf = `SELECT brand FROM brand WHERE org_id = $1 ORDER BY brand`

// Organisation reads one organisation.
func Organisation(tx *engine.Tx, id lifecycle.OrgID) (access.Organisation, error) {
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
	err := scan(engine.TextTo(&o.ID), engine.TextTo(&o.Kind), &o.Name, engine.Instant{To: &o.CreatedAt},
		engine.Instant{To: &o.PasswordsOffAt})
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

const sqlFirstOrganisation = `SELECT org_id FROM organisation ORDER BY created_at, org_id LIMIT 1`

// FirstOrganisation is the oldest one.
func FirstOrganisation(tx *engine.Tx) (access.Organisation, error) {
	var id lifecycle.OrgID
	if _, err := tx.Get(sqlFirstOrganisation, nil, engine.TextTo(&id)); err != nil {
		return access.Organisation{}, fmt.Errorf("read first organisation: %w", err)
	}
	return Organisation(tx, id)
}

const sqlOrganisations = `
SELECT org_id, kind, name, created_at, passwords_off_at FROM organisation
WHERE (CAST($1 AS TEXT) = '' OR kind = $1) AND org_id > $2
ORDER BY org_id LIMIT $3`

// Organisations lists the organisations of a kind, or of all where it is empty,
// by id.
func Organisations(tx *engine.Tx, kind lifecycle.OrgKind, after string, limit int) ([]access.Organisation, error) {
	list, err := engine.List(tx, sqlOrganisations, []any{string(kind), after, int64(limit)}, scanOrganisation)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return list, addBrands(tx, list)
}

const sqlVendorOf = `SELECT org_id FROM brand WHERE brand = $1`

// VendorOf is the organisation whose brand it is.
func VendorOf(tx *engine.Tx, brand string) (access.Organisation, error) {
	id, err := vendorOf(tx, brand)
	if err != nil {
		return access.Organisation{}, err
	}
	return Organisation(tx, id)
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

// PutOrganisation adds an organisation, or writes its name and brands anew. A
// brand that another has is lifecycle.ErrInvalid.
func PutOrganisation(tx *engine.Tx, o access.Organisation) error {
	_, err := tx.Exec(sqlPutOrganisation, string(o.ID), string(o.Kind), o.Name, o.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("write organisation %s: %w", o.ID, err)
	}
	return putBrands(tx, o)
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
			return engine.Taken("brands", "brand.taken", err)
		}
	}
	return nil
}
