package lifecycle_test

import (
	"fmt"
	"maps"
	"time"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

// seeing is who can see through it at an instant: its owner, and the members
// whose time is not over.
func (m *model) seeing(now time.Time) map[string]bool {
	seeing := maps.Clone(m.eyes)
	for _, share := range m.members {
		if share.until.IsZero() || now.Before(share.until) {
			seeing[share.who] = true
		}
	}
	return seeing
}

// joinable: nobody sees a unit by an invitation to somebody else, or by one
// of an era that is over.
func (m *model) joinable(join lifecycle.Join) string {
	invitation, invited := m.invited[string(join.Binding)]
	to, who := invitation.who, string(join.Actor.Person)
	switch {
	case !invited:
		return fmt.Sprintf("I5: %s joins, and nobody has invited them in this era", who)
	case to != "" && to != who:
		return fmt.Sprintf("I5: %s joins by an invitation to %s", who, to)
	case m.owner == "" || m.owner == who:
		return fmt.Sprintf("I5: %s joins what is %q's", who, m.owner)
	}
	return ""
}

func (m *model) joined(c lifecycle.Change, join lifecycle.Join) {
	who := string(join.Actor.Person)
	for id, share := range m.members {
		if share.who == who {
			delete(m.members, id) // the newest counts
		}
	}
	m.members[string(join.Binding)] = member{who, m.invited[string(join.Binding)].until}
	for _, b := range c.Bindings {
		delete(m.invited, string(b.ID))
	}
}

// member is somebody who sees a unit by a share, or may join it, until when;
// zero: as long as its owner.
type member struct {
	who   string
	until time.Time
}

// unbound: a wait, an invitation or a share is over.
func (m *model) unbound(c lifecycle.Change) {
	b := c.Bindings[0]
	switch {
	case b.Kind == lifecycle.BindingMember:
		delete(m.invited, string(b.ID))
		delete(m.members, string(b.ID))
	default:
		delete(m.waiting, string(b.Account))
	}
}

// rulable: a contest ends by two people of who has the unit, who say the same.
func (m *model) rulable(c lifecycle.Change, rule lifecycle.RuleContest) string {
	who, first := string(rule.Actor.Person), m.proposed[string(rule.Hold)]
	switch final := c.Holds[0].Ruling.Final(); {
	case !m.holds[string(rule.Hold)]:
		return "hold: ruled on what does not stand"
	case final && (first == "" || first == who):
		return fmt.Sprintf("hold: ruled by %q and %q", first, who)
	case !final:
		m.proposed[string(rule.Hold)] = who
	}
	return ""
}

func (w *world) share(t *rapid.T) {
	share := lifecycle.Share{Command: w.by(w.theOwner(t)), ID: lifecycle.BindingID(w.id("bnd")),
		To: rapid.SampledFrom([]lifecycle.PersonID{"", ana().Person, ben().Person, tom().Person}).Draw(t, "to")}
	if rapid.Bool().Draw(t, "with an end") {
		share.Until = w.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
	}
	if w.do(share) && rapid.Bool().Draw(t, "at once") {
		w.join(t)
	}
}

func (w *world) join(t *rapid.T) {
	for _, b := range w.s.Bindings {
		if b.Kind != lifecycle.BindingMember || b.State != lifecycle.BindingPending {
			continue
		}
		who := w.someOwner(t)
		if b.Account != "" && rapid.Bool().Draw(t, "whom it names") {
			who = owner(b.Account)
		}
		w.do(lifecycle.Join{Command: w.by(who), Binding: b.ID, AccountHash: "hash-" + string(who.Person)})
	}
}

func (w *world) runOut(*rapid.T) { w.do(lifecycle.Expire{Command: w.by(worker())}) }

func (w *world) rule(t *rapid.T) {
	outcome := rapid.SampledFrom(lifecycle.RulingOutcomes()).Draw(t, "outcome")
	reason := rapid.SampledFrom(lifecycle.RulingReasons(outcome)).Draw(t, "reason")
	for _, hold := range w.s.StandingHolds() {
		for _, who := range []lifecycle.Actor{cleo(), cora(), carl(), cody(), tess(), tim(), vera(), vito()} {
			w.do(lifecycle.RuleContest{Command: w.by(who), Hold: hold.ID, Outcome: outcome, Reason: reason})
		}
		if rapid.IntRange(0, 3).Draw(t, "thinks again") == 0 {
			w.do(lifecycle.Object{Command: w.by(w.here(t)), Hold: hold.ID})
		}
	}
}

// household is an owner who shares, and what then becomes of it.
func (w *world) household(t *rapid.T) {
	is, owned := w.s.Owner()
	if !owned {
		w.goodLife(t)
		return
	}
	mate := ana()
	if is.Account == mate.Person {
		mate = ben()
	}
	share := lifecycle.Share{Command: w.by(owner(is.Account)), ID: lifecycle.BindingID(w.id("bnd")), To: mate.Person}
	if rapid.Bool().Draw(t, "with an end") {
		share.Until = w.now.Add(90 * time.Minute)
	}
	if !w.do(share) {
		return
	}
	joiner := mate
	if rapid.IntRange(0, 2).Draw(t, "somebody else") == 0 {
		joiner = tom()
	}
	w.do(lifecycle.Join{Command: w.by(joiner), Binding: share.ID, AccountHash: "hash-" + string(joiner.Person)})
	switch rapid.IntRange(0, 3).Draw(t, "then") {
	case 0:
		w.now = w.now.Add(2 * time.Hour)
		w.runOut(t)
	case 1:
		w.do(lifecycle.MakeOffer{Command: w.by(owner(is.Account)), ID: lifecycle.OfferID(w.id("ofr")), To: tom().Person})
		w.makeSecret()
		w.hears(lifecycle.ResetNone, "")
		w.accept(t)
	case 2:
		w.do(lifecycle.Unbind{Command: w.by(mate), Binding: share.ID})
	}
}

// finder is an owner whose unit somebody else has bound since, and objects; and
// then whoever has it lets go of it.
func (w *world) finder(t *rapid.T) {
	is, owned := w.s.Owner()
	if !owned || len(w.s.StandingHolds()) > 0 {
		w.goodLife(t)
		return
	}
	lost, has := owner(is.Account), ben()
	if lost.Person == has.Person {
		has = ana()
	}
	w.do(lifecycle.TakeBack{Command: w.by(cleo()), Return: lifecycle.ReturnID(w.id("ret")), Order: w.order(), Condition: "used",
		Reason: "other", PresenceHash: "presence"})
	w.do(lifecycle.Cancel{Command: w.by(cleo()), Return: w.s.Return.ID, Order: w.order(), UnitPresent: true})
	w.camera.holder = has.Person
	w.makeSecret()
	w.hears(lifecycle.ResetNone, "")
	made, _ := w.camera.secretNow()
	w.do(lifecycle.Bind{Command: w.by(has), ID: lifecycle.BindingID(w.id("bnd")), ProofHash: made.hash})
	w.do(lifecycle.Contest{Command: w.by(lost), ID: lifecycle.HoldID(w.id("hld"))})
	w.rule(t)
	if rapid.Bool().Draw(t, "lets go") {
		w.do(lifecycle.Release{Command: w.by(has), Order: w.order()})
		w.speaks(t)
		w.bind(t)
	}
}

// objection is an owner from whom a desk takes what they did not bring.
func (w *world) objection(t *rapid.T) {
	is, owned := w.s.Owner()
	if !owned {
		w.goodLife(t)
		return
	}
	w.do(lifecycle.TakeBack{Command: w.by(cleo()), Return: lifecycle.ReturnID(w.id("ret")), Order: w.order(), Condition: "used",
		Reason: "other", PresenceHash: "presence"})
	w.do(lifecycle.Contest{Command: w.by(owner(is.Account)), ID: lifecycle.HoldID(w.id("hld"))})
	w.rule(t)
	if rapid.Bool().Draw(t, "handed over") && w.s.Return != nil {
		w.do(lifecycle.Cancel{Command: w.by(cleo()), Return: w.s.Return.ID, Order: w.order(), UnitPresent: true})
	}
}
