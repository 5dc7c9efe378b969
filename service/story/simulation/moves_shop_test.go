package simulation

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/sale"
	"quitclaim/service/access"
	"quitclaim/service/fleet"
	"quitclaim/service/lifecycle"
)

// register puts a unit on record, by its vendor.
func (w *world) register(c *unitCamera) {
	unit := fleet.Registration{
		Brand: brand, Serial: c.key.Serial, Model: w.cast.model.ID, DeviceKey: c.private.Public().(ed25519.PublicKey),
	}
	w.ask("vera", "POST /v1/units", c.key.String(), func(ctx context.Context, h *house, _ lifecycle.Actor) (string, error) {
		registered, err := h.fleet.Register(ctx, access.From(ctx), unit)
		return text(registered.ID), err
	})
}

// sells, if the till is lucky: it does not ask first.
func (w *world) sells(c *unitCamera) {
	who := w.here(c, lifecycle.RoleClerk, lifecycle.RoleValidator)
	order := sale.Order{Key: c.key, Receipt: w.receipt(c)}
	if w.dice.in(5) {
		order.SoldAt = w.clock.Now().Add(-time.Duration(1+w.dice.below(100)) * time.Hour)
	}
	buyer := pick(w.dice, owners())
	w.ask(who, "POST /v1/sales", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		sold, err := h.sale.Sell(ctx, actor, order)
		if err == nil {
			c.holder = buyer
		}
		return text(sold.Sale.ID), err
	})
}

// undoesSale voids the newest sale, or takes the sealed box back.
func (w *world) undoesSale(c *unitCamera) {
	sold := w.watch.of(c.id).history.Rows().Sale
	if sold == nil {
		return
	}
	who := w.of(sold.Org)
	if w.dice.in(2) {
		w.ask(who, "POST /v1/sales/void", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
			voided, err := h.sale.Void(ctx, actor, sold.ID)
			return text(voided.Sale.ID), err
		})
		return
	}
	w.ask(who, "POST /v1/returns/sealed", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		unit, err := h.desk.TakeBackSealed(ctx, actor, c.key, true)
		return text(unit.ID), err
	})
}

// takesBack is a return at some desk; now and then two clerks scan the same
// unit, or a scan has waited offline.
func (w *world) takesBack(c *unitCamera) {
	who := pick(w.dice, []string{"cleo", "cora", "carl"})
	if custody := w.watch.of(c.id).history.Snapshot().Unit.Custody; custody != "" {
		who = w.here(c)
	} else if sold := w.watch.of(c.id).history.Rows().Sale; sold != nil && !w.dice.in(4) {
		who = w.of(sold.Org)
	}
	in := desk.Brought{
		Key: c.key, Condition: pick(w.dice, []string{"used", "as-new", "damaged"}), Reason: "other",
		Receipt: w.receipt(c),
	}
	if w.dice.in(6) {
		in.ScannedAt = w.clock.Now().Add(-time.Duration(w.dice.below(80)) * time.Hour)
	}
	if w.dice.in(3) {
		in.Second.Email, in.Second.Password = mail("cora"), "right"
	}
	if c.id == "" {
		in.Model = w.cast.model.ID
	}
	scan := func(who string) {
		w.ask(who, "POST /v1/returns", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
			progress, err := h.desk.TakeBack(ctx, actor, in)
			if errors.Is(err, lifecycle.ErrNotFound) && progress.Return.ID == "" {
				return "", err
			}
			return text(progress.Return.ID), err
		})
	}
	scan(who)
	if w.plan.repeats && w.dice.in(6) {
		scan(pick(w.dice, []string{who, "carl"}))
	}
}

// cancels the newest return, at the desk.
func (w *world) cancels(c *unitCamera) {
	ret := w.watch.of(c.id).history.Snapshot().Return
	if ret == nil {
		return
	}
	payload := c.key.Serial
	if w.dice.in(5) {
		payload = "SN-0000"
	}
	w.ask(w.of(ret.Org), "POST /v1/returns/cancel", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		return text(ret.ID), h.desk.Cancel(ctx, actor, ret.ID, payload)
	})
}

// vouches: a receipt was found.
func (w *world) vouches(c *unitCamera) {
	ret := w.watch.of(c.id).history.Snapshot().Return
	if ret == nil {
		return
	}
	receipt := w.receipt(c)
	w.ask(w.of(ret.Org), "POST /v1/returns/vouch", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		return text(ret.ID), h.desk.Vouch(ctx, actor, ret.ID, receipt)
	})
}

// of is somebody of an organisation.
func (w *world) of(org lifecycle.OrgID) string {
	switch org {
	case w.cast.orgs["shop"].ID:
		return pick(w.dice, []string{"cleo", "cora"})
	case w.cast.orgs["other"].ID:
		return "carl"
	case w.cast.orgs["warehouse"].ID:
		return pick(w.dice, []string{"tess", "tim", "vala"})
	}
	return "vera"
}

// receipt is what the customer has: mostly the right one.
func (w *world) receipt(c *unitCamera) string {
	return pick(w.dice, []string{"R " + c.key.Serial, "R " + c.key.Serial, "R " + c.key.Serial, "R another", ""})
}
