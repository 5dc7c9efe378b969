package access

import (
	"context"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// PrincipalKind is what sort of caller a request comes from.
type PrincipalKind string

const (
	// KindAnonymous is a caller who has not signed in.
	KindAnonymous PrincipalKind = "anonymous"
	// KindPerson is staff or an owner, by session or by their own token.
	KindPerson PrincipalKind = "person"
	// KindMachine is an organisation's POS or WMS, by its token.
	KindMachine PrincipalKind = "machine"
	// KindDevice is a unit that signs what it says.
	KindDevice PrincipalKind = "device"
	// KindGate is a media server that asks about viewers.
	KindGate PrincipalKind = "gate"
)

// PrincipalKinds lists every kind of principal.
func PrincipalKinds() []PrincipalKind {
	return []PrincipalKind{KindAnonymous, KindPerson, KindMachine, KindDevice, KindGate}
}

// Principal is the caller of one request, as the server itself established
// it. The zero value is nobody: it may do what is public and nothing else.
type Principal struct {
	Kind       PrincipalKind
	Person     lifecycle.PersonID // persons
	Machine    string             // machines, devices and gates: the id of their token or key
	Org        lifecycle.OrgID    // empty for owners
	OrgKind    lifecycle.OrgKind  // empty for owners
	Roles      []lifecycle.Role   // persons; for a machine, those of OnBehalfOf
	Scopes     []Scope            // machines
	OnBehalfOf lifecycle.PersonID // machines: the person they act for, checked to be of Org
	Name       string             // shown in the page header; personal data, never logged
	OrgName    string             // shown in the page header
	Station    string             // the station at which a person's session began; empty: at none
	ByPIN      bool               // a person's session by badge and PIN: weaker than one by password
	Means      Means              // persons by session: how they last proved who they are
	VerifiedAt time.Time          // and when; zero for tokens, and for what verifies nothing
}

// Anonymous is the principal of a request that nobody signed.
func Anonymous() Principal { return Principal{Kind: KindAnonymous} }

// SignedIn reports whether somebody is known to call.
func (p Principal) SignedIn() bool { return p.Kind != "" && p.Kind != KindAnonymous }

// Has reports whether the principal has the role. Owners are in no
// organisation, so the owner role of somebody in one counts for nothing.
func (p Principal) Has(role lifecycle.Role) bool {
	if role == lifecycle.RoleOwner && p.Org != "" {
		return false
	}
	return slices.Contains(p.Roles, role)
}

// Operator reports whether this is whoever runs the server, by the token in
// its data directory. It needs the scope and no organisation: a token of an
// organisation is never one, whatever its scopes say.
func (p Principal) Operator() bool {
	return p.Kind == KindMachine && p.hasScope(ScopeOperator)
}

// Actor is the principal as the lifecycle rules and the ledger see it. Gates
// and anonymous callers issue no commands: theirs has no kind.
func (p Principal) Actor() lifecycle.Actor {
	actor := lifecycle.Actor{
		Person:  p.Person,
		Org:     p.Org,
		OrgKind: p.OrgKind,
		Roles:   slices.Clone(p.Roles),
	}
	switch p.Kind {
	case KindPerson:
		actor.Kind = lifecycle.ActorPerson
	case KindMachine:
		actor.Kind = lifecycle.ActorMachine
		actor.Machine = p.Machine
		actor.Person = p.OnBehalfOf
	case KindDevice:
		actor.Kind = lifecycle.ActorUnit
	}
	return actor
}

// Key is a stable text for the principal: the same caller always has the same
// one, and two callers never share one. Idempotency rows and access logs use
// it. It holds opaque ids alone. Whom a machine acts for is not in it: a POS
// that repeats a request after a change of shift must not do it twice.
func (p Principal) Key() string {
	kind := p.Kind
	if kind == "" {
		kind = KindAnonymous
	}
	id := string(p.Person)
	if kind != KindPerson {
		id = p.Machine
	}
	return string(kind) + ":" + id + "@" + string(p.Org)
}

type principalKey struct{}

// With puts the principal into the context.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From is the principal of the context, Anonymous where there is none.
func From(ctx context.Context) Principal {
	if p, ok := ctx.Value(principalKey{}).(Principal); ok {
		return p
	}
	return Anonymous()
}
