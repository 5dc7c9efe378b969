package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// caller is one principal as the test made it. What it may do is worked out
// from this and the access table, never asked of the code under test.
type caller struct {
	name    string
	side    string // "shop", "warehouse2", "ada", "operator"; empty: nobody
	kind    access.PrincipalKind
	orgKind lifecycle.OrgKind
	role    lifecycle.Role // persons
	scope   access.Scope   // machines
	behalf  lifecycle.PersonID
	person  lifecycle.PersonID
	token   string
	spare   string // the id of another token of theirs, for the doors that end one
	network string
	pin     bool           // by badge and PIN at a station, with these cookies
	cookies []*http.Cookie // and no token
	// everywhere is what this caller gets at every door, public ones too: its
	// token is no good, or acts for somebody of another organisation.
	everywhere int
}

// refused is what the access table alone has a caller answered with; 0: the
// rule lets them pass, and the handler decides.
func (c caller) refused(rule access.Rule) int {
	switch {
	case c.everywhere != 0:
		return c.everywhere
	case rule.Public:
		return 0
	case c.kind == access.KindAnonymous:
		return http.StatusUnauthorized
	}
	if c.pin && c.refusedByPIN(rule) {
		return http.StatusForbidden
	}
	inOrg := len(rule.OrgKinds) == 0 || slices.Contains(rule.OrgKinds, c.orgKind)
	switch c.kind {
	case access.KindPerson:
		// Owners are in no organisation; the role of somebody in one is none.
		ownerInOrg := c.role == lifecycle.RoleOwner && c.orgKind != ""
		if rule.SignedIn || inOrg && !ownerInOrg && slices.Contains(rule.Roles, c.role) {
			return 0
		}
	case access.KindMachine:
		if !inOrg || !slices.Contains(rule.Scopes, c.scope) {
			return http.StatusForbidden
		}
		if c.behalf == "" && c.scope != access.ScopeOperator {
			return http.StatusUnprocessableEntity
		}
		return 0
	default:
		if slices.Contains(rule.Kinds, c.kind) {
			return 0
		}
	}
	return http.StatusForbidden
}

// staffRoles are the roles that an organisation gives.
func staffRoles() []lifecycle.Role {
	return slices.DeleteFunc(lifecycle.Roles(), func(r lifecycle.Role) bool { return r == lifecycle.RoleOwner })
}

// sides are the organisations: two of each kind, so that there is always one
// of the same kind that has nothing to do with a unit. The first one made is
// the host.
func sides() []string {
	return []string{"vendor", "vendor2", "shop", "shop2", "warehouse", "warehouse2"}
}

// peopled is everybody who is in some organisation, or runs the server.
type peopled struct {
	house   *house
	orgs    map[string]access.Organisation
	staff   map[string]lifecycle.Actor // by "shop clerk"
	callers []caller

	mu       sync.Mutex
	networks int // by mu
}

func newPeopled(t *testing.T, h *house) *peopled {
	t.Helper()
	p := &peopled{house: h, orgs: map[string]access.Organisation{}, staff: map[string]lifecycle.Actor{}}
	for i, side := range sides() {
		org := access.Organisation{ID: lifecycle.OrgID(newPrefixedID("org")), Kind: kindOf(side), Name: "House " + side}
		org.CreatedAt = h.now().Add(time.Duration(i-10) * time.Minute) // the oldest is the host
		if org.Kind == lifecycle.OrgVendor {
			org.Brands = []string{brandOf(side)}
		}
		if _, err := h.store.SaveOrganisation(t.Context(), org); err != nil {
			t.Fatal(err)
		}
		p.orgs[side] = org
	}
	var making sync.WaitGroup
	for _, side := range sides() {
		making.Go(func() { p.employ(t, side) })
	}
	making.Wait()
	for _, side := range sides() {
		making.Go(func() { p.machines(t, side) })
	}
	making.Wait()
	p.outsiders(t)
	p.switched(t, "shop")
	slices.SortFunc(p.callers, func(a, b caller) int { return strings.Compare(a.name, b.name) })
	return p
}

func kindOf(side string) lifecycle.OrgKind {
	switch {
	case strings.HasPrefix(side, "vendor"):
		return lifecycle.OrgVendor
	case strings.HasPrefix(side, "shop"):
		return lifecycle.OrgRetailer
	}
	return lifecycle.OrgWarehouse
}

func brandOf(side string) string {
	if side == "vendor" {
		return "acme"
	}
	return "other"
}

// add gives the caller an address of its own, so that no throttle that counts
// by network takes one for another.
func (p *peopled) add(c caller) caller {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.networks++
	c.network = fmt.Sprintf("10.%d.%d.%d:4711", p.networks>>16&255, p.networks>>8&255, p.networks&255)
	p.callers = append(p.callers, c)
	return c
}

