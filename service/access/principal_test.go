package access_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestActor(t *testing.T) {
	t.Parallel()
	clerk := []lifecycle.Role{lifecycle.RoleClerk}
	tests := []struct {
		name string
		who  access.Principal
		want lifecycle.Actor
	}{
		{
			"person",
			access.Principal{Kind: access.KindPerson, Person: "psn_a", Org: "org_a", OrgKind: lifecycle.OrgRetailer, Roles: clerk},
			lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_a", Org: "org_a", OrgKind: lifecycle.OrgRetailer, Roles: clerk},
		},
		{
			"machine acts for a person and is none",
			access.Principal{Kind: access.KindMachine, Machine: "tok_m", OnBehalfOf: "psn_a", Org: "org_a", OrgKind: lifecycle.OrgRetailer},
			lifecycle.Actor{Kind: lifecycle.ActorMachine, Machine: "tok_m", Person: "psn_a", Org: "org_a", OrgKind: lifecycle.OrgRetailer},
		},
		{"device", access.Principal{Kind: access.KindDevice, Machine: "unt_1"}, lifecycle.Actor{Kind: lifecycle.ActorUnit}},
		{"gate issues no commands", access.Principal{Kind: access.KindGate, Machine: "gate"}, lifecycle.Actor{}},
		{"anonymous issues no commands", access.Anonymous(), lifecycle.Actor{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.who.Actor()); diff != "" {
				t.Errorf("Actor (-want +got):\n%s", diff)
			}
		})
	}
	if machine := tests[1].who.Actor(); machine.IsPerson() {
		t.Error("a machine passes for a person")
	}
}

func TestKeyTellsCallersApart(t *testing.T) {
	t.Parallel()
	callers := []access.Principal{
		access.Anonymous(),
		{Kind: access.KindPerson, Person: "psn_a"},
		{Kind: access.KindPerson, Person: "psn_a", Org: "org_a"},
		{Kind: access.KindPerson, Person: "psn_b", Org: "org_a"},
		{Kind: access.KindMachine, Machine: "psn_a", Org: "org_a"},
		{Kind: access.KindDevice, Machine: "psn_a"},
		{Kind: access.KindGate, Machine: "psn_a"},
	}
	seen := map[string]int{}
	for i, caller := range callers {
		if first, twice := seen[caller.Key()]; twice {
			t.Errorf("callers %d and %d share the key %q", first, i, caller.Key())
		}
		seen[caller.Key()] = i
	}
}

func TestKeyIsStableAndImpersonal(t *testing.T) {
	t.Parallel()
	pos := access.Principal{Kind: access.KindMachine, Machine: "tok_m", Org: "org_a", OnBehalfOf: "psn_a", Name: "Mara", OrgName: "Elm"}
	next := pos
	next.OnBehalfOf = "psn_b"
	if pos.Key() != next.Key() {
		t.Errorf("the key changed with the shift: %q, %q", pos.Key(), next.Key())
	}
	if strings.Contains(pos.Key(), "Mara") || strings.Contains(pos.Key(), "Elm") {
		t.Errorf("the key %q holds a name", pos.Key())
	}
	if (access.Principal{}).Key() != access.Anonymous().Key() {
		t.Error("the zero principal is somebody else than nobody")
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	if got := access.From(context.Background()); got.SignedIn() || got.Kind != access.KindAnonymous {
		t.Errorf("From(empty) = %+v, want anonymous", got)
	}
	want := access.Principal{Kind: access.KindPerson, Person: "psn_a"}
	if diff := cmp.Diff(want, access.From(access.With(context.Background(), want))); diff != "" {
		t.Errorf("From(With) (-want +got):\n%s", diff)
	}
	if _, ok := access.IdempotencyFrom(context.Background()); ok {
		t.Error("an empty context has an idempotency key")
	}
	attempt := access.Idempotency{Principal: "p", Route: "POST /x", Key: "k", BodyDigest: "d"}
	if got, ok := access.IdempotencyFrom(access.WithIdempotency(context.Background(), attempt)); !ok || got != attempt {
		t.Errorf("IdempotencyFrom = %+v %t, want %+v", got, ok, attempt)
	}
}
