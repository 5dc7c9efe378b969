package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/fleet"
	"quitclaim/service/store"
)

// fleetOrigin is the ledger's name: the served program must be told the same.
const fleetOrigin = "quitclaim.example/log"

// largeFleet is a fleet with the keys of its directory, and its clerk's token.
type largeFleet struct {
	fleet.Fleet
	token string
	keys  *keyring.Ring
}

func fleetID(prefix string) string { return prefix + "_" + strings.ToLower(rand.Text()) }

// open opens the fleet's store.
func (f *largeFleet) open(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, store.Config{
		Dir: f.Dir, Keys: f.keys, Now: clock, NewID: fleetID,
		NewLabel: drawLabel,
	})
}

func drawLabel() (string, error) { return code.NewLabelCode(rand.Reader) }

// newFleet makes a data directory as the program does, its schema and its
// ledger with it, and the organisations and people in it.
func newFleet(ctx context.Context, dir string, units, watched int) (f *largeFleet, err error) {
	f = &largeFleet{Fleet: fleet.Fleet{Dir: dir, Units: units, Watched: watched}}
	if f.keys, err = keyring.Open(filepath.Join(dir, "keys"), fleetOrigin); err != nil {
		return nil, err
	}
	s, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := f.settle(ctx, s); err != nil {
		return nil, fmt.Errorf("people of the fleet: %w", err)
	}
	f.ready(s)
	return f, nil
}

// ready is the rest of what Fill writes by.
func (f *largeFleet) ready(s *store.Store) {
	f.Now, f.ReceiptHash = clock(), s.ReceiptHash(f.Retailer, fleet.Receipt)
	f.Account = func(account string) string { return f.keys.AccountHash(builtin.Name, account) }
}

func (f *largeFleet) settle(ctx context.Context, s *store.Store) error {
	for _, org := range []struct {
		id     *lifecycle.OrgID
		kind   lifecycle.OrgKind
		name   string
		brands []string
	}{
		{&f.Vendor, lifecycle.OrgVendor, "Acme", []string{"acme"}},
		{&f.Retailer, lifecycle.OrgRetailer, "Corner Shop", nil},
		{&f.Warehouse, lifecycle.OrgWarehouse, "Second Life", nil},
	} {
		*org.id = lifecycle.OrgID(fleetID("org"))
		_, err := s.SaveOrganisation(ctx, access.Organisation{
			ID: *org.id, Kind: org.kind, Name: org.name, Brands: org.brands, CreatedAt: clock(),
		})
		if err != nil {
			return err
		}
	}
	for _, person := range []struct {
		id   *lifecycle.PersonID
		org  lifecycle.OrgID
		role lifecycle.Role
	}{
		{&f.Clerk, f.Retailer, lifecycle.RoleClerk},
		{&f.Technician, f.Warehouse, lifecycle.RoleTechnician},
		{&f.Validator, f.Warehouse, lifecycle.RoleValidator},
	} {
		*person.id = lifecycle.PersonID(fleetID("psn"))
		_, err := s.SavePerson(ctx, access.Person{
			ID: *person.id, Org: person.org, Roles: []lifecycle.Role{person.role}, Name: "Somebody",
			Email: string(*person.id) + "@example.test", CreatedAt: clock(),
		})
		if err != nil {
			return err
		}
	}
	return f.equip(ctx, s)
}

func (f *largeFleet) equip(ctx context.Context, s *store.Store) error {
	f.Model = lifecycle.Model{
		ID: lifecycle.ModelID(fleetID("mdl")), Vendor: f.Vendor, Brand: "acme", Name: "Cam One", GTIN: "04012345678901",
		ResetPolicy: lifecycle.ResetReleases, RequiredGrade: lifecycle.GradeAttested, Clouds: []string{builtin.Name},
	}
	if _, err := s.SaveModel(ctx, f.Model); err != nil {
		return err
	}
	if err := s.Accredit(ctx, lifecycle.Accreditation{Org: f.Warehouse, Model: f.Model.ID}); err != nil {
		return err
	}
	f.token = access.NewToken()
	_, err := s.SaveCredential(ctx, access.Credential{
		ID: fleetID("tok"), Hash: access.TokenHash(f.token), Kind: access.KindPerson, Person: f.Clerk, Org: f.Retailer,
		Name: "load", CreatedAt: clock(),
	})
	return err
}
