package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Brand is the brand of the world's vendor.
const Brand = "acme"

// Receipt is the number of every receipt of the world's sales.
const Receipt = "R-2026-0001"

// Cloud is the one cloud that knows the world's model.
const Cloud = "builtin"

// World is a small world in a store: an organisation of each kind, staff, two
// owners and a model. Every step goes through the store's own doors.
type World struct {
	Opened

	Vendor, Retailer, Warehouse access.Organisation
	Model                       lifecycle.Model

	// Staff act for their organisation; owners for themselves.
	VendorAdmin, Clerk, Technician, Validator, Officer lifecycle.Actor
	Owner, Neighbour                                   lifecycle.Actor

	serial  atomic.Int64
	another func(testing.TB) Opened // opens an empty store of the same kind
}

// NewWorld opens a store and makes the world in it.
func NewWorld(t testing.TB) *World {
	t.Helper()
	return Populate(t, OpenNew(t))
}

// Populate makes the world in a store that is open.
func Populate(t testing.TB, opened Opened) *World {
	t.Helper()
	w := &World{Opened: opened}
	w.Vendor = w.organisation(t, lifecycle.OrgVendor, "Acme", Brand)
	w.Retailer = w.organisation(t, lifecycle.OrgRetailer, "Corner Shop")
	w.Warehouse = w.organisation(t, lifecycle.OrgWarehouse, "Second Life")
	w.VendorAdmin = w.person(t, w.Vendor, lifecycle.RoleAdmin)
	w.Clerk = w.person(t, w.Retailer, lifecycle.RoleClerk)
	w.Technician = w.person(t, w.Warehouse, lifecycle.RoleTechnician)
	w.Validator = w.person(t, w.Warehouse, lifecycle.RoleValidator)
	w.Officer = w.person(t, w.Vendor, lifecycle.RoleSecurityOfficer)
	w.Owner = w.person(t, access.Organisation{}, lifecycle.RoleOwner)
	w.Neighbour = w.person(t, access.Organisation{}, lifecycle.RoleOwner)
	w.Model = lifecycle.Model{
		ID: lifecycle.ModelID(NewID("mdl")), Vendor: w.Vendor.ID, Brand: Brand, Name: "Cam One", GTIN: "04012345678901",
		ResetPolicy: lifecycle.ResetReleases, RequiredGrade: lifecycle.GradeAttested, Clouds: []string{Cloud},
	}
	if _, err := w.SaveModel(t.Context(), w.Model); err != nil {
		t.Fatalf("save model: %v", err)
	}
	if err := w.Accredit(t.Context(), lifecycle.Accreditation{Org: w.Warehouse.ID, Model: w.Model.ID}); err != nil {
		t.Fatalf("accredit: %v", err)
	}
	return w
}

func (w *World) organisation(t testing.TB, kind lifecycle.OrgKind, name string, brands ...string) access.Organisation {
	t.Helper()
	org := access.Organisation{
		ID: lifecycle.OrgID(NewID("org")), Kind: kind, Name: name, Brands: brands, CreatedAt: w.Clock.Now(),
	}
	if _, err := w.SaveOrganisation(t.Context(), org); err != nil {
		t.Fatalf("save organisation: %v", err)
	}
	return org
}

func (w *World) person(t testing.TB, org access.Organisation, role lifecycle.Role) lifecycle.Actor {
	t.Helper()
	id := lifecycle.PersonID(NewID("psn"))
	_, err := w.SavePerson(t.Context(), access.Person{
		ID: id, Org: org.ID, Roles: []lifecycle.Role{role}, Name: "Test Person", Email: string(id) + "@example.test",
		CreatedAt: w.Clock.Now(),
	})
	if err != nil {
		t.Fatalf("save person: %v", err)
	}
	return lifecycle.Actor{
		Kind: lifecycle.ActorPerson, Person: id, Org: org.ID, OrgKind: org.Kind, Roles: []lifecycle.Role{role},
	}
}

// By is a command of this actor at the world's present.
func (w *World) By(actor lifecycle.Actor) lifecycle.Command {
	return lifecycle.Command{Actor: actor, At: w.Clock.Now()}
}

// Must runs a command and fails the test when it is refused.
func (w *World) Must(t testing.TB, unit lifecycle.UnitID, decide lifecycle.Decide) lifecycle.Outcome {
	t.Helper()
	outcome, err := w.Advance(t.Context(), unit, decide)
	if err != nil {
		t.Fatalf("advance %s: %v", unit, err)
	}
	return outcome
}

// Registered is a new unit, in the retailer's stock.
func (w *World) Registered(t testing.TB) lifecycle.Unit {
	t.Helper()
	key := lifecycle.UnitKey{Brand: Brand, Serial: fmt.Sprintf("SN-%06d", w.serial.Add(1))}
	outcome, err := w.Register(t.Context(), key, w.Model.ID, lifecycle.Register{
		Command: w.By(w.VendorAdmin), ID: lifecycle.UnitID(NewID("unt")), Key: key,
	}.Decide)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return w.Move(t, outcome.Change.Unit, w.VendorAdmin, w.Clerk)
}

// Sold is a unit that the retailer has sold and nobody has bound.
func (w *World) Sold(t testing.TB) lifecycle.Unit {
	t.Helper()
	unit := w.Registered(t)
	return w.Must(t, unit.ID, lifecycle.Sell{
		Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal")), ReceiptHash: w.ReceiptHash(w.Retailer.ID, Receipt),
	}.Decide).Change.Unit
}

// Bound is a unit that w.Owner has bound.
func (w *World) Bound(t testing.TB) lifecycle.Unit {
	t.Helper()
	unit := w.Sold(t)
	return w.Bind(t, unit, w.Owner)
}

// TakenBack is a unit that w.Owner had bound and w.Clerk has taken back.
func (w *World) TakenBack(t testing.TB) lifecycle.Unit {
	t.Helper()
	unit := w.Bound(t)
	w.Clock.Add(time.Millisecond) // a return ends what began before it, not with it
	return w.Must(t, unit.ID, w.TakeBack()).Change.Unit
}

// Hex is the hex SHA-256 of a text.
func Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Label is the code of the unit's own label.
func (w *World) Label(t testing.TB, unit lifecycle.Unit) string {
	t.Helper()
	label, err := w.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatalf("label of %s: %v", unit.ID, err)
	}
	return label
}
