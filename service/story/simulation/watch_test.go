package simulation

import (
	"context"
	"encoding/json"
	"slices"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/lifecycle/lifecycletest"
)

// watch reads every leaf once, in order, and holds each unit to a plain picture
// of what can be: where it is, in which era, and whose it is.
type watch struct {
	w     *world
	next  int64 // index of the first entry not read yet
	units map[lifecycle.UnitID]*picture
	known []lifecycle.UnitID // in the order of their first leaf
	// visited are the ways that were gone, "state event".
	visited map[string]bool
}

// picture is one unit.
type picture struct {
	history      history
	place, prior lifecycle.State
	era          lifecycle.Epoch
	owner        lifecycle.PersonID
	waiting      map[lifecycle.PersonID]string // who asked, with which credential
	papers       bool                          // its certificate is of this era, or continued to it
	papersBefore bool                          // and at the last sale
	opened       int                           // the step in which its order was opened
	told         []string                      // credentials that a leaf has told
	former       []lifecycle.PersonID          // who owned it, once
}

func newWatch(w *world) *watch {
	return &watch{w: w, units: map[lifecycle.UnitID]*picture{}, visited: map[string]bool{}}
}

// of is the picture of a unit; an empty one before its first leaf.
func (t *watch) of(unit lifecycle.UnitID) *picture {
	if p, ok := t.units[unit]; ok {
		return p
	}
	return &picture{}
}

func (t *watch) byKey(key lifecycle.UnitKey) *picture {
	for _, id := range t.known {
		if t.units[id].history.Snapshot().Unit.Key.Equal(key) {
			return t.units[id]
		}
	}
	return nil
}

// look reads what is new on the ledger, and then asks what must hold of every
// unit that it is about.
func (t *watch) look() {
	if t.w.house.dead {
		return
	}
	ctx := context.Background()
	source := t.w.house.store.Ledger(ctx)
	last, err := t.w.house.store.Head(ctx)
	if err != nil {
		t.w.fail("watch: %v", err)
		return
	}
	if last+1 < t.next {
		t.w.fail("lost: the ledger ends with entry %d, and %d was read", last, t.next-1)
	}
	if last < t.next {
		return
	}
	entries, err := source.Entries(ctx, t.next, last+1)
	if err != nil {
		t.w.fail("watch: %v", err)
		return
	}
	var touched []lifecycle.UnitID
	for _, entry := range entries {
		if unit := t.read(entry); unit != "" && !slices.Contains(touched, unit) {
			touched = append(touched, unit)
		}
	}
	t.next = last + 1
	for _, unit := range touched {
		t.holds(ctx, unit)
	}
}

// read takes in one leaf, and says which unit it is about.
func (t *watch) read(entry ledger.Entry) lifecycle.UnitID {
	leaf, err := ledger.DecodeLeaf(entry.Bytes)
	if err != nil || leaf.Kind != "unit" {
		return ""
	}
	var change lifecycle.Change
	if err := json.Unmarshal(leaf.Body, &change); err != nil {
		t.w.fail("I28: entry %d holds no change: %v", entry.Index, err)
		return ""
	}
	unit := lifecycle.UnitID(leaf.Subject)
	p, ok := t.units[unit]
	if !ok {
		p = &picture{waiting: map[lifecycle.PersonID]string{}}
		t.units[unit] = p
		t.known = append(t.known, unit)
		for _, c := range t.w.cameras {
			if c.key.Equal(change.Unit.Key) {
				c.id = unit
			}
		}
	}
	t.w.tell("  entry %d: %s: %s, %s at %d", entry.Index, change.Unit.Key, change.Event, change.Unit.State, change.Unit.Epoch)
	before := p.history.Snapshot()
	t.step(p, before, change)
	p.history.Apply(change)
	t.w.linked(change)
	return unit
}

