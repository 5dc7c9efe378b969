package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// WaiveAfter is how long a cloud must have owed something before the vendor may
// give it up for a unit that a customer has: as long as the sweep waits before it
// flags the order. An hour's fault of a cloud is nobody's reason.
const WaiveAfter = 6 * time.Hour

// The codes of what closed a task or a deletion that was given up.
const (
	ProofWaived         = "waived"           // by two people of who had the unit
	ProofWaivedByVendor = "waived-by-vendor" // by two of its vendor's, while a customer had it
)

// WaiveReasons lists why a vendor may give a cloud up. They are codes, for the
// ledger is open to everybody and what somebody types may be about a person.
func WaiveReasons() []string { return []string{"shut-down", "operator-gone", "replaced"} }

// Waiver is who gave a cloud up, and why.
type Waiver struct {
	Cloud  string   `json:"cloud"`
	Reason string   `json:"reason,omitempty"` // one of WaiveReasons; at a bench none is asked
	Second PersonID `json:"second"`           // the first is the change's actor
}

// Waive gives up what a cloud that was shut down for good has not done for a
// unit: two people of the organisation that has it, printed on the certificate.
// While a customer has it, they are its vendor's: nobody else can end what would
// stay open for ever (DESIGN rule 2).
type Waive struct {
	Command
	// Order is the present order, empty where none is open: what the cloud was to
	// delete can be given up later, too.
	Order  OrderID
	Cloud  string
	Reason string // one of WaiveReasons, where a customer has the unit
	Second PersonID
	// Answers: the cloud answered when it was asked just now.
	Answers bool
}

// Decide answers with the cloud's open tasks and deletions waived. Nothing of it
// is proof: the unit's next return asks the cloud anew.
func (c Waive) Decide(s Snapshot) (Change, error) {
	order, open := s.OpenOrder()
	if order.ID != c.Order || !hasUnit(s, c.Actor) || !open && s.Unit.Custody != "" {
		return Change{}, fmt.Errorf("waive at another's order: %w", ErrNotFound)
	}
	d := begin(s, EventWaive, c.Command)
	d.refuseUnless(c.Actor.IsPerson() && pairwiseDifferent(c.Actor.Person, c.Second), "waive.two-people")
	wants := slices.ContainsFunc(order.Tasks, func(t Task) bool { return t.Cloud == c.Cloud })
	proof := ProofWaived
	if s.Unit.Custody == "" {
		proof = ProofWaivedByVendor
		since, owes := OwedBy(s, c.Cloud, c.At)
		wants = owes
		d.refuseUnless(slices.Contains(WaiveReasons(), c.Reason), "waive.reason")
		d.refuseUnless(!c.Answers, "waive.answers")
		d.refuseUnless(!owes || c.At.Sub(since) >= WaiveAfter, "waive.early")
	}
	d.refuseUnless(wants && c.Cloud != "", "waive.cloud")
	d.waiveTasks(order, c.Cloud, proof)
	d.waiveDeletions(c.Cloud, proof)
	d.change.Waiver = &Waiver{Cloud: c.Cloud, Reason: c.Reason, Second: c.Second}
	return d.finish()
}

// OwedBy reports whether a cloud owes something of a unit at an instant, and
// since when: a task of the open order, or a deletion that is due.
func OwedBy(s Snapshot, cloud string, at time.Time) (since time.Time, owes bool) {
	if order, open := s.OpenOrder(); open {
		owes = slices.ContainsFunc(order.Tasks, func(t Task) bool { return t.Cloud == cloud && !t.Done() })
		since = order.OpenedAt
	}
	for _, x := range s.Deletions {
		due := x.Due()
		if x.Cloud != cloud || x.Done() || due.IsZero() || at.Before(due) {
			continue
		}
		if !owes || due.Before(since) {
			since = due
		}
		owes = true
	}
	return since, owes
}

// waiveTasks gives up what a cloud has not done. An order of a unit that a
// customer has leads to no other state, so it closes with its last task; that of
// a return is proven by the worker.
func (d *draft) waiveTasks(order Order, cloud, proof string) {
	if order.ID == "" {
		return
	}
	for _, task := range order.Tasks {
		if task.Cloud == cloud && !task.Done() {
			task.State, task.Proof, task.DoneAt = TaskWaived, proof, d.at()
			order = order.with(task)
		}
	}
	if order.Kind == OrderCut && order.AllDone() {
		order.State, order.EndedAt = OrderDone, d.at()
	}
	d.change.Orders = []Order{order}
	d.settles(FlagStuckReset, StuckCause(cloud, string(order.ID)))
}

// waiveDeletions gives up what a cloud that is gone for good has not deleted.
func (d *draft) waiveDeletions(cloud, proof string) {
	for _, x := range d.owed() {
		if x.Cloud == cloud {
			x.State, x.Proof, x.DoneAt = TaskWaived, proof, d.at()
			d.keep(x)
			d.settles(FlagStuckReset, StuckCause(cloud, string(x.Binding)))
		}
	}
}

// StuckCause is the cause of a flag that says who leaves what unanswered: a
// cloud, or "unit"; of an order, or of the binding whose deletion is owed.
func StuckCause(who, of string) string { return who + " " + of }
