package simulation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
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
	history      replay.History
	place, prior lifecycle.State
	era          lifecycle.Epoch
	owner        lifecycle.PersonID
	waiting      map[lifecycle.PersonID]string // who asked, with which credential
	papers       bool                          // its certificate is of this era, or continued to it
	papersBefore bool                          // and at the last sale
	opened       int                           // the step in which its order was opened
	told         []string                      // credentials that a leaf has told
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
	p.history.Apply(entry.Index, change)
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

// allowed asks what no rule may let happen.
func (t *watch) allowed(p *picture, before lifecycle.Snapshot, c lifecycle.Change) {
	switch c.Event {
	case lifecycle.EventBind, lifecycle.EventTransfer:
		t.ownedBy(p, before, c, c.Actor.Person, before.Unit.Verifier)
	case lifecycle.EventBindConfirmed:
		who := liveOf(c)
		if c.Report == nil || p.waiting[who] == "" || p.waiting[who] != c.Report.Verifier {
			t.w.fail("I1: %s did not wait for what was reported", t.w.cast.nameOf(who))
			return
		}
		t.ownedBy(p, before, c, who, c.Report.Verifier)
	case lifecycle.EventSell:
		t.sellable(p, c)
	case lifecycle.EventProve:
		for _, task := range c.Orders[len(c.Orders)-1].Tasks {
			if !task.Done() {
				t.w.fail("I6: reset, and %s is %s", task.ID, task.State)
			}
		}
	case lifecycle.EventCertify:
		t.certifiable(before, c)
	}
	t.proven(p, before, c)
}

// ownedBy: nobody becomes the owner but by a credential that the camera made in
// this era, and that they have seen.
func (t *watch) ownedBy(p *picture, before lifecycle.Snapshot, c lifecycle.Change, who lifecycle.PersonID, hash string) {
	name := t.w.cast.nameOf(who)
	if p.owner != "" && c.Event != lifecycle.EventTransfer {
		t.w.fail("I1: %s becomes the owner, and %s is", name, t.w.cast.nameOf(p.owner))
	}
	made := t.secret(before.Unit, hash)
	switch {
	case made == nil:
		t.w.fail("I4: %s becomes the owner by a guess", name)
	case made.era != before.Unit.Epoch:
		t.w.fail("I4: %s becomes the owner at epoch %d by a credential of epoch %d", name, before.Unit.Epoch, made.era)
	case !made.known[name]:
		t.w.fail("I4: %s becomes the owner by a credential that they have not seen", name)
	}
}

// probeFor is how old a cloud's word may be at a sale (rule 4), with what a
// clock may jump while it is asked.
const probeFor = 24*time.Hour + 2*time.Hour

// sellable: nothing is sold out of any other hands than stock's, but with a
// current certificate and the fresh word of every cloud. A till's nightly file
// says what has happened already.
func (t *watch) sellable(p *picture, c lifecycle.Change) {
	if p.place == lifecycle.StateStock {
		return
	}
	late := c.Sale.RecordedAt.Sub(c.Sale.SoldAt) >= lifecycle.AfterTheFact
	if p.place != lifecycle.StateCertified || !p.papers && !late {
		t.w.fail("I6: sold out of %s, certificate %v", p.place, p.papers)
	}
	certificate, _ := p.history.Snapshot().CurrentCertificate()
	for name, cloud := range t.w.clouds {
		waived := slices.Contains(certificate.Waived, lifecycle.TaskID(name, lifecycle.VerbProbe))
		if !late && !waived && !cloud.dark(c.Unit.ID, c.At.Add(-probeFor)) {
			t.w.fail("I6: sold, and %s has not shown it dark for a day", name)
		}
	}
}

// certifiable: three people, and the bench that has it.
func (t *watch) certifiable(before lifecycle.Snapshot, c lifecycle.Change) {
	validator := c.Actor.Person
	hands := 0
	for _, word := range before.Attestations {
		if before.Order == nil || word.Order != before.Order.ID {
			continue
		}
		hands++
		if word.By == validator || word.By == before.Return.Clerk {
			t.w.fail("I6: certified by %s, attested by %s, taken back by %s", validator, word.By, before.Return.Clerk)
		}
	}
	if hands == 0 || before.Return.Clerk == validator || c.Actor.Org != before.Unit.Custody {
		t.w.fail("I6: certified after %d words, by %s", hands, t.w.cast.nameOf(validator))
	}
	if right := before.Return.Authority; right == lifecycle.AuthorityNone && before.Return.From.InCustomerHands() {
		t.w.fail("I6: certified after a return by nobody's right")
	}
}

// proven: a cloud's yes proves nothing. What it had to end, it must have shown
// to be gone.
func (t *watch) proven(p *picture, before lifecycle.Snapshot, c lifecycle.Change) {
	for _, order := range c.Orders {
		for _, task := range order.Tasks {
			if task.Cloud == "" || task.State != lifecycle.TaskProven || task.Verb != lifecycle.VerbUnbind {
				continue
			}
			if old, ok := taskOf(before, order.ID, task.ID); ok && old.State == lifecycle.TaskProven {
				continue
			}
			if !t.w.clouds[task.Cloud].clean(c.Unit.ID, p.opened, order.Before) {
				t.w.fail("I6: %s is proven, and %s never showed that nobody of before %s is left", task.ID, task.Cloud, order.Before)
			}
		}
	}
}

func taskOf(s lifecycle.Snapshot, order lifecycle.OrderID, task string) (lifecycle.Task, bool) {
	if s.Order == nil || s.Order.ID != order {
		return lifecycle.Task{}, false
	}
	return s.Order.Task(task)
}

// holds compares the tables with the leaves (I28), and asks what no snapshot
// may show.
func (t *watch) holds(ctx context.Context, unit lifecycle.UnitID) {
	p := t.units[unit]
	rows, err := t.w.house.store.Rows(ctx, unit)
	if err != nil {
		t.w.fail("I28: rows of %s: %v", unit, err)
		return
	}
	for _, difference := range replay.Differences(p.history.Rows(), rows) {
		t.w.fail("I28: %s: %s", rows.Unit.Key, difference)
	}
	if wrong := lifecycletest.Standing(rows); wrong != "" {
		t.w.fail("%s", wrong)
	}
	owner, _ := rows.Owner()
	if owner.Account != p.owner {
		t.w.fail("I1: %s is owned by %s, want %s", rows.Unit.Key, t.w.cast.nameOf(owner.Account), t.w.cast.nameOf(p.owner))
	}
}
