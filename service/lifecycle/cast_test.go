package lifecycle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// day is when every scenario begins.
func day() time.Time { return time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC) }

const (
	orgVendor    lifecycle.OrgID = "org_vendor"
	orgShop      lifecycle.OrgID = "org_shop"
	orgOtherShop lifecycle.OrgID = "org_other_shop"
	orgWarehouse lifecycle.OrgID = "org_warehouse"
)

func staff(name lifecycle.PersonID, org lifecycle.OrgID, kind lifecycle.OrgKind, roles ...lifecycle.Role) lifecycle.Actor {
	return lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: name, Org: org, OrgKind: kind, Roles: roles}
}

func owner(name lifecycle.PersonID) lifecycle.Actor {
	return lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: name, Roles: []lifecycle.Role{lifecycle.RoleOwner}}
}

// The cast of the scenarios.
func vera() lifecycle.Actor {
	return staff("psn_vera", orgVendor, lifecycle.OrgVendor, lifecycle.RoleAdmin)
}
func vito() lifecycle.Actor {
	return staff("psn_vito", orgVendor, lifecycle.OrgVendor, lifecycle.RoleSecurityOfficer)
}
func cleo() lifecycle.Actor {
	return staff("psn_cleo", orgShop, lifecycle.OrgRetailer, lifecycle.RoleClerk)
}
func carl() lifecycle.Actor {
	return staff("psn_carl", orgOtherShop, lifecycle.OrgRetailer, lifecycle.RoleClerk)
}
func cora() lifecycle.Actor {
	return staff("psn_cora", orgShop, lifecycle.OrgRetailer, lifecycle.RoleSecurityOfficer)
}
func cody() lifecycle.Actor {
	return staff("psn_cody", orgOtherShop, lifecycle.OrgRetailer, lifecycle.RoleSecurityOfficer)
}
func rita() lifecycle.Actor {
	return staff("psn_rita", orgShop, lifecycle.OrgRetailer, lifecycle.RoleTechnician)
}
func tess() lifecycle.Actor {
	return staff("psn_tess", orgWarehouse, lifecycle.OrgWarehouse, lifecycle.RoleTechnician)
}
func tim() lifecycle.Actor {
	return staff("psn_tim", orgWarehouse, lifecycle.OrgWarehouse, lifecycle.RoleTechnician)
}
func vala() lifecycle.Actor {
	return staff("psn_vala", orgWarehouse, lifecycle.OrgWarehouse, lifecycle.RoleValidator)
}
func till() lifecycle.Actor {
	return lifecycle.Actor{Kind: lifecycle.ActorMachine, Machine: "tok_till", Person: "psn_cleo", Org: orgShop,
		OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
}
func ana() lifecycle.Actor    { return owner("psn_ana") }
func ben() lifecycle.Actor    { return owner("psn_ben") }
func tom() lifecycle.Actor    { return owner("psn_tom") } // knows what he should not
func worker() lifecycle.Actor { return lifecycle.Actor{Kind: lifecycle.ActorService} }
func camera() lifecycle.Actor { return lifecycle.Actor{Kind: lifecycle.ActorUnit} }

func doorcam() lifecycle.Model {
	return lifecycle.Model{
		ID: "mdl_doorcam", Vendor: orgVendor, Brand: "acme", Name: "Door camera", GTIN: "04012345678901",
		ResetPolicy: lifecycle.ResetReleases, MinFirmware: "2.1", RequiredGrade: lifecycle.GradeAttested,
		RemovableMedia: true, Clouds: []string{"builtin", "acme"},
		Checklist: []lifecycle.Check{{ID: "lens", Text: "Clean the lens"}},
	}
}

func key() lifecycle.UnitKey { return lifecycle.UnitKey{Brand: "acme", Serial: "DC-0001"} }

// story is one unit's history, told by the real commands: so every snapshot in
// it is one that can be.
type story struct {
	t       testing.TB
	now     time.Time
	s       lifecycle.Snapshot
	changes []lifecycle.Change
	ids     int
}

func begin(t testing.TB, change ...func(*lifecycle.Model)) *story {
	t.Helper()
	model := doorcam()
	for _, c := range change {
		c(&model)
	}
	return &story{t: t, now: day(), s: blank(model)}
}

// blank is the snapshot of a unit that is not on record.
func blank(model lifecycle.Model) lifecycle.Snapshot {
	return lifecycle.Snapshot{Model: model, Accreditations: []lifecycle.Accreditation{
		{Org: orgWarehouse, Model: model.ID, SelfCustody: true},
		{Org: orgShop, Model: model.ID},
	}}
}

// id makes a new opaque id.
func (y *story) id(prefix string) string {
	y.ids++
	return fmt.Sprintf("%s_%d", prefix, y.ids)
}

func (y *story) order() lifecycle.OrderID { return lifecycle.OrderID(y.id("ord")) }

// by is a command of the actor, one minute after the last.
func (y *story) by(actor lifecycle.Actor) lifecycle.Command {
	y.wait(time.Minute)
	return lifecycle.Command{Actor: actor, At: y.now}
}

func (y *story) wait(d time.Duration) *story {
	y.now = y.now.Add(d)
	return y
}

type decider interface {
	Decide(lifecycle.Snapshot) (lifecycle.Change, error)
}

// do must succeed, and moves the story on.
func (y *story) do(c decider) lifecycle.Change {
	y.t.Helper()
	change, err := c.Decide(y.s)
	if err != nil {
		y.t.Fatalf("%T: %v", c, err)
	}
	y.changes = append(y.changes, change)
	y.s = y.s.Apply(change)
	return change
}

// refused must be refused, and gives the codes in order.
func (y *story) refused(c decider) []string {
	y.t.Helper()
	_, err := c.Decide(y.s)
	return codesOf(y.t, err)
}

func codesOf(t testing.TB, err error) []string {
	t.Helper()
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("refusal %v does not match ErrRefused", err)
	}
	return codes(refusal.Reasons)
}

func codes(reasons []lifecycle.Reason) []string {
	list := []string{}
	for _, reason := range reasons {
		list = append(list, reason.Code)
	}
	return list
}

// fails must fail with the kind, and not with a refusal's reasons.
func (y *story) fails(c decider, kind error) {
	y.t.Helper()
	_, err := c.Decide(y.s)
	if !errors.Is(err, kind) {
		y.t.Errorf("%T: got %v, want %v", c, err, kind)
	}
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		y.t.Errorf("%T: the error says why: %v", c, err)
	}
}

// state fails the test unless the unit is in the state.
func (y *story) state(want lifecycle.State) {
	y.t.Helper()
	if y.s.Unit.State != want {
		y.t.Fatalf("state %q, want %q", y.s.Unit.State, want)
	}
}

// clone is a deep copy by way of JSON, which Change and Snapshot survive.
func clone[T any](t testing.TB, v T) T {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var copied T
	if err := json.Unmarshal(text, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}
