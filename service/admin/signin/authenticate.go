package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// OperatorID is the machine id of whoever runs the server, as the ledger shows
// it.
const OperatorID = "operator"

// PrincipalOfPerson is the person of a session, if it is of their present
// generation and they are not disabled. It is asked at every request, so a
// change counts from the next one.
func (e *Entrance) PrincipalOfPerson(ctx context.Context, id lifecycle.PersonID, generation int64) (access.Principal, error) {
	person, org, err := e.standing(ctx, id)
	if err != nil {
		return access.Principal{}, nobody(err)
	}
	if person.Generation != generation {
		return access.Principal{}, fmt.Errorf("session of an earlier generation: %w", lifecycle.ErrUnauthenticated)
	}
	return principalOf(person, org), nil
}

// PrincipalOfToken is whom a token stands for now: a person, an organisation's
// machine that acts for one of its people, a gate, or the operator.
func (e *Entrance) PrincipalOfToken(ctx context.Context, hash string, onBehalfOf lifecycle.PersonID) (access.Principal, error) {
	if e.config.OperatorHash != "" && subtle.ConstantTimeCompare([]byte(hash), []byte(e.config.OperatorHash)) == 1 {
		return access.Principal{
			Kind: access.KindMachine, Machine: OperatorID, Scopes: []access.Scope{access.ScopeOperator},
		}, nil
	}
	credential, err := e.config.Store.CredentialByHash(ctx, hash)
	if err != nil {
		return access.Principal{}, nobody(err)
	}
	if !credential.EndedAt.IsZero() {
		return access.Principal{}, fmt.Errorf("token ended: %w", lifecycle.ErrUnauthenticated)
	}
	switch credential.Kind {
	case access.KindPerson:
		person, org, err := e.standing(ctx, credential.Person)
		if err != nil {
			return access.Principal{}, nobody(err)
		}
		return principalOf(person, org), nil
	case access.KindMachine:
		return e.machine(ctx, credential, onBehalfOf)
	case access.KindGate:
		return access.Principal{Kind: access.KindGate, Machine: credential.ID, Org: credential.Org}, nil
	}
	return access.Principal{}, fmt.Errorf("token of kind %q: %w", credential.Kind, lifecycle.ErrUnauthenticated)
}

// machine acts within its scopes, for one person of its own organisation.
func (e *Entrance) machine(ctx context.Context, credential access.Credential, onBehalfOf lifecycle.PersonID) (access.Principal, error) {
	org, err := e.config.Store.Organisation(ctx, credential.Org)
	if err != nil {
		return access.Principal{}, nobody(err)
	}
	principal := access.Principal{
		Kind: access.KindMachine, Machine: credential.ID, Org: org.ID, OrgKind: org.Kind,
		Scopes: scopesOf(credential), Name: credential.Name, OrgName: org.Name,
	}
	if onBehalfOf == "" {
		return principal, nil // access.Check asks for it where it is needed
	}
	person, err := e.config.Store.Person(ctx, onBehalfOf)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return access.Principal{}, fmt.Errorf("authenticate: %w", err)
	}
	if err != nil || person.Org != org.ID || !person.DisabledAt.IsZero() {
		return access.Principal{}, fmt.Errorf("machine acts for nobody of its organisation: %w", lifecycle.ErrForbidden)
	}
	principal.OnBehalfOf = onBehalfOf
	principal.Roles = lentRoles(person.Roles)
	return principal, nil
}

// lentRoles are the roles that a machine may act in. A validator, a security
// officer, an admin or an auditor answers with their own person: a machine
// that carried their role could do what takes a second pair of eyes.
func lentRoles(roles []lifecycle.Role) []lifecycle.Role {
	var lent []lifecycle.Role
	for _, role := range roles {
		if role == lifecycle.RoleClerk || role == lifecycle.RoleTechnician {
			lent = append(lent, role)
		}
	}
	return lent
}

func scopesOf(credential access.Credential) []access.Scope {
	var scopes []access.Scope
	for _, name := range credential.Scopes {
		if scope, ok := access.ParseScope(name); ok {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

func principalOf(person access.Person, org access.Organisation) access.Principal {
	principal := access.Principal{
		Kind: access.KindPerson, Person: person.ID, Org: org.ID, OrgKind: org.Kind,
		Roles: slices.Clone(person.Roles), Name: person.Name, OrgName: org.Name,
	}
	if principal.Name == "" {
		principal.Name = person.Email // owners need not give a name
	}
	return principal
}

// nobody turns "not on record" into "not signed in", and leaves trouble alone.
func nobody(err error) error {
	if errors.Is(err, lifecycle.ErrNotFound) {
		return fmt.Errorf("authenticate: %w", lifecycle.ErrUnauthenticated)
	}
	return fmt.Errorf("authenticate: %w", err)
}
