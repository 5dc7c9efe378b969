package lifecycle_test

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// seen is a cloud's word that an account is bound, since when it says; the
// zero time: it does not say.
func (y *story) seen(cloud, account string, since time.Time) lifecycle.BindingSeen {
	command := y.by(worker())
	return lifecycle.BindingSeen{Command: command, Order: y.order(), Sighting: lifecycle.Sighting{
		Cloud: cloud, AccountHash: "hash-" + account, Kind: lifecycle.BindingOwner, Since: since, SeenAt: command.At,
	}}
}

// inventory is what the worker found before it unbound.
func (y *story) inventory(account string, since time.Time) *story {
	seen := y.seen("acme", account, since).Sighting
	y.do(lifecycle.Progress{Command: y.by(worker()), Order: y.s.Order.ID, Sightings: []lifecycle.Sighting{seen}})
	return y
}

// Rule 10, on a unit that ana had, and that ben bought and bound.
func TestSort(t *testing.T) {
	t.Parallel()
	way := func(t *testing.T, since bool) (*story, time.Time, time.Time, time.Time) {
		y := bound(t)
		first := y.now
		y.takeBack(cleo())
		if since {
			y.inventory("old", first)
		} else {
			y.inventory("old", time.Time{})
		}
		back := y.now
		y.hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo())
		soldAt := y.now
		y.bind(ben(), "second")
		return y, first, back, soldAt.Add(time.Second)
	}
	y, before, between, after := way(t, true)
	cases := map[string]struct {
		account string
		since   time.Time
		want    lifecycle.Age
	}{
		"bound before the return":                          {"old", before, lifecycle.AgeOld},
		"another, bound before the return":                 {"third", before, lifecycle.AgeOld},
		"bound since the sale":                             {"third", after, lifecycle.AgeNew},
		"the same customer again, since the sale":          {"old", after, lifecycle.AgeNew},
		"since when unknown, known from before":            {"old", time.Time{}, lifecycle.AgeOld},
		"since when unknown, never seen":                   {"third", time.Time{}, lifecycle.AgeCannotTell},
		"bound between return and sale":                    {"third", between, lifecycle.AgeCannotTell},
		"the owner's own account":                          {"psn_ben", after, lifecycle.AgeOurs},
		"the owner's own account, since when unknown":      {"psn_ben", time.Time{}, lifecycle.AgeOurs},
		"the owner's own account, bound before the return": {"psn_ben", before, lifecycle.AgeOld},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			seen := lifecycle.Sighting{Cloud: "acme", AccountHash: "hash-" + c.account, Kind: lifecycle.BindingOwner, Since: c.since, SeenAt: y.now}
			if got := lifecycle.Sort(y.s, seen); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	z, _, _, _ := way(t, false)
	seen := lifecycle.Sighting{Cloud: "acme", AccountHash: "hash-old", Kind: lifecycle.BindingOwner, SeenAt: z.now}
	if got := lifecycle.Sort(z.s, seen); got != lifecycle.AgeOld {
		t.Errorf("an inventory that never says since when: %s, want old", got)
	}
	seen.Cloud = "builtin"
	if got := lifecycle.Sort(z.s, seen); got != lifecycle.AgeCannotTell {
		t.Errorf("another cloud: %s, want cannot-tell", got)
	}
	if got := lifecycle.Sort(bound(t).s, seen); got != lifecycle.AgeCannotTell {
		t.Errorf("never returned: %s, want cannot-tell", got)
	}
}

// An old account stays old however often a cloud that does not say since when
// reports it.
func TestAnOldAccountStaysOld(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo()).inventory("old", time.Time{})
	first := y.now.Add(-time.Minute)
	y.hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo())
	for range 3 {
		change := y.do(y.seen("acme", "old", time.Time{}))
		if len(change.Flags) != 1 || change.Flags[0].Evidence["age"] != "old" || change.Flags[0].Severity != lifecycle.SeverityCritical {
			t.Fatalf("flags %+v, want sold-but-bound, old, critical", change.Flags)
		}
		y.work() // a cloud that answers yes and changes nothing
	}
	y.do(y.lookAgain("acme", "old"))
	if got := y.s.Sightings[0].SeenAt; !got.Equal(first) {
		t.Errorf("first seen %v, want %v", got, first)
	}
}

// lookAgain is a sweep's look that has the account again.
func (y *story) lookAgain(cloud, account string) lifecycle.Progress {
	return lifecycle.Progress{Command: y.by(worker()), Sightings: []lifecycle.Sighting{y.seen(cloud, account, time.Time{}).Sighting}}
}

