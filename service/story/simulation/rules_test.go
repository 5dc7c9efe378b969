package simulation

import (
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

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
