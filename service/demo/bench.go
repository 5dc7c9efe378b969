package demo

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
)

// takeBack is the return at the retailer's desk, with the receipt.
func (t *tale) takeBack(ctx context.Context, at time.Time) {
	t.advance(ctx, lifecycle.TakeBack{
		Command: t.by(t.clerk(), at), Return: lifecycle.ReturnID(t.id("ret_")), Order: lifecycle.OrderID(t.id("ord_")),
		Condition: "used", Reason: []string{"changed-mind", "faulty", "duplicate"}[t.number%3], CustomerPresent: true,
		ReceiptHash: t.config.Store.ReceiptHash(t.retailer, t.receipt),
	}.Decide)
	t.owner = member{}
}

// forget is what the cloud does when it keeps its word: every link is gone.
func (t *tale) forget(ctx context.Context, at time.Time) {
	if t.err == nil {
		t.err = t.config.Store.EndCloudLinks(ctx, t.unit.ID, at, at, nil)
	}
}

// proven works the order off: the cloud's tasks, the unit's own report, and
// then the worker's last word.
func (t *tale) proven(ctx context.Context, at time.Time) {
	t.forget(ctx, at)
	var order lifecycle.OrderID
	t.advance(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		order = s.Order.ID
		tasks := make([]lifecycle.Task, 0, len(s.Order.Tasks))
		for _, task := range s.Order.Tasks {
			if task.Cloud == "" {
				continue
			}
			task.State, task.AskedAt, task.DoneAt, task.Proof = lifecycle.TaskProven, at, at, "inventory-empty"
			tasks = append(tasks, task)
		}
		probe := lifecycle.Probe{Cloud: t.config.CloudName, At: at, Dark: true}
		return lifecycle.Progress{Command: t.service(at), Order: order, Tasks: tasks, Probe: &probe}.Decide(s)
	})
	t.speak(ctx, lifecycle.ResetHard, "", at.Add(time.Minute))
	t.advance(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		return lifecycle.Prove{Command: t.service(at.Add(2 * time.Minute)), Order: s.Order.ID}.Decide(s)
	})
}

// attested is the technician's checklist, every step a pass.
func (t *tale) attested(ctx context.Context, at time.Time) {
	technician := t.everybody.of(t.everybody.warehouse.ID, lifecycle.RoleTechnician, t.number)
	for i, check := range lifecycle.RequiredChecks(t.model) {
		t.advance(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			return lifecycle.Attest{
				Command: t.by(technician, at.Add(time.Duration(i)*time.Minute)), Order: s.Order.ID, Check: check, Pass: true,
			}.Decide(s)
		})
	}
}

func (t *tale) certify(ctx context.Context, at time.Time) {
	validator := t.everybody.of(t.everybody.warehouse.ID, lifecycle.RoleValidator, t.number)
	t.advance(ctx, lifecycle.Certify{
		Command: t.by(validator, at), Code: t.config.NewCode(), Sign: t.config.Sign,
	}.Decide)
}

// refreshed is a probe of this morning, so that the till may sell.
func (t *tale) refreshed(ctx context.Context) {
	if t.err != nil {
		return
	}
	t.err = t.config.Store.RecordProbe(ctx, t.unit.ID, lifecycle.Probe{
		Cloud: t.config.CloudName, At: t.config.Now.Add(-time.Hour), Dark: true,
	}, nil)
}

// used is a unit that an owner bound some weeks before it came back.
func (t *tale) used(ctx context.Context, days int) {
	t.delivered(ctx, days+60)
	t.sell(ctx, t.ago(days+50))
	t.bind(ctx, t.everybody.owners[t.number%len(t.everybody.owners)], t.ago(days+49))
}

// resettled is a used unit whose reset is proven at the warehouse.
func (t *tale) resettled(ctx context.Context, days int) {
	t.used(ctx, days)
	t.takeBack(ctx, t.ago(days))
	t.move(ctx, t.retailer, t.everybody.warehouse.ID, t.ago(days-1))
	t.proven(ctx, t.ago(days-3))
}

// certified is a resettled unit with its certificate, back at its retailer.
func (t *tale) certified(ctx context.Context, days int) {
	t.resettled(ctx, days)
	t.attested(ctx, t.ago(days-4))
	t.certify(ctx, t.ago(days-5))
	t.move(ctx, t.everybody.warehouse.ID, t.retailer, t.ago(days-6))
}