func TestWhatABindingSeenDoes(t *testing.T) {
	t.Parallel()
	resoldAndBound := func(t *testing.T) *story {
		y := bound(t).takeBack(cleo()).inventory("old", day())
		return y.hand(cleo(), tess()).reset("bench").certify().hand(tess(), cleo()).sell(cleo()).bind(ben(), "second")
	}
	cases := map[string]struct {
		story    func(*testing.T) *story
		account  string
		since    func(*story) time.Time
		flag     string
		severity lifecycle.Severity
		to       lifecycle.State
		cut      bool
	}{
		"stock":     {func(t *testing.T) *story { return stocked(t) }, "x", nil, lifecycle.FlagBoundInStock, lifecycle.SeverityHigh, lifecycle.StateStock, false},
		"returned":  {func(t *testing.T) *story { return returned(t) }, "x", nil, "", "", lifecycle.StateReturned, false},
		"reset":     {func(t *testing.T) *story { return resetDone(t) }, "x", nil, lifecycle.FlagSoldButBound, lifecycle.SeverityHigh, lifecycle.StateReturned, false},
		"certified": {func(t *testing.T) *story { return certified(t) }, "x", nil, lifecycle.FlagSoldButBound, lifecycle.SeverityHigh, lifecycle.StateReturned, false},
		"retired":   {retired, "x", nil, lifecycle.FlagRetiredAlive, lifecycle.SeverityCritical, lifecycle.StateRetired, false},
		"bound, old": {resoldAndBound, "old", func(*story) time.Time { return day() },
			lifecycle.FlagSoldButBound, lifecycle.SeverityCritical, lifecycle.StateBound, true},
		"bound, cannot tell": {resoldAndBound, "x", nil, lifecycle.FlagSoldButBound, lifecycle.SeverityMedium, lifecycle.StateBound, false},
		"bound, new":         {resoldAndBound, "x", func(y *story) time.Time { return y.now }, "", "", lifecycle.StateBound, false},
		"bound, the same customer again": {resoldAndBound, "old", func(y *story) time.Time { return y.now },
			lifecycle.FlagSoldButBound, lifecycle.SeverityLow, lifecycle.StateBound, false},
		"bound, ours": {resoldAndBound, "psn_ben", nil, "", "", lifecycle.StateBound, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			var since time.Time
			if c.since != nil {
				since = c.since(y)
			}
			live := len(y.s.LiveBindings())
			change := y.do(y.seen("acme", c.account, since))
			y.state(c.to)
			if got := len(y.s.LiveBindings()); got != live {
				t.Errorf("%d live bindings of ours, want %d as before", got, live)
			}
			if (c.flag == "") != (len(change.Flags) == 0) || c.flag != "" && (change.Flags[0].Kind != c.flag || change.Flags[0].Severity != c.severity) {
				t.Errorf("flags %+v, want %q %s", change.Flags, c.flag, c.severity)
			}
			if len(change.Sightings) != 1 {
				t.Errorf("sightings %+v, want it noted", change.Sightings)
			}
			order, open := y.s.OpenOrder()
			if cut := open && order.Kind == lifecycle.OrderCut; cut != c.cut {
				t.Fatalf("order %+v, want a cut: %v", order, c.cut)
			}
			if c.cut && (!order.Before.Equal(y.s.Unit.ReturnedAt) || order.Tasks[0].Cloud != "acme" || len(order.Tasks) != 6) {
				t.Errorf("order %+v, want this cloud cut up to the last return, and the new owner left alone", order)
			}
		})
	}
}

// In an open order the cloud's tasks open again: what was proven is not true
// any more, and what was given up is not gone.
func TestABindingSeenOpensTheTasksAgain(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.proven("builtin"))
	y.do(lifecycle.Waive{Command: y.by(tess()), Order: y.s.Order.ID, Cloud: "acme", Second: tim().Person})
	for _, cloud := range []string{"builtin", "acme"} {
		y.do(y.seen(cloud, "x", time.Time{}))
		for _, verb := range []string{"unbind", "cut", "probe"} {
			if task := y.task(cloud + "." + verb); task.State != lifecycle.TaskOpen || !task.DoneAt.IsZero() || task.Proof != "" {
				t.Errorf("%+v, want open", task)
			}
		}
		if !y.task(cloud + ".notify").Done() {
			t.Errorf("%s.notify is to be done again", cloud)
		}
	}
}

// A cloud that the order never asked is added to it: a second order beside it
// would hide the first.
func TestACloudNobodyAskedJoinsTheOrder(t *testing.T) {
	t.Parallel()
	y := benched(t)
	order := y.s.Order.ID
	y.do(y.seen("surprise", "x", time.Time{}))
	if y.s.Order.ID != order || len(y.s.Order.Tasks) != 2+3*len(lifecycle.CloudVerbs()) {
		t.Errorf("order %+v, want the same one with the cloud's tasks", y.s.Order)
	}

	y = resold(t).bind(ben(), "second")
	y.do(y.seen("acme", "old", day()))
	order = y.s.Order.ID
	y.do(y.seen("builtin", "old", day()))
	if y.s.Order.ID != order || len(y.s.Order.Tasks) != 12 {
		t.Errorf("order %+v, want the same one for both clouds", y.s.Order)
	}
	y.do(y.proven("acme"))
	if y.s.Order.State != lifecycle.OrderOpen {
		t.Error("the order ended with a cloud to go")
	}
	y.do(y.seen("acme", "old", day())) // it came back meanwhile
	y.do(y.proven("builtin"))
	if y.task("acme.unbind").Done() || y.s.Order.State != lifecycle.OrderOpen {
		t.Errorf("order %+v, want acme to be cut again", y.s.Order)
	}
}
