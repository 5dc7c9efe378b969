package second

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// patience is how long a cloud that two people call gone has to answer.
const patience = 5 * time.Second

// Waiver is what two people sign: which cloud, and why.
type Waiver struct {
	Cloud  string
	Reason string // one of lifecycle.WaiveReasons; at a bench none is asked
}

// Waive gives up the tasks of a cloud that was shut down for good.
func (r *Room) Waive(ctx context.Context, order lifecycle.OrderID, what Waiver, second Person) (lifecycle.Outcome, error) {
	s, err := r.config.Shelf.OfOrder(ctx, order)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if err := answersFor(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	return r.waive(ctx, s, order, string(order), what, second)
}

// WaiveUnit is Waive for a unit, whether its order is open still or it is a
// deletion that its cloud owes.
func (r *Room) WaiveUnit(ctx context.Context, key lifecycle.UnitKey, what Waiver, second Person) (lifecycle.Outcome, error) {
	s, err := r.unit(ctx, key)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	order, open := s.OpenOrder()
	if !open && !withCustomer(s) {
		return lifecycle.Outcome{}, fmt.Errorf("waive for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	return r.waive(ctx, s, order.ID, key.String(), what, second)
}

// waive is asked by the name of, which stays the same when it is asked again: the
// order that was open may be over by then.
func (r *Room) waive(ctx context.Context, s lifecycle.Snapshot, order lifecycle.OrderID, of string, what Waiver, second Person,
) (lifecycle.Outcome, error) {
	// Whoever may end a unit for ever may also stand by a waiver. Of a unit that
	// a customer has nobody at a bench has seen anything: both are officers.
	action := access.UnitRetire
	if withCustomer(s) {
		action = access.WaiverSign
	}
	other, err := r.signs(ctx, second, action)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	answers := withCustomer(s) && r.answers(ctx, s, what.Cloud)
	ctx = withoutPassword(ctx, "waive", of, what.Cloud, what.Reason, string(other))
	outcome, err := r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Waive{
		Command: r.config.Shelf.Command(ctx), Order: order, Cloud: what.Cloud, Reason: what.Reason, Second: other, Answers: answers,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("waive: %w", err)
	}
	return outcome, nil
}

// answers reports whether a cloud that owes something answers after all.
func (r *Room) answers(ctx context.Context, s lifecycle.Snapshot, name string) bool {
	if !slices.Contains(owing(s, r.config.Shelf.Now()), name) {
		return false // nothing is asked about a unit that the cloud has no part in
	}
	words := r.config.Clouds.Ask(ctx, []string{name}, cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key, Before: s.Unit.EpochAt}, patience)
	return len(words) == 1 && words[0].Known
}

// unit is a unit whose clouds the organisation may give up. Any other is as good
// as unknown.
func (r *Room) unit(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	s, err := r.config.Shelf.Unit(ctx, key)
	if errors.Is(err, lifecycle.ErrNotFound) && answersFor(s, access.From(ctx).Org) == nil {
		return s, nil
	}
	return s, err
}

// answersFor is nil where the organisation has the unit, or made it and a customer
// has it.
func answersFor(s lifecycle.Snapshot, org lifecycle.OrgID) error {
	if withCustomer(s) && org != "" && s.Unit.Vendor == org {
		return nil
	}
	return shelf.At(s, org)
}

// withCustomer reports whether no organisation has the unit.
func withCustomer(s lifecycle.Snapshot) bool { return s.Unit.ID != "" && s.Unit.Custody == "" }

// owing are the clouds that owe something of a unit that a customer has.
func owing(s lifecycle.Snapshot, now time.Time) []string {
	var names []string
	add := func(name string) {
		if _, owes := lifecycle.OwedBy(s, name, now); owes && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if order, open := s.OpenOrder(); open {
		for _, task := range order.Tasks {
			add(task.Cloud)
		}
	}
	for _, x := range s.Deletions {
		add(x.Cloud)
	}
	return names
}
