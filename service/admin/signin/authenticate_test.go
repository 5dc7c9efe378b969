package signin_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
)

// TestMachines: a machine acts within its scopes, for a person of its own
// organisation, and in no role that takes a person of its own.
func TestMachines(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop, rival := k.org(t, lifecycle.OrgRetailer, "Corner Shop"), k.org(t, lifecycle.OrgRetailer, "Rival")
	mara := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk, lifecycle.RoleValidator, lifecycle.RoleSecurityOfficer,
		lifecycle.RoleAdmin, lifecycle.RoleTechnician)
	theirs := k.person(t, rival, "eve@rival.example", lifecycle.RoleClerk)
	ended := k.person(t, shop, "ended@shop.example", lifecycle.RoleClerk)
	owner := k.person(t, access.Organisation{}, "owner@home.example", lifecycle.RoleOwner)
	k.disable(t, ended.ID)
	hash := access.TokenHash(k.token(t, access.Credential{
		Kind: access.KindMachine, Org: shop.ID, Name: "till", Scopes: []string{"sales", "returns", "operator", "everything"},
	}))

	got, err := k.entrance.PrincipalOfToken(t.Context(), hash, mara.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := access.Principal{
		Kind: access.KindMachine, Machine: got.Machine, Org: shop.ID, OrgKind: lifecycle.OrgRetailer, OnBehalfOf: mara.ID,
		Roles: []lifecycle.Role{lifecycle.RoleClerk, lifecycle.RoleTechnician}, Scopes: []access.Scope{access.ScopeSales, access.ScopeReturns},
		Name: "till", OrgName: "Corner Shop",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("machine (-want +got):\n%s", diff)
	}
	if got.Actor().IsPerson() || slices.Contains(got.Actor().Roles, lifecycle.RoleValidator) {
		t.Errorf("the machine acts as a person: %+v", got.Actor())
	}
	for action, may := range map[access.Action]bool{
		access.SaleRecord: true, access.ReturnOpen: true, access.UnitRegister: false, access.CertificateIssue: false,
		access.TaskAttest: false, access.HoldLift: false, access.PersonManage: false, access.SweepRun: false, access.AccountChange: false,
	} {
		if access.Allowed(got, action) != may {
			t.Errorf("machine may %s: %t", action, !may)
		}
	}

	var unknown error
	for name, person := range map[string]lifecycle.PersonID{
		"unknown": "psn_nobody", "of another organisation": theirs.ID, "disabled": ended.ID, "an owner": owner.ID,
	} {
		_, err := k.entrance.PrincipalOfToken(t.Context(), hash, person)
		if !errors.Is(err, lifecycle.ErrForbidden) {
			t.Errorf("on behalf of somebody %s: %v", name, err)
			continue
		}
		if unknown == nil {
			unknown = err
		}
		if err.Error() != unknown.Error() {
			t.Errorf("somebody %s is told apart: %v", name, err)
		}
	}
	alone, err := k.entrance.PrincipalOfToken(t.Context(), hash, "")
	if err != nil || access.Check(alone, access.SaleRecord) == nil {
		t.Errorf("for nobody: %v, and it may sell", err)
	}
	if got := k.bearer("GET", "/v1/account", k.token(t, access.Credential{Kind: access.KindMachine, Org: shop.ID, Name: "x"}), string(mara.ID), ""); got.Status != 403 {
		t.Errorf("a machine at a person's account: %d", got.Status)
	}
}

func TestTokensThatStandForNobody(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk)
	ended := k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "ended"})
	c, err := k.CredentialByHash(t.Context(), access.TokenHash(ended))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.EndCredential(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	device := k.token(t, access.Credential{Kind: access.KindDevice, Org: shop.ID, Name: "camera"})
	for name, text := range map[string]string{"never made": "qc_never", "ended": ended, "of a unit": device, "empty": "", "the hash itself": access.TokenHash(operator)} {
		if p, err := k.entrance.PrincipalOfToken(t.Context(), access.TokenHash(text), ""); !errors.Is(err, lifecycle.ErrUnauthenticated) || p.SignedIn() {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if p, err := k.entrance.PrincipalOfPerson(t.Context(), "psn_never", 1); !errors.Is(err, lifecycle.ErrUnauthenticated) {
		t.Errorf("a person who never was: %+v, %v", p, err)
	}
	gate := k.token(t, access.Credential{Kind: access.KindGate, Org: shop.ID, Name: "gate"})
	if p, err := k.entrance.PrincipalOfToken(t.Context(), access.TokenHash(gate), mara.ID); err != nil || p.Kind != access.KindGate || p.OnBehalfOf != "" {
		t.Errorf("a gate: %+v, %v", p, err)
	}
}

func TestOperator(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p, err := k.entrance.PrincipalOfToken(t.Context(), access.TokenHash(operator), "psn_anybody")
	if err != nil || !p.Operator() || p.Machine != signin.OperatorID || p.Org != "" || p.OnBehalfOf != "" {
		t.Fatalf("operator: %+v, %v", p, err)
	}
	none := signin.New(signin.Config{Store: k.recorder, Passwords: k.cheap, Now: k.Clock.Now, NewID: newID})
	for _, hash := range []string{"", access.TokenHash(operator), access.TokenHash("")} {
		if p, err := none.PrincipalOfToken(t.Context(), hash, ""); err == nil {
			t.Errorf("without an operator %q is %+v", hash, p)
		}
	}
}
