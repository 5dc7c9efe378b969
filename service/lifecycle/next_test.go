package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestNextActionsOfStaff(t *testing.T) {
	t.Parallel()
	auditor := staff("psn_auda", orgWarehouse, lifecycle.OrgWarehouse, lifecycle.RoleAuditor)
	cases := map[string]struct {
		story func(*testing.T) *story
		actor lifecycle.Actor
		want  []lifecycle.NextAction
	}{
		"clerk, stock":      {story1(stocked), cleo(), []lifecycle.NextAction{lifecycle.NextSell, lifecycle.NextShip}},
		"technician, stock": {story1(stocked), rita(), []lifecycle.NextAction{lifecycle.NextShip, lifecycle.NextTakeBack}},
		"clerk, just sold":  {story1(sold), cleo(), []lifecycle.NextAction{lifecycle.NextTakeBack, lifecycle.NextSealed, lifecycle.NextVoid}},
		"other clerk, sold": {story1(sold), carl(), []lifecycle.NextAction{lifecycle.NextTakeBack, lifecycle.NextSealed}},
		"clerk, sold yesterday": {func(t *testing.T) *story { return sold(t).wait(lifecycle.VoidFor) }, cleo(),
			[]lifecycle.NextAction{lifecycle.NextTakeBack, lifecycle.NextSealed}},
		"clerk, sold and used": {func(t *testing.T) *story {
			y := sold(t)
			y.do(y.hears(lifecycle.ResetNone, ""))
			return y
		}, cleo(), []lifecycle.NextAction{lifecycle.NextTakeBack}},
		"clerk, bound":          {story1(bound), cleo(), []lifecycle.NextAction{lifecycle.NextTakeBack}},
		"clerk, returned":       {story1(returned), cleo(), []lifecycle.NextAction{lifecycle.NextFollow, lifecycle.NextShip, lifecycle.NextCancel}},
		"technician, returned":  {story1(benched), tess(), []lifecycle.NextAction{lifecycle.NextBench, lifecycle.NextFollow, lifecycle.NextShip, lifecycle.NextRetire}},
		"validator, reset":      {story1(resetDone), vala(), []lifecycle.NextAction{lifecycle.NextCertify, lifecycle.NextFollow, lifecycle.NextRetire}},
		"technician, certified": {story1(certified), tess(), []lifecycle.NextAction{lifecycle.NextShip, lifecycle.NextTakeBack}},
		"technician, retired":   {func(t *testing.T) *story { return retired(t) }, tess(), nil},
		"clerk, stale probes": {func(t *testing.T) *story { return certified(t).hand(tess(), cleo()).wait(lifecycle.ProbeFresh) }, cleo(),
			[]lifecycle.NextAction{lifecycle.NextShip}},
		"auditor":                    {story1(benched), auditor, []lifecycle.NextAction{lifecycle.NextFollow}},
		"other organisation's stock": {story1(stocked), carl(), nil},
		"on its way": {func(t *testing.T) *story {
			y := stocked(t)
			y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
			return y
		}, cleo(), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			if got := lifecycle.NextActions(y.s, c.actor, y.now); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func story1(way func(testing.TB, ...func(*lifecycle.Model)) *story) func(*testing.T) *story {
	return func(t *testing.T) *story { return way(t) }
}

// A hold takes every action away but the return, and watching.
func TestNextActionsUnderHold(t *testing.T) {
	t.Parallel()
	all := staff("psn_all", orgWarehouse, lifecycle.OrgWarehouse, lifecycle.RoleClerk, lifecycle.RoleTechnician, lifecycle.RoleValidator)
	allowed := []lifecycle.NextAction{lifecycle.NextTakeBack, lifecycle.NextFollow, lifecycle.NextBench}
	for _, state := range lifecycle.States() {
		y := in(t, state)
		y.s.Holds = []lifecycle.Hold{{ID: "hld", Kind: lifecycle.HoldDispute}}
		actor := all
		if y.s.Unit.Custody != "" {
			actor.Org = y.s.Unit.Custody
		}
		for _, action := range lifecycle.NextActions(y.s, actor, y.now) {
			if !slices.Contains(allowed, action) {
				t.Errorf("%q is offered in %q under a hold", action, state)
			}
		}
	}
}

func TestNextActionsOfOwners(t *testing.T) {
	t.Parallel()
	locked := func(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks }
	cases := map[string]struct {
		story func(*testing.T) *story
		actor lifecycle.Actor
		want  []lifecycle.NextAction
	}{
		"owner":       {story1(bound), ana(), []lifecycle.NextAction{lifecycle.NextRelease, lifecycle.NextOffer, lifecycle.NextStolen}},
		"somebody":    {story1(bound), ben(), nil},
		"nobody's":    {story1(sold), ben(), nil},
		"fenced":      {story1(returned), ana(), []lifecycle.NextAction{lifecycle.NextCancelOwn, lifecycle.NextContest}},
		"fenced long": {func(t *testing.T) *story { return returned(t).wait(lifecycle.ContestFor) }, ana(), []lifecycle.NextAction{lifecycle.NextCancelOwn}},
		"resold":      {story1(resold), ana(), []lifecycle.NextAction{lifecycle.NextContest}},
		"cancelled": {func(t *testing.T) *story {
			y := returned(t)
			y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
			return y
		}, ana(), []lifecycle.NextAction{lifecycle.NextBind, lifecycle.NextContest}},
		"claims": {func(t *testing.T) *story {
			y := bound(t, locked)
			y.do(y.hears(lifecycle.ResetHard, secret("stolen")))
			return y
		}, ana(), []lifecycle.NextAction{lifecycle.NextBind, lifecycle.NextContest}},
		"released": {func(t *testing.T) *story {
			y := bound(t)
			y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
			return y
		}, ana(), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			if got := lifecycle.NextActions(y.s, c.actor, y.now.Add(time.Minute)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
