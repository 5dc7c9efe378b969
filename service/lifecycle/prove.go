package lifecycle

import "fmt"

// proveUnitTask proves a task of the open order that the unit or the bench
// answers for. A stronger grade replaces a weaker one.
func (d *draft) proveUnitTask(verb Verb, grade Grade, proof string) {
	order, ok := d.before.OpenOrder()
	if !ok {
		return
	}
	task, ok := order.Task(TaskID("", verb))
	if !ok || task.Done() && task.Grade.AtLeast(grade) {
		return
	}
	task.State, task.Grade, task.Proof, task.DoneAt = TaskProven, grade, proof, d.at()
	if n := len(d.change.Orders); n > 0 && d.change.Orders[n-1].ID == order.ID {
		d.change.Orders[n-1] = d.change.Orders[n-1].with(task)
		return
	}
	d.change.Orders = append(d.change.Orders, order.with(task))
}

// Progress is what the worker, or a sweep, learnt from a cloud.
type Progress struct {
	Command
	// Order is whose tasks were worked. Empty: nobody works an order, and a sweep
	// asked again, so that the probe of a certified unit stays fresh (rule 4).
	Order     OrderID
	Tasks     []Task // whole, as they are now
	Sightings []Sighting
	Probe     *Probe
	// Ineffective says that a cloud answered yes and nothing changed.
	Ineffective string
}

// Decide answers with the tasks as the worker leaves them. An order of another
// epoch takes nothing any more. The tasks of the unit itself are none of the
// worker's: a signed report, a probe or two people prove them.
func (c Progress) Decide(s Snapshot) (Change, error) {
	if c.Order == "" && len(c.Tasks) == 0 {
		return c.learnt(begin(s, EventProgress, c.Command)).finish()
	}
	order, ok := s.OpenOrder()
	if !ok || order.ID != c.Order {
		return Change{}, fmt.Errorf("order %s is over: %w", c.Order, ErrStale)
	}
	d := c.learnt(begin(s, EventProgress, c.Command))
	for _, task := range c.Tasks {
		if known, ok := order.Task(task.ID); ok && known.Cloud != "" && known.State != TaskWaived {
			task.Cloud, task.Verb, task.Seq, task.Grade = known.Cloud, known.Verb, known.Seq, ""
			order = order.with(task)
		}
	}
	if order.Kind == OrderCut && order.AllDone() {
		order.State, order.EndedAt = OrderDone, c.At
	}
	d.change.Orders = []Order{order}
	if c.Ineffective != "" {
		d.flag(FlagAnswerWithoutEffect, c.Ineffective+" "+string(c.Order), SeverityHigh, map[string]string{"cloud": c.Ineffective})
	}
	if c.Probe != nil && c.Probe.CredentialRefused && order.Kind == OrderReset {
		d.proveUnitTask(VerbFactoryReset, GradeProbed, "old-credential-refused")
	}
	return d.finish()
}

// learnt notes what the cloud said, whatever it was asked for. Of two who asked
// at the same time the later answer stands.
func (c Progress) learnt(d *draft) *draft {
	d.change.Sightings = keepFirst(d.before.Sightings, c.Sightings)
	if c.Probe != nil {
		if known, ok := d.before.probeOf(c.Probe.Cloud); !ok || !known.At.After(c.Probe.At) {
			d.change.Probes = []Probe{*c.Probe}
		}
	}
	return d
}

// Prove closes the reset order: every task is proven at this epoch.
type Prove struct {
	Command
	Order OrderID
}

// Decide answers with the unit reset.
func (c Prove) Decide(s Snapshot) (Change, error) {
	d := begin(s, EventProve, c.Command)
	order, ok := s.OpenOrder()
	if !ok || order.ID != c.Order || order.Kind != OrderReset {
		return Change{}, fmt.Errorf("order %s is over: %w", c.Order, ErrStale)
	}
	for _, task := range order.Tasks {
		if !task.Done() {
			d.refuse("prove.open", map[string]string{"task": task.ID})
		}
	}
	order.State, order.EndedAt = OrderDone, c.At
	d.change.Orders = []Order{order}
	return d.finish()
}
