package access_test

import (
	"errors"
	"slices"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func person(kind lifecycle.OrgKind, roles ...lifecycle.Role) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: "psn_a", Org: "org_a", OrgKind: kind, Roles: roles}
}

func ownerOf() access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: "psn_o", Roles: []lifecycle.Role{lifecycle.RoleOwner}}
}

func machine(scopes ...access.Scope) access.Principal {
	return access.Principal{
		Kind: access.KindMachine, Machine: "tok_m", Org: "org_a", OrgKind: lifecycle.OrgRetailer,
		Scopes: scopes, OnBehalfOf: "psn_a",
	}
}

// TestTable spells out, role by role, what the table must let each do, for the
// actions that the walk of a unit takes. Rows that rooms add are their tests'.
func TestTable(t *testing.T) {
	t.Parallel()
	public := []access.Action{"asset.read", "certificate.check", "device.challenge", "device.report",
		"health.read", "home.read", "log.read", "session.start", "setup.use"}
	anyone := append([]access.Action{"account.read", "session.end"}, public...)
	tests := []struct {
		name string
		who  access.Principal
		may  []access.Action
		base []access.Action
	}{
		{"anonymous", access.Anonymous(), nil, public},
		{"zero principal", access.Principal{}, nil, public},
		{"device", access.Principal{Kind: access.KindDevice, Machine: "unt_1"}, nil, public},
		{"gate", access.Principal{Kind: access.KindGate, Machine: "gate_1"}, nil, public},
		{"person without a role", person(lifecycle.OrgRetailer), nil, anyone},
		{"support agent", person(lifecycle.OrgRetailer, lifecycle.RoleSupportAgent), nil, anyone},
		{"clerk", person(lifecycle.OrgRetailer, lifecycle.RoleClerk), []access.Action{
			"unit.read", "unit.history", "unit.scan", "return.open", "return.read", "return.cancel", "return.seal", "order.read",
			"shipment.send", "shipment.receive", "certificate.read", "sale.check", "sale.record", "sale.void"}, anyone},
		{"technician", person(lifecycle.OrgWarehouse, lifecycle.RoleTechnician), []access.Action{
			"unit.read", "unit.history", "unit.scan", "unit.retire", "return.open", "return.read", "order.read", "task.attest",
			"shipment.send", "shipment.receive", "certificate.read"}, anyone},
		{"validator", person(lifecycle.OrgWarehouse, lifecycle.RoleValidator), []access.Action{
			"unit.read", "unit.history", "unit.scan", "unit.reopen", "unit.retire", "return.read", "order.read",
			"certificate.issue", "certificate.read"}, anyone},
		{"security officer", person(lifecycle.OrgRetailer, lifecycle.RoleSecurityOfficer), []access.Action{
			"unit.read", "unit.history", "unit.reopen", "unit.retire", "return.read", "order.read", "certificate.read",
			"hold.place", "hold.lift", "waiver.sign", "flag.read", "flag.work", "sweep.run", "metrics.read"}, anyone},
		{"auditor", person(lifecycle.OrgRetailer, lifecycle.RoleAuditor), []access.Action{
			"unit.read", "unit.history", "return.read", "order.read", "certificate.read", "flag.read", "metrics.read"}, anyone},
		{"admin of a retailer", person(lifecycle.OrgRetailer, lifecycle.RoleAdmin), []access.Action{
			"unit.read", "unit.history", "certificate.read", "org.manage", "person.manage", "token.manage", "metrics.read"}, anyone},
		{"admin of a vendor", person(lifecycle.OrgVendor, lifecycle.RoleAdmin), []access.Action{
			"unit.read", "unit.history", "certificate.read", "org.manage", "person.manage", "token.manage", "metrics.read",
			"unit.register", "model.manage", "accreditation.manage"}, anyone},
		{"owner", ownerOf(), []access.Action{
			"owner.read", "owner.past", "binding.create", "binding.end", "release.create", "transfer.offer", "transfer.answer",
			"return.cancel-own", "contest.open", "stolen.mark"}, anyone},
		{"owner role inside an organisation", person(lifecycle.OrgRetailer, lifecycle.RoleOwner), nil, anyone},
		{"machine with every scope, at a retailer", machine(access.Scopes()...), []access.Action{
			"unit.read", "unit.history", "unit.scan", "return.open", "return.read", "order.read", "shipment.send", "shipment.receive",
			"certificate.read", "sale.check", "sale.record", "sale.void", "metrics.read"}, public},
		{"machine with one scope", machine(access.ScopeScans), []access.Action{"unit.scan"}, public},
		{"machine without a scope", machine(), nil, public},
	}
	walk := map[access.Action]bool{}
	for _, tt := range tests {
		for _, action := range slices.Concat(tt.may, tt.base) {
			walk[action] = true
		}
	}
	if len(walk) < 50 {
		t.Fatalf("only %d actions are spelt out", len(walk))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for action := range walk {
				want := slices.Contains(tt.may, action) || slices.Contains(tt.base, action)
				if got := access.Allowed(tt.who, action); got != want {
					t.Errorf("Allowed(%s, %s) = %t, want %t", tt.name, action, got, want)
				}
			}
		})
	}
}

