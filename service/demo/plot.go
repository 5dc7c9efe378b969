package demo

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
)

// Units is how many units the world has.
const Units = 200

// plot is the past of some units.
type plot struct {
	name string
	past func(ctx context.Context, t *tale)
}

func (p plot) tell(ctx context.Context, t *tale) error {
	p.past(ctx, t)
	return t.err
}

// answering is the name of the plots whose cameras run with the demo.
const answering = "its camera answers"

func answers(p plot) bool { return p.name == answering }

// plan says which past each unit has: the special ones first, so that they
// are easy to find, then at least five in every state.
func plan() []plot {
	plots := []plot{
		{"sold, and an old link stayed", soldButBound},
		{answering, bound(30)},
		{"changed hands without a return", resoldWithoutReturn}, // of a model that a hard reset releases
		{answering, bound(45)},
		{answering, returned(1)},
		{"stolen", stolen},
		{"kept for the law", legal},
	}
	for _, part := range []struct {
		name  string
		count int
		past  func(n int) func(context.Context, *tale)
	}{
		{"returned", 6, func(n int) func(context.Context, *tale) { return returned(1 + n%5) }},
		{"returned, at the bench", 5, func(n int) func(context.Context, *tale) { return arrived(3 + n%3) }},
		{"reset", 9, func(n int) func(context.Context, *tale) { return resettledPlot(4 + n%3) }},
		{"certified", 24, func(n int) func(context.Context, *tale) { return certifiedPlot(8 + n%12) }},
		{"retired", 6, func(n int) func(context.Context, *tale) { return retired(20 + n) }},
		{"sold", 20, func(n int) func(context.Context, *tale) { return sold(1 + n) }},
		{"bound again", 12, func(n int) func(context.Context, *tale) { return boundAgain(30 + n) }},
		{"bound", 56, func(n int) func(context.Context, *tale) { return bound(3 + 2*n) }},
	} {
		for n := range part.count {
			plots = append(plots, plot{part.name, part.past(n)})
		}
	}
	plots = append(plots, plot{"released, with a receipt", letGo(2)}, plot{"shared", sharedHome}, plot{"contested", contested})
	for len(plots) < Units {
		plots = append(plots, plot{"stock", func(ctx context.Context, t *tale) { t.delivered(ctx, 10+t.number%80) }})
	}
	return plots
}

func sold(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.delivered(ctx, days+30)
		t.sell(ctx, t.ago(days))
	}
}

func bound(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.delivered(ctx, days+30)
		t.sell(ctx, t.ago(days+1))
		t.bind(ctx, t.everybody.owners[t.number%len(t.everybody.owners)], t.ago(days))
	}
}

// letGo is a unit whose owner released it: they have the receipt, and the unit
// on a shelf at home.
func letGo(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		bound(days+40)(ctx, t)
		t.release(ctx, t.ago(days))
		t.forget(ctx, t.ago(days))
	}
}

func returned(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.used(ctx, days)
		t.takeBack(ctx, t.ago(days))
	}
}

// arrived is a returned unit that lies at the bench and has not been reset.
func arrived(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		returned(days)(ctx, t)
		t.move(ctx, t.retailer, t.everybody.warehouse.ID, t.ago(days-1))
	}
}

func resettledPlot(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.resettled(ctx, days)
		if t.number%2 == 0 {
			t.attested(ctx, t.ago(days-3).Add(time.Hour))
		}
	}
}

func certifiedPlot(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.certified(ctx, days)
		t.refreshed(ctx)
	}
}

func boundAgain(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.certified(ctx, days)
		t.probedFor(ctx, t.ago(days-7))
		t.sell(ctx, t.ago(days-7).Add(time.Hour))
		t.bind(ctx, t.everybody.owners[(t.number+7)%len(t.everybody.owners)], t.ago(days-8))
	}
}

func retired(days int) func(context.Context, *tale) {
	return func(ctx context.Context, t *tale) {
		t.used(ctx, days)
		t.takeBack(ctx, t.ago(days))
		t.move(ctx, t.retailer, t.everybody.warehouse.ID, t.ago(days-1))
		t.forget(ctx, t.ago(days-1))
		technician := t.everybody.of(t.everybody.warehouse.ID, lifecycle.RoleTechnician, 0)
		validator := t.everybody.of(t.everybody.warehouse.ID, lifecycle.RoleValidator, 0)
		t.advance(ctx, lifecycle.Retire{
			Command: t.by(technician, t.ago(days-3)), Second: validator.person.ID, SecondScan: t.unit.Key,
			Order: lifecycle.OrderID(t.id("ord_")),
		}.Decide)
	}
}

func stolen(ctx context.Context, t *tale) {
	bound(40)(ctx, t)
	t.advance(ctx, lifecycle.PlaceHold{
		Command: t.by(t.owner, t.ago(2)), ID: lifecycle.HoldID(t.id("hld_")), Kind: lifecycle.HoldStolen,
	}.Decide)
}

func legal(ctx context.Context, t *tale) {
	returned(6)(ctx, t)
	officer := t.everybody.of(t.retailer, lifecycle.RoleSecurityOfficer, 0)
	if officer.person.ID == "" {
		officer = t.everybody.of(t.retailer, lifecycle.RoleAdmin, 0)
	}
	t.advance(ctx, lifecycle.PlaceHold{
		Command: t.by(officer, t.ago(5)), ID: lifecycle.HoldID(t.id("hld_")), Kind: lifecycle.HoldLegal,
	}.Decide)
}

// soldButBound: the cloud said that it had forgotten the first owner, was
// believed by everybody, and had not. The link is still there when the second
// owner has the unit at home.
func soldButBound(ctx context.Context, t *tale) {
	t.certified(ctx, 20)
	first := t.everybody.owners[t.number%len(t.everybody.owners)]
	t.probedFor(ctx, t.ago(12))
	t.sell(ctx, t.ago(12).Add(time.Hour))
	t.bind(ctx, t.everybody.owners[(t.number+7)%len(t.everybody.owners)], t.ago(10))
	t.link(ctx, first, t.ago(60)) // anew, by the cloud's own app: what it has ended it does not take up again
}

// resoldWithoutReturn: sold once, bound, hard reset in another house, and bound
// there by somebody else. No desk ever saw it.
func resoldWithoutReturn(ctx context.Context, t *tale) {
	first := t.everybody.owners[2]
	second := t.everybody.owners[11]
	t.delivered(ctx, 150)
	t.sell(ctx, t.ago(120))
	t.bind(ctx, first, t.ago(119))
	t.speak(ctx, lifecycle.ResetHard, t.home(second), t.ago(15))
	t.forget(ctx, t.ago(15))
	t.bind(ctx, second, t.ago(14))
}

// probedFor is a probe at the time of a sale in the past.
func (t *tale) probedFor(ctx context.Context, at time.Time) {
	if t.err == nil {
		t.err = t.config.Store.RecordProbe(ctx, t.unit.ID, lifecycle.Probe{Cloud: t.config.CloudName, At: at, Dark: true}, nil)
	}
}