// employ makes one person of every role.
func (p *peopled) employ(t *testing.T, side string) {
	for _, role := range staffRoles() {
		c := p.person(t, side, role)
		p.add(c)
		p.mu.Lock()
		p.staff[side+" "+string(role)] = lifecycle.Actor{
			Kind: lifecycle.ActorPerson, Person: c.person, Org: p.orgs[side].ID, OrgKind: c.orgKind, Roles: []lifecycle.Role{role},
		}
		p.mu.Unlock()
	}
}

func (p *peopled) person(t *testing.T, side string, role lifecycle.Role) caller {
	org := p.orgs[side]
	c := caller{
		name: fmt.Sprintf("%s of %s", role, side), side: side, kind: access.KindPerson, orgKind: org.Kind, role: role,
		person: lifecycle.PersonID(newPrefixedID("psn")),
	}
	_, err := p.house.store.SavePerson(t.Context(), access.Person{
		ID: c.person, Org: org.ID, Roles: []lifecycle.Role{role}, Name: c.name, Email: string(c.person) + "@staff.example",
		// Of no use to anybody, but not empty: this one has accepted.
		PasswordHash: "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		Generation:   1, CreatedAt: p.house.now(),
	})
	if err != nil {
		t.Errorf("%s: %v", c.name, err)
	}
	c.token, _ = p.credential(t, access.Credential{Kind: access.KindPerson, Person: c.person})
	c.spare = p.endedToken(t, c.person)
	return c
}

// endedToken is a token that its person has ended: ending it again does no
// more, so any number of doors may try.
func (p *peopled) endedToken(t *testing.T, person lifecycle.PersonID) (id string) {
	_, id = p.credential(t, access.Credential{Kind: access.KindPerson, Person: person})
	if err := p.house.store.EndCredential(context.WithoutCancel(t.Context()), id); err != nil {
		t.Errorf("end a token: %v", err)
	}
	return id
}

func (p *peopled) credential(t *testing.T, c access.Credential) (text, id string) {
	text = access.NewToken()
	c.ID, c.Hash, c.Name, c.CreatedAt = newPrefixedID("tok"), access.TokenHash(text), "test", p.house.now()
	if _, err := p.house.store.SaveCredential(context.WithoutCancel(t.Context()), c); err != nil {
		t.Errorf("token: %v", err)
	}
	return text, c.ID
}

// machines are one token per scope, that names whom it acts for: the clerk,
// who can do more than any machine may.
func (p *peopled) machines(t *testing.T, side string) {
	org := p.orgs[side]
	for _, scope := range access.Scopes() {
		c := caller{side: side, kind: access.KindMachine, orgKind: org.Kind, scope: scope}
		c.token, c.spare = p.credential(t, access.Credential{Kind: access.KindMachine, Org: org.ID, Scopes: []string{string(scope)}})
		if side == "shop" || side == "vendor" { // whose side it is makes no difference to this
			c.name = fmt.Sprintf("machine for %s of %s, for nobody", scope, side)
			p.add(c)
		}
		c.name, c.behalf = fmt.Sprintf("machine for %s of %s", scope, side), p.staff[side+" clerk"].Person
		p.add(c)
	}
}

// outsiders belong to no organisation, or their token is worth nothing.
func (p *peopled) outsiders(t *testing.T) {
	p.add(caller{name: "nobody", kind: access.KindAnonymous})
	p.add(caller{name: "operator", side: "operator", kind: access.KindMachine, scope: access.ScopeOperator, token: p.house.operatorToken})
	shop := p.orgs["shop"]
	gate, _ := p.credential(t, access.Credential{Kind: access.KindGate, Org: shop.ID})
	p.add(caller{name: "gate of shop", side: "shop", kind: access.KindGate, orgKind: shop.Kind, token: gate})
	p.add(p.person(t, "shop", lifecycle.RoleOwner))

	foreign, _ := p.credential(t, access.Credential{Kind: access.KindMachine, Org: shop.ID, Scopes: scopeNames()})
	p.add(caller{name: "machine of shop for the clerk of shop2", side: "shop", kind: access.KindMachine, token: foreign,
		behalf: p.staff["shop2 clerk"].Person, everywhere: http.StatusForbidden})
	gone := p.person(t, "shop", lifecycle.RoleClerk)
	gone.name, gone.everywhere = "a clerk of shop who was disabled", http.StatusUnauthorized
	_, err := p.house.store.ChangePerson(t.Context(), gone.person, func(person access.Person, _ int) (access.Person, error) {
		person.DisabledAt = p.house.now()
		return person, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.add(gone)
	ended, id := p.credential(t, access.Credential{Kind: access.KindMachine, Org: shop.ID, Scopes: scopeNames()})
	if err := p.house.store.EndCredential(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	p.add(caller{name: "machine of shop whose token ended", side: "shop", kind: access.KindMachine, token: ended,
		everywhere: http.StatusUnauthorized})
}

func scopeNames() []string {
	var names []string
	for _, scope := range access.Scopes() {
		names = append(names, string(scope))
	}
	return names
}
