package lifecycle_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// letGo is a unit whose owner released it, and of whose clouds "acme" is gone:
// the other has done what was asked of it.
func letGo(t *testing.T) *story {
	y := bound(t)
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	y.do(y.proven("builtin"))
	return y.wait(lifecycle.WaiveAfter)
}

// waives is the word of two of the vendor's people.
func (y *story) waives(change ...func(*lifecycle.Waive)) lifecycle.Waive {
	c := lifecycle.Waive{Command: y.by(vito()), Cloud: "acme", Reason: "shut-down", Second: vera().Person}
	if order, open := y.s.OpenOrder(); open {
		c.Order = order.ID
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func TestTheVendorWaivesForAUnitThatACustomerHas(t *testing.T) {
	t.Parallel()
	y := letGo(t)
	order := y.s.Order.ID
	change := y.do(y.waives())
	y.state(lifecycle.StateSold)
	if y.s.Order.ID != order || y.s.Order.State != lifecycle.OrderDone || y.s.Order.EndedAt.IsZero() {
		t.Errorf("the order is %+v, want it over", y.s.Order)
	}
	for _, task := range y.s.Order.Tasks {
		want, proof := lifecycle.TaskProven, task.Proof
		if task.Cloud == "acme" {
			want, proof = lifecycle.TaskWaived, lifecycle.ProofWaivedByVendor
		}
		if task.State != want || task.Proof != proof {
			t.Errorf("%s is %s by %q, want %s", task.ID, task.State, task.Proof, want)
		}
	}
	if x := y.owed(); x.State != lifecycle.TaskWaived || x.Proof != lifecycle.ProofWaivedByVendor || !x.DoneAt.Equal(y.now) {
		t.Errorf("what it was to delete: %+v, want it waived now", x)
	}
	if _, owed := y.s.Deletion(y.owed().Binding, "builtin"); !owed {
		t.Error("the other cloud owes nothing any more")
	}
	if w := change.Waiver; w == nil || *w != (lifecycle.Waiver{Cloud: "acme", Reason: "shut-down", Second: vera().Person}) {
		t.Errorf("the entry says %+v", w)
	}
	var settled []string
	for _, f := range change.Flags {
		if f.Kind != lifecycle.FlagStuckReset || f.State != lifecycle.FlagResolved || f.DoneBy != vito().Person {
			t.Errorf("flag %+v, want one settled by who waived", f)
		}
		settled = append(settled, f.Cause)
	}
	if want := []string{"acme " + string(order), "acme " + string(y.owed().Binding)}; !slices.Equal(settled, want) {
		t.Errorf("settled %q, want %q", settled, want)
	}
	if len(change.Probes)+len(change.Bindings)+len(change.Sightings) != 0 || change.Unit.Epoch != y.s.Unit.Epoch {
		t.Errorf("more than the cloud was given up: %+v", change)
	}
	// Nobody can do it again, for there is nothing left.
	if got := y.refused(y.waives()); !slices.Equal(got, []string{"waive.cloud"}) {
		t.Errorf("again: %q", got)
	}
}

func TestWhoMayWaiveForACustomersUnit(t *testing.T) {
	t.Parallel()
	other := vito()
	other.Org = "org_other_vendor"
	machine := vito()
	machine.Kind = lifecycle.ActorMachine
	for name, who := range map[string]lifecycle.Actor{
		"a shop": cora(), "another vendor": other, "its owner": ana(), "another owner": ben(), "the worker": worker(), "the unit": camera(),
	} {
		y := letGo(t)
		if _, err := y.waives(func(c *lifecycle.Waive) { c.Actor = who }).Decide(y.s); !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	for _, row := range []struct {
		name   string
		change func(*lifecycle.Waive)
		want   []string
	}{
		{"one person twice", func(c *lifecycle.Waive) { c.Second = c.Actor.Person }, []string{"waive.two-people"}},
		{"one person", func(c *lifecycle.Waive) { c.Second = "" }, []string{"waive.two-people"}},
		{"a machine", func(c *lifecycle.Waive) { c.Actor = machine }, []string{"waive.two-people"}},
		{"no reason", func(c *lifecycle.Waive) { c.Reason = "" }, []string{"waive.reason"}},
		{"a reason of their own", func(c *lifecycle.Waive) { c.Reason = "Ana moved house" }, []string{"waive.reason"}},
		{"a cloud that answers", func(c *lifecycle.Waive) { c.Answers = true }, []string{"waive.answers"}},
		{"too soon", func(c *lifecycle.Waive) { c.At = c.At.Add(-lifecycle.WaiveAfter) }, []string{"waive.early"}},
		{"a clock that was set back", func(c *lifecycle.Waive) { c.At = c.At.Add(-48 * time.Hour) }, []string{"waive.early"}},
		{"a cloud that has done it", func(c *lifecycle.Waive) { c.Cloud = "builtin" }, []string{"waive.cloud"}},
		{"a cloud that nobody knows", func(c *lifecycle.Waive) { c.Cloud = "elsewhere" }, []string{"waive.cloud"}},
		{"the unit itself", func(c *lifecycle.Waive) { c.Cloud = "" }, []string{"waive.cloud"}},
		{"everything at once", func(c *lifecycle.Waive) { c.Cloud, c.Reason, c.Second, c.Answers = "", "", "", true },
			[]string{"waive.two-people", "waive.reason", "waive.answers", "waive.cloud"}},
	} {
		y := letGo(t)
		if got := y.refused(y.waives(row.change)); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
	y := letGo(t)
	y.fails(y.waives(func(c *lifecycle.Waive) { c.Order = "ord_other" }), lifecycle.ErrNotFound)
	y.fails(y.waives(func(c *lifecycle.Waive) { c.Order = "" }), lifecycle.ErrNotFound)
}

// While a desk or a bench has the unit, it is theirs to give up, and not its
// vendor's.
func TestTheVendorWaivesNothingAtABench(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.wait(lifecycle.WaiveAfter)
	y.fails(y.waives(), lifecycle.ErrNotFound)
	y = letGo(t)
	stale := y.waives()
	y.takeBack(cleo())
	y.fails(stale, lifecycle.ErrNotFound)
	y.fails(y.waives(), lifecycle.ErrNotFound)
}

// What was given up stands for nothing: the next return asks the cloud anew, and
// the unit leaves no sooner for it.
func TestAVendorsWaiverEndsWithItsOrder(t *testing.T) {
	t.Parallel()
	y := letGo(t)
	y.do(y.waives())
	y.takeBack(cleo())
	for _, task := range y.s.Order.Tasks {
		if task.State != lifecycle.TaskOpen {
			t.Errorf("%s of the return is %s, want it open", task.ID, task.State)
		}
	}
	y.do(y.proven("builtin"))
	got := y.refused(lifecycle.Prove{Command: y.by(worker()), Order: y.s.Order.ID})
	if !slices.Contains(got, "prove.open") {
		t.Errorf("proven without the cloud: %q", got)
	}
}

// What a cloud was to delete may come due long after it has done all else.
func TestTheVendorWaivesADeletionAlone(t *testing.T) {
	t.Parallel()
	y := letGo(t)
	y.do(y.proven("acme"))
	if got := y.refused(y.waives()); !slices.Equal(got, []string{"waive.cloud"}) {
		t.Errorf("before it is due: %q", got)
	}
	y.wait(lifecycle.DeleteAfter)
	if got := y.refused(y.waives(func(c *lifecycle.Waive) { c.At = y.owed().Due() })); !slices.Equal(got, []string{"waive.early"}) {
		t.Errorf("as soon as it is due: %q", got)
	}
	change := y.do(y.waives())
	if x := y.owed(); x.Proof != lifecycle.ProofWaivedByVendor || len(change.Orders) != 0 {
		t.Errorf("%+v by %+v, want the deletion waived and no order touched", x, change.Orders)
	}
}

// A new owner is not in the way, and loses nothing.
func TestAWaiverLeavesANewOwnerAlone(t *testing.T) {
	t.Parallel()
	y := letGo(t)
	y.bind(ben(), "second")
	change := y.do(y.waives())
	y.state(lifecycle.StateBound)
	if owner, owned := y.s.Owner(); !owned || owner.Account != ben().Person || len(change.Bindings) != 0 {
		t.Errorf("the owner is %+v", owner)
	}
}
