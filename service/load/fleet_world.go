package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
)

// fleetReceipt is the number on every receipt of a fleet's sales.
const fleetReceipt = "R-2026-0001"

// fleetOrigin is the ledger's name: the served program must be told the same.
const fleetOrigin = "quitclaim.example/log"

// fleet is a data directory with many units in it. Only who is needed to work
// with them is on record: owners are ids without a person.
type fleet struct {
	dir            string
	units, watched int
	token          string // the clerk's

	keys                        *keyring.Ring
	vendor, retailer, warehouse lifecycle.OrgID
	clerk                       lifecycle.PersonID
	technician, validator       lifecycle.PersonID
	model                       lifecycle.Model
	receipt                     string // fleetReceipt as it is stored
}

func fleetClock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func fleetID(prefix string) string { return prefix + "_" + strings.ToLower(rand.Text()) }

// open opens the fleet's store.
func (f *fleet) open(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, store.Config{
		Dir: f.dir, Keys: f.keys, Now: fleetClock, NewID: fleetID,
		NewLabel: drawLabel,
	})
}

func drawLabel() (string, error) { return code.NewLabelCode(rand.Reader) }

// newFleet makes a data directory as the program does, its schema and its
// ledger with it, and the organisations and people in it.
func newFleet(ctx context.Context, dir string, units, watched int) (f *fleet, err error) {
	f = &fleet{dir: dir, units: units, watched: watched}
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
	f.receipt = s.ReceiptHash(f.retailer, fleetReceipt)
	return f, nil
}

func (f *fleet) settle(ctx context.Context, s *store.Store) error {
	for _, org := range []struct {
		id     *lifecycle.OrgID
		kind   lifecycle.OrgKind
		name   string
		brands []string
	}{
		{&f.vendor, lifecycle.OrgVendor, "Acme", []string{"acme"}},
		{&f.retailer, lifecycle.OrgRetailer, "Corner Shop", nil},
		{&f.warehouse, lifecycle.OrgWarehouse, "Second Life", nil},
	} {
		*org.id = lifecycle.OrgID(fleetID("org"))
		_, err := s.SaveOrganisation(ctx, access.Organisation{
			ID: *org.id, Kind: org.kind, Name: org.name, Brands: org.brands, CreatedAt: fleetClock(),
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
		{&f.clerk, f.retailer, lifecycle.RoleClerk},
		{&f.technician, f.warehouse, lifecycle.RoleTechnician},
		{&f.validator, f.warehouse, lifecycle.RoleValidator},
	} {
		*person.id = lifecycle.PersonID(fleetID("psn"))
		_, err := s.SavePerson(ctx, access.Person{
			ID: *person.id, Org: person.org, Roles: []lifecycle.Role{person.role}, Name: "Somebody",
			Email: string(*person.id) + "@example.test", CreatedAt: fleetClock(),
		})
		if err != nil {
			return err
		}
	}
	return f.equip(ctx, s)
}

func (f *fleet) equip(ctx context.Context, s *store.Store) error {
	f.model = lifecycle.Model{
		ID: lifecycle.ModelID(fleetID("mdl")), Vendor: f.vendor, Brand: "acme", Name: "Cam One", GTIN: "04012345678901",
		ResetPolicy: lifecycle.ResetReleases, RequiredGrade: lifecycle.GradeAttested, Clouds: []string{builtin.Name},
	}
	if _, err := s.SaveModel(ctx, f.model); err != nil {
		return err
	}
	if err := s.Accredit(ctx, lifecycle.Accreditation{Org: f.warehouse, Model: f.model.ID}); err != nil {
		return err
	}
	f.token = access.NewToken()
	_, err := s.SaveCredential(ctx, access.Credential{
		ID: fleetID("tok"), Hash: access.TokenHash(f.token), Kind: access.KindPerson, Person: f.clerk, Org: f.retailer,
		Name: "load", CreatedAt: fleetClock(),
	})
	return err
}
