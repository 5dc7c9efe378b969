package demo

import (
	"context"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Password is what everybody in the demo signs in with.
const Password = "quitclaim-demo"

// member is one person of the cast: staff of an organisation, or an owner.
type member struct {
	person access.Person
	org    access.Organisation
	token  string
}

func (m member) actor() lifecycle.Actor {
	return lifecycle.Actor{
		Kind: lifecycle.ActorPerson, Person: m.person.ID, Org: m.person.Org, OrgKind: m.org.Kind, Roles: m.person.Roles,
	}
}

// cast is everybody.
type cast struct {
	vendor, warehouse access.Organisation
	retailers         []access.Organisation
	staff             []member
	owners            []member
}

// of finds a member of an organisation by role; the n-th where there are more.
func (c cast) of(org lifecycle.OrgID, role lifecycle.Role, n int) member {
	var found []member
	for _, m := range c.staff {
		if m.person.Org == org && m.actor().Has(role) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return member{}
	}
	return found[n%len(found)]
}

type opening struct {
	org   int // place in organisations()
	name  string
	roles []lifecycle.Role
}

func organisations() []access.Organisation {
	return []access.Organisation{
		{Kind: lifecycle.OrgVendor, Name: "Halden Optics", Brands: []string{Brand}},
		{Kind: lifecycle.OrgRetailer, Name: "Brightside Electronics"},
		{Kind: lifecycle.OrgRetailer, Name: "Corner & Co"},
		{Kind: lifecycle.OrgWarehouse, Name: "Refit Works"},
	}
}

func openings() []opening {
	one := func(role lifecycle.Role) []lifecycle.Role { return []lifecycle.Role{role} }
	return []opening{
		{0, "Vera Lindqvist", one(lifecycle.RoleAdmin)},
		{0, "Oskar Brandt", one(lifecycle.RoleSecurityOfficer)},
		{0, "Amina Diallo", one(lifecycle.RoleAuditor)},
		{0, "Sven Aalto", one(lifecycle.RoleSupportAgent)},
		{0, "Ruth Okafor", one(lifecycle.RoleSecurityOfficer)},
		{1, "Carla Mendes", one(lifecycle.RoleClerk)},
		{1, "Clive Norton", one(lifecycle.RoleClerk)},
		{1, "Stella Marsh", one(lifecycle.RoleSecurityOfficer)},
		{1, "Simon Reed", one(lifecycle.RoleSecurityOfficer)},
		{1, "Adam Keller", one(lifecycle.RoleAdmin)},
		{2, "Chloe Tan", one(lifecycle.RoleClerk)},
		{2, "Anton Weiss", one(lifecycle.RoleAdmin)},
		{3, "Tomas Ruiz", one(lifecycle.RoleTechnician)},
		{3, "Tilda Berg", one(lifecycle.RoleTechnician)},
		{3, "Vikram Rao", one(lifecycle.RoleValidator)},
		{3, "Valerie Petit", one(lifecycle.RoleValidator)},
		{3, "Sofia Costa", one(lifecycle.RoleSecurityOfficer)},
	}
}

func ownerNames() []string {
	return []string{
		"Ada Nowak", "Ben Carter", "Cleo Martin", "Dan Fischer", "Eva Rossi", "Finn Larsen", "Gina Silva", "Hugo Blanc",
		"Ines Ortega", "Jon Baker", "Kira Novak", "Liam Walsh", "Mona Haddad", "Noah Stein", "Olga Petrova", "Paul Meyer",
		"Quinn Adams", "Rosa Greco", "Sam Cohen", "Tess Jansen",
	}
}

// gather makes organisations and people. They share one password hash: a demo
// that hashed forty times with 64 MiB each would keep its user waiting.
func (b *Builder) gather(ctx context.Context) (cast, error) {
	hash, err := b.config.HashPassword(ctx, Password)
	if err != nil {
		return cast{}, fmt.Errorf("demo password: %w", err)
	}
	var orgs []access.Organisation
	for _, org := range organisations() {
		org.ID, org.CreatedAt = lifecycle.OrgID("org_"+b.config.NewID()), b.born
		saved, err := b.config.Store.SaveOrganisation(ctx, org)
		if err != nil {
			return cast{}, fmt.Errorf("demo organisation: %w", err)
		}
		orgs = append(orgs, saved)
	}
	everybody := cast{vendor: orgs[0], retailers: orgs[1:3], warehouse: orgs[3]}
	for _, o := range openings() {
		m, err := b.hire(ctx, o.name, hash, orgs[o.org], o.roles)
		if err != nil {
			return cast{}, err
		}
		everybody.staff = append(everybody.staff, m)
	}
	for _, name := range ownerNames() {
		m, err := b.hire(ctx, name, hash, access.Organisation{}, []lifecycle.Role{lifecycle.RoleOwner})
		if err != nil {
			return cast{}, err
		}
		everybody.owners = append(everybody.owners, m)
	}
	return everybody, nil
}

func (b *Builder) hire(ctx context.Context, name, hash string, org access.Organisation, roles []lifecycle.Role) (member, error) {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	person, err := b.config.Store.SavePerson(ctx, access.Person{
		ID: lifecycle.PersonID("psn_" + b.config.NewID()), Org: org.ID, Roles: roles, Name: name,
		Email: first + "@" + mailHost(org), PasswordHash: hash, Generation: 1, CreatedAt: b.born,
	})
	if err != nil {
		return member{}, fmt.Errorf("demo person: %w", err)
	}
	text := access.NewToken()
	_, err = b.config.Store.SaveCredential(ctx, access.Credential{
		ID: "tok_" + b.config.NewID(), Hash: access.TokenHash(text), Kind: access.KindPerson, Person: person.ID,
		Org: org.ID, Name: "demo", CreatedAt: b.born,
	})
	if err != nil {
		return member{}, fmt.Errorf("demo token: %w", err)
	}
	return member{person: person, org: org, token: text}, nil
}

// mailHost makes addresses that lead nowhere (RFC 2606 reserves .example).
func mailHost(org access.Organisation) string {
	if org.Name == "" {
		return "home.example"
	}
	word, _, _ := strings.Cut(strings.ToLower(org.Name), " ")
	return word + ".example"
}
