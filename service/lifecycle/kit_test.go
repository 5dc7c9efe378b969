package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// box is a hub and three cameras on the shelf of one shop.
func box() lifecycle.Kit {
	kit := lifecycle.Kit{ID: "kit_1", Vendor: "org_shop"}
	for _, serial := range []string{"HUB", "CAM1", "CAM2", "CAM3"} {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{
			Unit: lifecycle.UnitID("unt_" + serial), Key: lifecycle.UnitKey{Brand: "acme", Serial: serial},
			State: lifecycle.StateStock, Custody: "org_shop",
		})
	}
	return kit
}

func codesIn(reasons []lifecycle.Reason) string {
	var codes []string
	for _, reason := range reasons {
		codes = append(codes, reason.Code+" "+reason.Args["serial"])
	}
	return strings.Join(codes, ", ")
}

func TestCheckKit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*lifecycle.Kit)
		want   string
	}{
		{"whole", func(*lifecycle.Kit) {}, ""},
		{"one unit", func(k *lifecycle.Kit) { k.Parts = k.Parts[:1] }, "kit.too-few "},
		{"none", func(k *lifecycle.Kit) { k.Parts = nil }, "kit.too-few "},
		{"twice", func(k *lifecycle.Kit) { k.Parts[3] = k.Parts[1] }, "kit.twice CAM1"},
		{"sold", func(k *lifecycle.Kit) { k.Parts[2].State, k.Parts[2].Custody = lifecycle.StateSold, "" }, "kit.not-stock CAM2"},
		{"elsewhere", func(k *lifecycle.Kit) { k.Parts[3].Custody = "org_other" }, "kit.not-stock CAM3"},
		{"a crate", func(k *lifecycle.Kit) { k.Parts = slices.Repeat(k.Parts[:1], lifecycle.MaxKit+1) }, "kit.too-many"},
	}
	for _, tt := range tests {
		kit := box()
		tt.change(&kit)
		var invalid *lifecycle.Invalid
		got := ""
		if err := lifecycle.CheckKit(kit); errors.As(err, &invalid) {
			got = codesIn(invalid.Reasons)
		}
		if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestSellAKit: the hub sells the kit, and nothing of it is sold while it is
// incomplete.
func TestSellAKit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		unit   int // which of the kit is sold
		change func(*lifecycle.Kit)
		want   string
	}{
		{"the hub of a whole kit", 0, func(*lifecycle.Kit) {}, ""},
		{"certified parts are as good", 0, func(k *lifecycle.Kit) { k.Parts[1].State = lifecycle.StateCertified }, ""},
		{"a part is missing", 0, func(k *lifecycle.Kit) {
			k.Parts[2].State, k.Parts[2].Custody, k.Parts[2].MissingAt = lifecycle.StateBound, "", at
		}, "sell.kit-missing CAM2"},
		{"a missing part that came back, and is not certified yet", 0, func(k *lifecycle.Kit) {
			k.Parts[2].State, k.Parts[2].MissingAt, k.Parts[2].ReturnedAt = lifecycle.StateReturned, at, at.Add(time.Hour)
		}, "sell.kit-not-certified CAM2"},
		{"two reasons at once", 0, func(k *lifecycle.Kit) {
			k.Parts[1].State, k.Parts[3].Custody = lifecycle.StateReset, "org_warehouse"
		}, "sell.kit-not-certified CAM1, sell.kit-elsewhere CAM3"},
		{"a part alone, its hub beside it", 1, func(*lifecycle.Kit) {}, "sell.part-of-kit HUB"},
		{"a part after its hub was sold", 1, func(k *lifecycle.Kit) { k.Parts[0].State, k.Parts[0].Custody = lifecycle.StateSold, "" }, ""},
		{"a part whose hub is scrap", 1, func(k *lifecycle.Kit) { k.Parts[0].State = lifecycle.StateRetired }, ""},
	}
	for _, tt := range tests {
		kit := box()
		tt.change(&kit)
		part := kit.Parts[tt.unit]
		s := lifecycle.Snapshot{
			Unit: lifecycle.Unit{ID: part.Unit, Key: part.Key, State: lifecycle.StateStock, Epoch: 1, EpochAt: at, Custody: "org_shop"},
			Kit:  &kit,
		}
		clerk := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_c", Org: "org_shop", OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
		_, err := lifecycle.Sell{Command: lifecycle.Command{Actor: clerk, At: at.Add(2 * time.Hour)}, ID: "sal_1"}.Decide(s)
		var refusal *lifecycle.Refusal
		got := ""
		if errors.As(err, &refusal) {
			got = codesIn(refusal.Reasons)
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestKitCut(t *testing.T) {
	t.Parallel()
	order := func(change func(*lifecycle.Order)) lifecycle.Snapshot {
		o := lifecycle.Order{Kind: lifecycle.OrderReset, State: lifecycle.OrderOpen, Epoch: 3, Tasks: []lifecycle.Task{
			{ID: "unit.factory-reset", Verb: lifecycle.VerbFactoryReset, State: lifecycle.TaskProven},
			{ID: "acme.unbind", Cloud: "acme", Verb: lifecycle.VerbUnbind, State: lifecycle.TaskProven},
			{ID: "acme.cut", Cloud: "acme", Verb: lifecycle.VerbCut, State: lifecycle.TaskProven},
			{ID: "acme.notify", Cloud: "acme", Verb: lifecycle.VerbNotify, State: lifecycle.TaskOpen},
		}}
		change(&o)
		return lifecycle.Snapshot{Unit: lifecycle.Unit{Epoch: 3}, Order: &o}
	}
	tests := []struct {
		name string
		hub  lifecycle.Snapshot
		want bool
	}{
		{"all that cuts is proven", order(func(*lifecycle.Order) {}), true},
		{"a cloud only said yes", order(func(o *lifecycle.Order) { o.Tasks[2].State = lifecycle.TaskAsked }), false},
		{"two people gave it up", order(func(o *lifecycle.Order) { o.Tasks[1].State = lifecycle.TaskWaived }), false},
		{"not reset yet", order(func(o *lifecycle.Order) { o.Tasks[0].State = lifecycle.TaskOpen }), false},
		{"an order of before", order(func(o *lifecycle.Order) { o.Epoch = 2 }), false},
		{"no order", lifecycle.Snapshot{}, false},
	}
	for _, tt := range tests {
		if got := lifecycle.KitCut(tt.hub); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestKitParts(t *testing.T) {
	t.Parallel()
	kit := box()
	kit.Parts[3].MissingAt = time.Unix(5, 0)
	if got := kit.MissingParts(); len(got) != 1 || got[0].Key.Serial != "CAM3" {
		t.Errorf("missing: %+v", got)
	}
	kit.Parts[3].ReturnedAt = time.Unix(6, 0)
	if got := kit.MissingParts(); len(got) != 0 {
		t.Errorf("missing after it turned up: %+v", got)
	}
	if hub := (lifecycle.Kit{}).Hub(); hub.Unit != "" {
		t.Errorf("hub of an empty kit: %+v", hub)
	}
	if _, ok := kit.Part("unt_other"); ok {
		t.Error("a unit of no kit is a part")
	}
}
