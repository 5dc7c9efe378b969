package simulation

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
)

// theOwner is who owns the unit, mostly.
func (w *world) theOwner(c *unitCamera) string {
	if is := w.watch.of(c.id).owner; is != "" && !w.dice.in(6) {
		return w.cast.nameOf(is)
	}
	return pick(w.dice, owners())
}

// proofOf is what somebody shows: the best that they know, or something else
// that they know, or a guess.
func (w *world) proofOf(c *unitCamera, who string) owner.Proof {
	if now := c.now(); now != nil && who == c.holder && w.watch.of(c.id).history.Snapshot().Unit.Custody == "" {
		now.known[who] = true // it stands on its screen
	}
	guess := &secret{text: "AAAABBBBCCCCDDDDEEEEFFFFGG"}
	known := []*secret{guess}
	for _, made := range c.secrets {
		if made.known[who] {
			known = append(known, made)
		}
	}
	shown := known[len(known)-1]
	if w.dice.in(4) {
		shown = pick(w.dice, known)
	}
	proof, err := owner.ParseProof(shown.text)
	if err != nil {
		w.fail("a credential does not parse: %v", err)
	}
	return proof
}

func (w *world) binds(c *unitCamera, who string) {
	proof := w.proofOf(c, who)
	w.ask(who, "POST /v1/bindings", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		bound, err := h.owner.Bind(ctx, actor, c.key, proof)
		return text(bound.ID), err
	})
}

// bindsFirst shows a credential that the camera has not told yet.
func (w *world) bindsFirst(c *unitCamera) {
	w.makes(c)
	c.epoch = c.now().era
	w.binds(c, c.holder)
}

func (w *world) unbinds(c *unitCamera) {
	for _, b := range w.watch.of(c.id).history.Snapshot().Bindings {
		if b.State == lifecycle.BindingPending {
			w.ask(w.cast.nameOf(b.Account), "DELETE /v1/bindings", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
				return text(b.ID), h.owner.Unbind(ctx, actor, b.ID)
			})
			return
		}
	}
}

func (w *world) releases(c *unitCamera) {
	w.ask(w.theOwner(c), "POST /v1/releases", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		released, err := h.release.Release(ctx, actor, c.key, false)
		return released.Key.String(), err
	})
}

func (w *world) offers(c *unitCamera) {
	who, to := w.theOwner(c), ""
	if w.dice.in(2) {
		to = mail(pick(w.dice, owners()))
	}
	w.ask(who, "POST /v1/transfers", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		offered, err := h.owner.Offer(ctx, actor, c.key, to)
		if err == nil {
			c.codes = append(c.codes, offered.Code)
		}
		return offered.Code, err
	})
}

// answersOffer accepts, refuses or withdraws the newest offer.
func (w *world) answersOffer(c *unitCamera) {
	offers := w.watch.of(c.id).history.Snapshot().Offers
	if len(offers) == 0 || len(c.codes) == 0 {
		return
	}
	offer, code := offers[len(offers)-1], c.codes[len(c.codes)-1]
	who := pick(w.dice, owners())
	if offer.To != "" && !w.dice.in(4) {
		who = w.cast.nameOf(offer.To)
	}
	switch w.dice.below(6) {
	case 0:
		w.ask(who, "POST /v1/transfers/refuse", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
			state, err := h.owner.Refuse(ctx, actor, code)
			return string(state), err
		})
	case 1:
		w.ask(w.theOwner(c), "POST /v1/transfers/withdraw", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
			state, err := h.owner.Withdraw(ctx, actor, code)
			return string(state), err
		})
	default:
		w.accepts(c, who, code)
	}
}

func (w *world) accepts(c *unitCamera, who, code string) {
	if now := c.now(); now != nil && !w.dice.in(3) {
		now.known[who] = true // it was put into their hands
	}
	proof := w.proofOf(c, who)
	w.ask(who, "POST /v1/transfers/accept", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		bound, err := h.owner.Accept(ctx, actor, code, proof)
		if err == nil {
			c.holder = who
		}
		return text(bound.ID), err
	})
}

// contests an end that they did not ask for.
func (w *world) contests(c *unitCamera) {
	for _, b := range w.watch.of(c.id).history.Snapshot().Bindings {
		if b.State == lifecycle.BindingEnded && b.Kind == lifecycle.BindingOwner && w.dice.in(2) {
			w.ask(w.cast.nameOf(b.Account), "POST /v1/contests", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
				at, err := h.owner.Contest(ctx, actor, b.ID, "")
				if err != nil {
					return "", err
				}
				return at.String(), nil
			})
			return
		}
	}
}

// cancelsAtHome is the fenced owner, whose unit never left.
func (w *world) cancelsAtHome(c *unitCamera) {
	ret := w.watch.of(c.id).history.Snapshot().Return
	if ret == nil || ret.FormerOwner == "" {
		return
	}
	who := w.cast.nameOf(ret.FormerOwner)
	proof := w.proofOf(c, who)
	w.ask(who, "POST /v1/mine/past/cancel", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		key, err := h.owner.CancelReturn(ctx, actor, ret.ID, proof)
		return key.String(), err
	})
}

// marks a unit stolen, or takes the mark off again.
func (w *world) marks(c *unitCamera) {
	who, lift := w.theOwner(c), w.dice.in(2)
	w.ask(who, "POST /v1/stolen", c.key.String(), func(ctx context.Context, h *house, actor lifecycle.Actor) (string, error) {
		if lift {
			mark, err := h.owner.LiftMark(ctx, actor, c.key)
			return mark.Key.String(), err
		}
		mark, err := h.owner.MarkStolen(ctx, actor, c.key)
		return mark.Key.String(), err
	})
}
