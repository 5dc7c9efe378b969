package simulation

import (
	"context"
	"time"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/sweep"
)

// begin puts something under way: mostly the next step on the way that a unit
// should go, so that long runs are more than refusals.
func (w *world) begin() {
	c := pick(w.dice, w.cameras)
	if c.id == "" {
		w.enters(c)
		return
	}
	if !w.dice.in(3) {
		w.goodLife(c)
		return
	}
	moves := w.moves(c)
	moves[w.dice.below(len(moves))]()
}

// moves is everything that anybody can try. Most of it is refused most of the
// time, as it should be.
func (w *world) moves(c *unitCamera) []func() {
	return []func(){
		func() { w.works() }, func() { w.works() }, func() { w.works() }, func() { w.works() },
		func() { w.timePasses() }, func() { w.timePasses() }, func() { w.timePasses() }, func() { w.again() }, func() { w.again() },
		func() { w.sells(c) }, func() { w.undoesSale(c) }, func() { w.takesBack(c) }, func() { w.cancels(c) }, func() { w.vouches(c) },
		func() { w.binds(c, pick(w.dice, owners())) }, func() { w.bindsFirst(c) }, func() { w.unbinds(c) },
		func() { w.releases(c) }, func() { w.offers(c) }, func() { w.answersOffer(c) }, func() { w.contests(c) },
		func() { w.cancelsAtHome(c) }, func() { w.marks(c) },
		func() { w.ships(c, pick(w.dice, []string{"shop", "other", "warehouse"})) }, func() { w.receives(c) },
		func() { w.attests(c, pick(w.dice, []string{lifecycle.CheckCodesAgree, lifecycle.CheckFactoryReset})) },
		func() { w.certifies(c) }, func() { w.reopens(c) }, func() { w.retiresSeldom(c) }, func() { w.waivesSeldom(c) },
		func() { w.holdsSeldom(c) }, func() { w.lifts(c) }, func() { w.sweeps(c) }, func() { w.sweeps(c) }, func() { w.comesBack(c) },
		func() { w.device(c, "presses", func() { w.presses(c) }) },
		func() { w.device(c, "speaks", func() { w.speaks(c, w.presenceOf(c), false) }) },
		func() { w.device(c, "repeats itself", func() { w.speaks(c, "", true) }) },
		func() { w.device(c, "is late", func() { w.late(c) }) },
		func() { w.device(c, "is replayed", func() { w.replays(c) }) },
		func() { c.silent = w.step + 30 },
		func() { w.effects() }, func() { w.effects() },
		func() { c.holder = "tom" },
	}
}

func (w *world) device(c *unitCamera, does string, run func()) { w.start(c.key.Serial+" "+does, run) }

// enters: the vendor registers the unit, or a desk sees it first.
func (w *world) enters(c *unitCamera) {
	if w.dice.in(6) {
		w.takesBack(c)
		return
	}
	w.register(c)
}

// works is a worker, one of two, that looks for something to do.
func (w *world) works() {
	h, n := w.house, w.dice.below(2)
	w.start([]string{"worker 1", "worker 2"}[n], func() {
		for range 3 {
			result, err := h.workers[n].RunOnce(h.ctx)
			w.tell("claimed %d failed %d proven %d closed %d %s", result.Claimed, result.Failed, result.Proven, result.Closed, said(err))
			if err != nil || result.Claimed == 0 || h.dead {
				return
			}
		}
	})
}

// sweeps is a sweep that somebody asked for.
func (w *world) sweeps(*unitCamera) {
	h, job := w.house, pick(w.dice, []string{sweep.SoldButBound, sweep.SoldButBound, sweep.ResoldWithoutReturn, sweep.ReturnedButAbsent, sweep.StuckReset, sweep.Retention})
	w.start("sweep "+job, func() {
		run, err := h.sweeps.RunOnce(h.ctx, job)
		w.tell("seen %d flagged %d failed %d %s", run.Seen, run.Flagged, run.Failed, said(err))
	})
}

// timePasses, and now and then jumps by an hour, either way.
func (w *world) timePasses() {
	if w.plan.jumps && w.dice.in(3) {
		jump := pick(w.dice, []time.Duration{time.Hour, -time.Hour})
		w.clock.add(jump)
		w.tell("the clock jumps by %s", jump)
		return
	}
	wait := pick(w.dice, []time.Duration{30 * time.Second, 3 * time.Minute, 20 * time.Minute, time.Hour, 26 * time.Hour, 15 * 24 * time.Hour})
	w.clock.add(wait)
	w.tell("%s pass", wait)
}

// effects of what a cloud said yes to arrive late.
func (w *world) effects() {
	name := pick(w.dice, []string{builtin.Name, acme})
	w.start("cloud "+name, func() {
		if !w.house.dead {
			w.clouds[name].arrives()
		}
	})
}

