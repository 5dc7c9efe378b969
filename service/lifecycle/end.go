package lifecycle

import "fmt"

// Reopen sends a unit that was reset or certified back into a new order. The
// old certificate is history.
type Reopen struct {
	Command
	Order OrderID
	// Cause is a code of what was found.
	Cause string
}

// Decide answers with the unit returned, at a new epoch.
func (c Reopen) Decide(s Snapshot) (Change, error) {
	if c.Actor.Kind != ActorService && (c.Actor.Org == "" || s.Unit.Custody != c.Actor.Org) {
		return Change{}, fmt.Errorf("reopen another's unit: %w", ErrNotFound)
	}
	d := begin(s, EventReopen, c.Command)
	d.reopen(c.Order, c.Cause)
	return d.finish()
}

// What reopens a unit besides a person, as the cause of its new order.
const (
	causeHardReset = "hard-reset"
	causeBinding   = "binding"
)

// reopen begins a new epoch with a new reset order for the same return.
func (d *draft) reopen(id OrderID, cause string) {
	var ret ReturnID
	if d.before.Return != nil {
		ret = d.before.Return.ID
	}
	d.advance()
	d.openOrder(id, OrderReset, ret)
	d.change.Orders[len(d.change.Orders)-1].Cause = cause
}

// Retire ends a unit for ever: destroyed or recycled. Two people, and the unit
// scanned a second time.
type Retire struct {
	Command
	// Order is the id of the order by which clouds end what an open order had
	// not ended yet.
	Order      OrderID
	Second     PersonID
	SecondScan UnitKey
}

// Decide answers with the unit retired; its tombstone stays.
func (c Retire) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || s.Unit.Custody != c.Actor.Org {
		return Change{}, fmt.Errorf("retire another's unit: %w", ErrNotFound)
	}
	if s.Order != nil && s.Order.State == OrderOpen && c.Order == "" {
		return Change{}, fmt.Errorf("retire without the id of an order: %w", ErrInvalid)
	}
	d := begin(s, EventRetire, c.Command)
	d.refuseUnless(c.Actor.IsPerson() && pairwiseDifferent(c.Actor.Person, c.Second), "retire.two-people")
	d.refuseUnless(c.SecondScan.Equal(s.Unit.Key), "retire.second-scan")
	d.advance()
	d.change.Unit.RetiredAt = c.At
	d.goOn(c.Order)
	return d.finish()
}