func TestCheckKinds(t *testing.T) {
	t.Parallel()
	unattended := machine(access.ScopeSales)
	unattended.OnBehalfOf = ""
	tests := []struct {
		name   string
		who    access.Principal
		action access.Action
		want   error
	}{
		{"allowed", person(lifecycle.OrgRetailer, lifecycle.RoleClerk), access.SaleCheck, nil},
		{"nobody", access.Anonymous(), access.SaleCheck, lifecycle.ErrUnauthenticated},
		{"wrong role", person(lifecycle.OrgRetailer, lifecycle.RoleAuditor), access.SaleCheck, lifecycle.ErrForbidden},
		{"machine for nobody", unattended, access.SaleCheck, lifecycle.ErrInvalid},
		{"machine for nobody, not even in scope", unattended, access.ReturnOpen, lifecycle.ErrForbidden},
		{"no such action", person(lifecycle.OrgVendor, lifecycle.Roles()...), "unit.explode", lifecycle.ErrForbidden},
		{"no such action, nobody", access.Anonymous(), "unit.explode", lifecycle.ErrForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := access.Check(tt.who, tt.action); !errors.Is(err, tt.want) {
				t.Errorf("Check = %v, want %v", err, tt.want)
			}
		})
	}
}

// TestMachinesNeverCertify: no scope leads to what takes hands, eyes or a
// second person.
func TestMachinesNeverCertify(t *testing.T) {
	t.Parallel()
	for _, action := range []access.Action{
		access.CertificateIssue, access.TaskAttest, access.WaiverSign, access.UnitRetire, access.UnitReopen,
		access.HoldLift, access.HoldPlace, access.ReturnSeal, access.ReturnCancel,
	} {
		rule, ok := access.RuleOf(action)
		if !ok || len(rule.Scopes) > 0 || rule.Public || rule.SignedIn {
			t.Errorf("%s is open to machines: %+v", action, rule)
		}
	}
}

// TestEveryRowAdmitsSomebody finds rows that were begun and not finished, and
// rows that say two things at once.
func TestEveryRowAdmitsSomebody(t *testing.T) {
	t.Parallel()
	for _, action := range access.Actions() {
		rule, _ := access.RuleOf(action)
		narrow := len(rule.Kinds)+len(rule.Roles)+len(rule.Scopes) > 0
		if rule.Public && (rule.SignedIn || narrow) || rule.SignedIn && narrow {
			t.Errorf("%s is open and narrow at once: %+v", action, rule)
		}
		if !rule.Public && !rule.SignedIn && !narrow {
			t.Errorf("%s admits nobody", action)
		}
	}
}