// step moves the picture on by what happened, and says what could not be.
func (t *watch) step(p *picture, before lifecycle.Snapshot, c lifecycle.Change) {
	to, era, ok := lifecycletest.Step(p.place, p.prior, c.Event)
	if !ok {
		t.w.fail("I2: %s out of %q", c.Event, p.place)
		return
	}
	t.visited[string(p.place)+" "+string(c.Event)] = true
	if era {
		p.era++
	}
	if c.Unit.State != to || c.Unit.Epoch != p.era || c.Unit.Version != before.Unit.Version+1 {
		t.w.fail("I2: %s leads to %s at epoch %d, version %d; want %s at %d, version %d",
			c.Event, c.Unit.State, c.Unit.Epoch, c.Unit.Version, to, p.era, before.Unit.Version+1)
	}
	if slices.Contains(lifecycletest.FrozenByHolds(), c.Event) && len(before.StandingHolds()) > 0 {
		t.w.fail("hold: %s under %v", c.Event, before.StandingHolds()[0].Kind)
	}
	t.allowed(p, before, c)
	if era {
		if p.owner != "" {
			p.former = append(p.former, p.owner)
		}
		p.owner, p.waiting = "", map[lifecycle.PersonID]string{}
	}
	t.whose(p, c)
	t.papers(p, c)
	p.place = to
	for _, order := range c.Orders {
		if before.Order == nil || before.Order.ID != order.ID {
			p.opened = t.w.step
		}
	}
}

// whose follows who owns the unit, and who waits to.
func (t *watch) whose(p *picture, c lifecycle.Change) {
	switch c.Event {
	case lifecycle.EventBind, lifecycle.EventTransfer:
		p.owner, p.waiting = c.Actor.Person, map[lifecycle.PersonID]string{}
	case lifecycle.EventBindConfirmed:
		p.owner, p.waiting = liveOf(c), map[lifecycle.PersonID]string{}
	case lifecycle.EventBindPending:
		for _, b := range c.Bindings {
			if b.State == lifecycle.BindingPending {
				p.waiting[b.Account] = b.ProofHash
			}
		}
	}
	if c.Report != nil && c.Report.Verifier != "" && !slices.Contains(p.told, c.Report.Verifier) {
		p.told = append(p.told, c.Report.Verifier)
		if made := t.secret(c.Unit, c.Report.Verifier); made != nil {
			made.told = true
		}
	}
}

// papers follows whether a certificate covers the era.
func (t *watch) papers(p *picture, c lifecycle.Change) {
	switch c.Event {
	case lifecycle.EventSell:
		p.prior, p.papersBefore, p.papers = p.place, p.papers, false
	case lifecycle.EventVoid, lifecycle.EventReturnSealed:
		p.papers = p.papersBefore
	case lifecycle.EventCertify:
		p.papers = true
	case lifecycle.EventReturn, lifecycle.EventReopen, lifecycle.EventHardResetSeen, lifecycle.EventBindingSeen:
		p.papers = p.papers && c.Unit.State == p.place && c.Event == lifecycle.EventBindingSeen
	}
	if p.place == lifecycle.StateStock && c.Unit.State == lifecycle.StateBound {
		p.prior = lifecycle.StateStock
	}
}

func liveOf(c lifecycle.Change) lifecycle.PersonID {
	for _, b := range c.Bindings {
		if b.State == lifecycle.BindingLive {
			return b.Account
		}
	}
	return ""
}

// secret is the credential of a unit's camera with this hash; nil: a guess.
func (t *watch) secret(unit lifecycle.Unit, hash string) *secret {
	for _, c := range t.w.cameras {
		if c.key.Equal(unit.Key) {
			return c.secretOf(hash)
		}
	}
	return nil
}

// holds asks what no snapshot may show, and whether the tables went along with
// the leaf. The audit compares them field by field.
func (t *watch) holds(ctx context.Context, unit lifecycle.UnitID) {
	p := t.units[unit]
	rows, err := t.w.house.store.Rows(ctx, unit)
	if err != nil {
		t.w.fail("I28: rows of %s: %v", unit, err)
		return
	}
	if leaf := p.history.Snapshot().Unit; rows.Unit.Version != leaf.Version || rows.Unit.State != leaf.State || rows.Unit.Epoch != leaf.Epoch {
		t.w.fail("I28: %s is %s at %d, version %d, and its leaf says %s at %d, version %d", rows.Unit.Key,
			rows.Unit.State, rows.Unit.Epoch, rows.Unit.Version, leaf.State, leaf.Epoch, leaf.Version)
	}
	if wrong := lifecycletest.Standing(rows); wrong != "" {
		t.w.fail("%s", wrong)
	}
	owner, _ := rows.Owner()
	if owner.Account != p.owner {
		t.w.fail("I1: %s is owned by %s, want %s", rows.Unit.Key, t.w.cast.nameOf(owner.Account), t.w.cast.nameOf(p.owner))
	}
}
