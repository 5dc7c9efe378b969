// Package desktest is who stands at a desk in the tests of its packages, and
// what they scan with.
//
// Place in the flow: beside the world of storetest, in tests alone. It trusts
// its callers to be those.
package desktest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Password is everybody's.
const Password = "correct horse battery staple"

// Colleague is somebody else at the clerk's desk.
func Colleague(clerk lifecycle.Actor) lifecycle.Actor {
	clerk.Person = "psn_colleague"
	return clerk
}

// ClerkOf is a clerk where the actor works.
func ClerkOf(actor lifecycle.Actor) lifecycle.Actor {
	actor.Roles = []lifecycle.Role{lifecycle.RoleClerk}
	return actor
}

// Principal is the person signed in.
func Principal(actor lifecycle.Actor) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles,
		Name: "Mara Lind", OrgName: "Corner Shop",
	}
}

// POS is the clerk's shop's machine, acting for the clerk.
func POS(clerk lifecycle.Actor) access.Principal {
	return access.Principal{
		Kind: access.KindMachine, Machine: "tok_pos", Org: clerk.Org, OrgKind: clerk.OrgKind,
		Scopes: []access.Scope{access.ScopeReturns}, OnBehalfOf: clerk.Person,
	}
}

// Verify knows the clerk, the colleague and a stranger, who works elsewhere, by
// the local part of their address.
func Verify(clerk, stranger lifecycle.Actor) func(ctx context.Context, email, password string) (access.Principal, error) {
	people := map[string]lifecycle.Actor{"clerk": clerk, "colleague": Colleague(clerk), "stranger": stranger}
	return func(_ context.Context, email, password string) (access.Principal, error) {
		name, _, _ := strings.Cut(email, "@")
		actor, known := people[name]
		if !known || password != Password {
			return access.Principal{}, fmt.Errorf("sign-in: %w", lifecycle.ErrUnauthenticated)
		}
		return Principal(actor), nil
	}
}

// Read is the scanner's reader, without its site's own rules. The codes that
// storetest draws for labels have no check character, so they are announced.
func Read(_ context.Context, payload string) (code.Reading, error) {
	if label, ok := strings.CutPrefix(payload, "label "); ok {
		return code.Reading{Kind: code.KindLabel, Label: label}, nil
	}
	return code.Parse(payload, code.Rules{Hosts: []string{"qc.example"}}), nil
}

// Presence is the presence code of a return.
func Presence(id lifecycle.ReturnID) string {
	mac := hmac.New(sha256.New, []byte("presence"))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))
}
