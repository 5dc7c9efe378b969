package lifecycle_test

import (
	"testing"

	"quitclaim/service/lifecycle"
)

func TestContactView(t *testing.T) {
	t.Parallel()
	unit := lifecycle.Unit{ID: "unt_1", Vendor: "org_vendor", Custody: "org_store"}
	sold, unconfirmed, atVendor := unit, unit, unit
	sold.Custody, unconfirmed.Unconfirmed, atVendor.Custody = "", true, "org_vendor"
	tests := []struct {
		name    string
		contact lifecycle.Contact
		org     lifecycle.OrgID
		want    lifecycle.View
	}{
		{"custodian", lifecycle.Contact{Unit: unit, Had: true}, "org_store", lifecycle.ViewCustodian},
		{"on its way there", lifecycle.Contact{Unit: unit, Arriving: true, Had: true}, "org_next", lifecycle.ViewCustodian},
		{"vendor", lifecycle.Contact{Unit: unit, Had: true}, "org_vendor", lifecycle.ViewVendor},
		{"vendor that has it", lifecycle.Contact{Unit: atVendor}, "org_vendor", lifecycle.ViewCustodian},
		{"vendor, unconfirmed", lifecycle.Contact{Unit: unconfirmed}, "org_vendor", lifecycle.ViewVendor},
		{"former custodian", lifecycle.Contact{Unit: unit, Had: true}, "org_shop", lifecycle.ViewFormer},
		{"former custodian of a sold one", lifecycle.Contact{Unit: sold, Had: true}, "org_store", lifecycle.ViewFormer},
		{"stranger", lifecycle.Contact{Unit: unit}, "org_next", lifecycle.ViewNone},
		{"owner", lifecycle.Contact{Unit: unit}, "", lifecycle.ViewNone},
		{"owner, while a customer has it", lifecycle.Contact{Unit: sold}, "", lifecycle.ViewNone},
		{"not on record", lifecycle.Contact{}, "org_store", lifecycle.ViewNone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.contact.View(tt.org); got != tt.want {
				t.Errorf("View = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestViewShows(t *testing.T) {
	t.Parallel()
	by := func(kind lifecycle.ActorKind, org lifecycle.OrgID, event lifecycle.Event) lifecycle.Change {
		return lifecycle.Change{Event: event, Actor: lifecycle.Actor{Kind: kind, Org: org}}
	}
	ours := by(lifecycle.ActorPerson, "org_a", lifecycle.EventReceive)
	theirs := by(lifecycle.ActorMachine, "org_b", lifecycle.EventSell)
	owners := by(lifecycle.ActorPerson, "", lifecycle.EventBind)
	confirmed := by(lifecycle.ActorUnit, "", lifecycle.EventBindConfirmed)
	reset := by(lifecycle.ActorUnit, "", lifecycle.EventHardResetSeen)
	ranOut := by(lifecycle.ActorService, "", lifecycle.EventExpire)
	want := map[lifecycle.View][]bool{
		//                         ours  theirs owners confirmed reset ranOut
		lifecycle.ViewCustodian: {true, true, true, true, true, true},
		lifecycle.ViewVendor:    {true, true, false, false, true, false},
		lifecycle.ViewFormer:    {true, false, false, false, false, false},
		lifecycle.ViewNone:      {false, false, false, false, false, false},
	}
	for view, row := range want {
		for i, change := range []lifecycle.Change{ours, theirs, owners, confirmed, reset, ranOut} {
			if got := view.Shows(change, "org_a"); got != row[i] {
				t.Errorf("%q shows %s by %q: %t, want %t", view, change.Event, change.Actor.Org, got, row[i])
			}
		}
	}
}
