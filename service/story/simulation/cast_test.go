package simulation

import (
	"context"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
)

// brand is what the vendor makes; acme the name of its own cloud.
const (
	brand = "acme"
	acme  = "acme"
)

// cast is who lives in a world.
type cast struct {
	orgs   map[string]access.Organisation
	people map[string]access.Principal // by first name
	model  lifecycle.Model
}

// populate makes organisations, people and a model through the store's doors.
func (w *world) populate() {
	w.t.Helper()
	w.cast = cast{orgs: map[string]access.Organisation{}, people: map[string]access.Principal{}}
	s, ctx := w.house.store, context.Background()
	for _, org := range []struct {
		name string
		kind lifecycle.OrgKind
	}{{"vendor", lifecycle.OrgVendor}, {"shop", lifecycle.OrgRetailer}, {"other", lifecycle.OrgRetailer}, {"warehouse", lifecycle.OrgWarehouse}} {
		made := access.Organisation{ID: lifecycle.OrgID("org_" + w.ids.id()), Kind: org.kind, Name: org.name, CreatedAt: w.clock.Now()}
		if org.kind == lifecycle.OrgVendor {
			made.Brands = []string{brand}
		}
		if _, err := s.SaveOrganisation(ctx, made); err != nil {
			w.t.Fatal(err)
		}
		w.cast.orgs[org.name] = made
	}
	for _, person := range []struct {
		name, org string
		roles     []lifecycle.Role
	}{
		{"vera", "vendor", []lifecycle.Role{lifecycle.RoleAdmin, lifecycle.RoleSecurityOfficer}},
		{"vito", "vendor", []lifecycle.Role{lifecycle.RoleSecurityOfficer}},
		{"cleo", "shop", []lifecycle.Role{lifecycle.RoleClerk}},
		{"cora", "shop", []lifecycle.Role{lifecycle.RoleClerk, lifecycle.RoleSecurityOfficer}},
		{"carl", "other", []lifecycle.Role{lifecycle.RoleClerk}},
		{"tess", "warehouse", []lifecycle.Role{lifecycle.RoleTechnician}},
		{"tim", "warehouse", []lifecycle.Role{lifecycle.RoleTechnician, lifecycle.RoleSecurityOfficer}},
		{"vala", "warehouse", []lifecycle.Role{lifecycle.RoleValidator, lifecycle.RoleSecurityOfficer}},
		{"ana", "", []lifecycle.Role{lifecycle.RoleOwner}},
		{"ben", "", []lifecycle.Role{lifecycle.RoleOwner}},
		{"tom", "", []lifecycle.Role{lifecycle.RoleOwner}}, // knows what he should not
	} {
		org := w.cast.orgs[person.org]
		id := lifecycle.PersonID("psn_" + w.ids.id())
		if _, err := s.SavePerson(ctx, access.Person{
			ID: id, Org: org.ID, Roles: person.roles, Name: person.name, Email: mail(person.name), CreatedAt: w.clock.Now(),
		}); err != nil {
			w.t.Fatal(err)
		}
		w.cast.people[person.name] = access.Principal{
			Kind: access.KindPerson, Person: id, Org: org.ID, OrgKind: org.Kind, Roles: person.roles, Name: person.name, OrgName: org.Name,
		}
	}
	w.model()
}

func mail(name string) string { return name + "@example.test" }

func (w *world) model() {
	ctx, s := context.Background(), w.house.store
	w.cast.model = lifecycle.Model{
		ID: lifecycle.ModelID("mdl_" + w.ids.id()), Vendor: w.cast.orgs["vendor"].ID, Brand: brand, Name: "Cam One", GTIN: "04012345678901",
		ResetPolicy: pick(w.dice, []lifecycle.ResetPolicy{lifecycle.ResetReleases, lifecycle.ResetLocks}), SaleImplied: w.dice.in(2),
		RequiredGrade: lifecycle.GradeAttested, Clouds: []string{builtin.Name, acme},
	}
	if _, err := s.SaveModel(ctx, w.cast.model); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"warehouse", "shop"} {
		accreditation := lifecycle.Accreditation{Org: w.cast.orgs[name].ID, Model: w.cast.model.ID, SelfCustody: name == "warehouse"}
		if err := s.Accredit(ctx, accreditation); err != nil {
			w.t.Fatal(err)
		}
	}
}

// verify is how a second person signs.
func (c *cast) verify(_ context.Context, email, password string) (access.Principal, error) {
	name, _, _ := strings.Cut(email, "@")
	person, ok := c.people[name]
	if !ok || password != "right" {
		return access.Principal{}, fmt.Errorf("second person: %w", lifecycle.ErrUnauthenticated)
	}
	return person, nil
}

// owners are those who have units of their own.
func owners() []string { return []string{"ana", "ben", "tom"} }

// nameOf is a person's first name.
func (c *cast) nameOf(id lifecycle.PersonID) string {
	for name, person := range c.people {
		if person.Person == id {
			return name
		}
	}
	return "somebody"
}

// here is who works where the unit is: mostly somebody who can do it.
func (w *world) here(unit *unitCamera, can ...lifecycle.Role) string {
	staff := []string{"vera", "vito", "cleo", "cora", "carl", "tess", "tim", "vala"}
	var fit []string
	for _, name := range staff {
		person := w.cast.people[name]
		has := len(can) == 0
		for _, role := range can {
			has = has || person.Has(role)
		}
		if has && person.Org == w.watch.of(unit.id).history.Snapshot().Unit.Custody {
			fit = append(fit, name)
		}
	}
	if len(fit) == 0 || w.dice.in(12) {
		return pick(w.dice, staff)
	}
	return pick(w.dice, fit)
}
