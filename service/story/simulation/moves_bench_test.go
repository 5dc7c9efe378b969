package simulation

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench"
	"quitclaim/warehouse/bench/second"
	"quitclaim/warehouse/bench/shelf"
)

func (w *world) ships(c *unitCamera, to string) {
	w.ask(w.here(c), "POST /v1/shipments", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		shipment, list, err := h.dock.Ship(ctx, text(w.cast.orgs[to].ID), []lifecycle.UnitKey{c.key})
		return results(list, err, func(r shelf.Result) (string, error) { return text(shipment.ID), r.Err })
	})
}

func (w *world) receives(c *unitCamera) {
	who := pick(w.dice, []string{"vera", "cleo", "carl", "tess"})
	if on := w.watch.of(c.id).history.Rows().Shipment; on != nil && !w.dice.in(8) {
		who = w.of(on.To)
	}
	w.ask(who, "POST /v1/shipments/receive", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		list, err := h.dock.Receive(ctx, "", []lifecycle.UnitKey{c.key})
		return results(list, err, func(r shelf.Result) (string, error) { return r.Key.String(), r.Err })
	})
}

// attests is somebody at the bench who looks at something and says yes or no.
func (w *world) attests(c *unitCamera, check string) {
	order := w.watch.of(c.id).history.Snapshot().Order
	if order == nil {
		return
	}
	word := bench.Word{Task: check, Pass: !w.dice.in(8)}
	who := w.here(c, lifecycle.RoleTechnician)
	if w.dice.in(4) {
		who = w.here(c)
	}
	w.ask(who, "POST /v1/orders/attest", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		_, err := h.bench.Attest(ctx, order.ID, word)
		return text(order.ID), err
	})
}

func (w *world) certifies(c *unitCamera) {
	who := w.here(c, lifecycle.RoleValidator)
	w.ask(who, "POST /v1/certificates", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		list, err := h.certify.Certify(ctx, []lifecycle.UnitKey{c.key})
		return results(list, err, func(r shelf.Result) (string, error) {
			if r.Err != nil {
				return "", r.Err
			}
			return text(r.Outcome.Change.Certificate.Code), nil
		})
	})
}

func (w *world) reopens(c *unitCamera) {
	w.ask(w.here(c, lifecycle.RoleValidator), "POST /v1/units/reopen", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		outcome, err := h.bench.Reopen(ctx, c.key, "doubt")
		return text(outcome.Change.Unit.ID), err
	})
}

func (w *world) retires(c *unitCamera) {
	email, password := w.second()
	w.ask(w.here(c), "POST /v1/units/retire", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		outcome, err := h.second.Retire(ctx, c.key, c.key.String(), second.Person{Email: email, Password: password})
		return text(outcome.Change.Unit.ID), err
	})
}

func (w *world) waives(c *unitCamera) {
	order, cloud := w.watch.of(c.id).history.Snapshot().Order, pick(w.dice, w.cast.model.Clouds)
	if order == nil {
		return
	}
	email, password := w.second()
	w.ask(w.here(c), "POST /v1/orders/waive", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		_, err := h.second.Waive(ctx, order.ID, second.Waiver{Cloud: cloud}, second.Person{Email: email, Password: password})
		return text(order.ID), err
	})
}

func (w *world) holds(c *unitCamera) {
	kind := pick(w.dice, lifecycle.HoldKinds())
	w.ask(w.here(c, lifecycle.RoleSecurityOfficer), "POST /v1/holds", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		hold, err := h.bench.PlaceHold(ctx, c.key, kind)
		return text(hold.ID), err
	})
}

// lifts a hold: the first person approves, the second lifts.
func (w *world) lifts(c *unitCamera) {
	for _, hold := range w.watch.of(c.id).history.Snapshot().StandingHolds() {
		for _, who := range []string{"vera", "vito", "cora", "tim", "vala"} {
			if w.cast.people[who].Org != w.watch.of(c.id).history.Snapshot().Unit.Custody && w.cast.people[who].OrgKind != lifecycle.OrgVendor {
				continue
			}
			w.ask(who, "POST /v1/holds/lift", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
				lifted, _, err := h.bench.LiftHold(ctx, hold.ID)
				return text(lifted.ID), err
			})
		}
	}
}