// comesBack is a binding that the vendor's cloud has again: with its old date,
// or with none.
func (w *world) comesBack(c *unitCamera) {
	if !w.plan.lies {
		return
	}
	for _, b := range w.watch.of(c.id).history.Snapshot().Bindings {
		if b.State != lifecycle.BindingEnded || b.LiveAt.IsZero() || w.dice.in(2) {
			continue
		}
		since := b.LiveAt
		if w.dice.in(3) {
			since = time.Time{}
		}
		w.truth.Bind(c.id, string(b.Account), lifecycle.BindingOwner, since)
		w.tell("%s: %s is bound to %s again, since %v", acme, w.cast.nameOf(b.Account), c.key, since)
		return
	}
}

func (w *world) retiresSeldom(c *unitCamera) {
	if w.dice.in(12) {
		w.retires(c)
	}
}

func (w *world) waivesSeldom(c *unitCamera) {
	if w.dice.in(6) {
		w.waives(c)
	}
}

func (w *world) holdsSeldom(c *unitCamera) {
	if w.dice.in(3) {
		w.holds(c)
	}
}

// goodLife takes the unit one step on the way that it should go.
func (w *world) goodLife(c *unitCamera) {
	now := w.watch.of(c.id)
	s := now.history.Snapshot()
	if on := now.history.Rows().Shipment; on != nil {
		w.receives(c)
		return
	}
	if len(s.StandingHolds()) > 0 && w.dice.in(2) {
		w.lifts(c)
		return
	}
	switch now.place {
	case lifecycle.StateStock:
		if s.Unit.Custody == w.cast.orgs["vendor"].ID && !w.dice.in(4) {
			w.ships(c, pick(w.dice, []string{"shop", "shop", "other"}))
			return
		}
		w.sells(c)
	case lifecycle.StateSold:
		w.firstDays(c)
	case lifecycle.StateBound:
		w.laterDays(c)
	case lifecycle.StateReturned:
		w.resets(c, s)
	case lifecycle.StateReset:
		if w.dice.in(4) {
			w.clock.add(15 * 24 * time.Hour) // until nobody can object any more
		}
		w.certifies(c)
	case lifecycle.StateCertified:
		if w.dice.in(3) {
			w.sweeps(c)
		}
		w.sells(c)
	}
}

func (w *world) firstDays(c *unitCamera) {
	switch w.dice.below(5) {
	case 0:
		w.bindsFirst(c)
		w.device(c, "speaks", func() { w.speaks(c, "", false) })
	case 1:
		w.undoesSale(c)
	case 2:
		w.takesBack(c)
	case 3:
		w.device(c, "speaks", func() { w.speaks(c, "", false) })
	default:
		w.binds(c, c.holder)
	}
}

func (w *world) laterDays(c *unitCamera) {
	s := w.watch.of(c.id).history.Snapshot()
	for _, offer := range s.Offers {
		if offer.State != lifecycle.OfferPending || w.dice.in(4) {
			continue
		}
		if s.Unit.VerifierAt.After(offer.CreatedAt) {
			w.answersOffer(c)
			return
		}
		w.device(c, "renews", func() {
			w.makes(c)
			w.speaks(c, "", false)
		})
		return
	}
	switch w.dice.below(5) {
	case 0, 1:
		w.offers(c)
	case 2:
		w.releases(c)
	default:
		w.takesBack(c)
	}
}

// resets is a bench on a good day.
func (w *world) resets(c *unitCamera, s lifecycle.Snapshot) {
	if s.Unit.Custody != w.cast.orgs["warehouse"].ID && !w.dice.in(3) {
		w.ships(c, "warehouse")
		return
	}
	w.works()
	switch w.dice.below(6) {
	case 0:
		w.device(c, "presses", func() { w.presses(c) })
	case 1:
		w.attests(c, lifecycle.CheckFactoryReset)
	case 2:
		w.vouches(c)
	case 3, 4:
		w.attests(c, lifecycle.CheckCodesAgree)
	}
	w.clock.add(time.Duration(30+w.dice.below(300)) * time.Second)
}

// linked: the app of the vendor's own cloud links whoever became the owner.
func (w *world) linked(c lifecycle.Change) {
	for _, b := range c.Bindings {
		if b.Kind == lifecycle.BindingOwner && b.State == lifecycle.BindingLive {
			w.truth.Bind(c.Unit.ID, string(b.Account), lifecycle.BindingOwner, b.LiveAt)
			w.truth.Session(c.Unit.ID, b.LiveAt)
			if w.dice.in(2) {
				w.truth.Record(c.Unit.ID, b.LiveAt)
			}
		}
	}
}

// ask every owner what they see: nothing that is not theirs.
func (w *world) views() {
	for _, name := range owners() {
		person := w.cast.people[name]
		mine, err := w.house.owner.Mine(context.Background(), person.Actor())
		if err != nil {
			w.fail("views: %s: %v", name, err)
			return
		}
		for _, holding := range mine.Units {
			if now := w.watch.byKey(holding.Key); now == nil || now.owner != person.Person {
				w.fail("I5: %s sees %s, which is not theirs", name, holding.Key)
			}
		}
	}
}
