package desk

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Progress is a return and how far the letting go is: what the desk's screen
// shows, now and after a restart, because all of it is read from the record.
type Progress struct {
	Return lifecycle.Return
	Unit   lifecycle.Unit
	// Model is the unit's model, by name.
	Model string
	// Here reports whether the reader's organisation has the unit. Where it
	// has not, the unit's present is no longer its business, only this return.
	Here bool
	// Order is the reset order of this return; nil: it is over.
	Order *lifecycle.Order
	// Presence is the code for the unit to sign; empty: that would change
	// nothing, or the unit cannot sign.
	Presence string
	// MayVouch and MayCancel say what the reader can still do.
	MayVouch, MayCancel bool
}

// Find reads a return for the organisation that took it, or that has the unit
// now.
func (d *Desk) Find(ctx context.Context, actor lifecycle.Actor, id lifecycle.ReturnID) (Progress, error) {
	unit, ret, err := d.config.Returns.Return(ctx, id)
	if err != nil {
		return Progress{}, fmt.Errorf("find return: %w", err)
	}
	snapshot, err := d.config.Returns.Snapshot(ctx, unit.ID)
	if err != nil {
		return Progress{}, fmt.Errorf("read returned unit: %w", err)
	}
	progress := d.progress(actor, ret, snapshot)
	if !progress.Here && (actor.Org == "" || ret.Org != actor.Org) {
		return Progress{}, fmt.Errorf("return of another organisation: %w", lifecycle.ErrNotFound)
	}
	return progress, nil
}

// progress is how far the letting go under a return is, as the unit stands.
func (d *Desk) progress(actor lifecycle.Actor, ret lifecycle.Return, s lifecycle.Snapshot) Progress {
	here := actor.Org != "" && s.Unit.Custody == actor.Org
	progress := Progress{Return: ret, Unit: s.Unit, Model: s.Model.Name, Here: here}
	if order := s.Order; order != nil && order.Return == ret.ID && order.Kind == lifecycle.OrderReset {
		progress.Order = order
	}
	if s.Return == nil || s.Return.ID != ret.ID || !here {
		return progress
	}
	progress.offer(s, actor)
	// A bench may have asked for another code since, on its own screen.
	if text := d.config.Presence(ret.ID); progress.wantsPresence() && hashOf(text) == progress.Return.PresenceHash {
		progress.Presence = text
	}
	return progress
}

// offer works out what can still be done about an open return.
func (p *Progress) offer(s lifecycle.Snapshot, actor lifecycle.Actor) {
	open := p.Open()
	weak := p.Return.Authority == lifecycle.AuthorityNone || p.Return.Authority == lifecycle.AuthorityDevicePresent
	works := actor.Has(lifecycle.RoleClerk) || actor.Has(lifecycle.RoleTechnician)
	p.MayVouch = open && weak && works && p.Return.From.InCustomerHands()
	p.MayCancel = p.Unit.State == lifecycle.StateReturned && p.Return.From.InCustomerHands() &&
		actor.Has(lifecycle.RoleClerk) && len(s.StandingHolds()) == 0
}

// Open reports whether the unit is still being let go of under this return.
func (p Progress) Open() bool {
	open := p.Unit.State == lifecycle.StateReturned || p.Unit.State == lifecycle.StateReset
	return p.Here && open && p.Return.CancelledAt.IsZero()
}

// wantsPresence: the unit can sign, and its word would give the return an
// authority that it has not.
func (p Progress) wantsPresence() bool {
	return p.Unit.State == lifecycle.StateReturned && p.Return.CancelledAt.IsZero() &&
		p.Return.Authority == lifecycle.AuthorityNone && len(p.Unit.DeviceKey) > 0
}

// Darkness is whether one cloud, or our own gate, still shows anything.
type Darkness struct {
	Cloud string
	Dark  bool
	// Word is how far it is, as the code of a sentence.
	Word  string
	Tasks []lifecycle.Task
}

// Clouds is the order's progress cloud by cloud, in the order of the model.
// Darkness is stated only where the cloud was asked again and had nothing.
func (p Progress) Clouds() []Darkness {
	var clouds []Darkness
	for _, task := range p.tasks() {
		if task.Cloud == "" {
			continue
		}
		at := len(clouds) - 1
		if at < 0 || clouds[at].Cloud != task.Cloud {
			clouds = append(clouds, Darkness{Cloud: task.Cloud})
			at++
		}
		clouds[at].Tasks = append(clouds[at].Tasks, task)
	}
	for i := range clouds {
		clouds[i].Dark, clouds[i].Word = darkness(clouds[i].Tasks)
	}
	return clouds
}

// UnitTasks are what the unit itself has to prove.
func (p Progress) UnitTasks() []lifecycle.Task {
	var own []lifecycle.Task
	for _, task := range p.tasks() {
		if task.Cloud == "" {
			own = append(own, task)
		}
	}
	return own
}

func (p Progress) tasks() []lifecycle.Task {
	if p.Order == nil {
		return nil
	}
	return p.Order.Tasks
}

// darkness: a cloud is dark when its last probe found nothing; that it
// answered yes to everything proves nothing (rule 2).
func darkness(tasks []lifecycle.Task) (dark bool, word string) {
	asked, waived := false, false
	for _, task := range tasks {
		if task.Verb == lifecycle.VerbProbe && task.State == lifecycle.TaskProven {
			return true, "desk.cloud-dark"
		}
		asked = asked || task.State != lifecycle.TaskOpen
		waived = waived || task.State == lifecycle.TaskWaived
	}
	switch {
	case waived:
		return false, "desk.cloud-waived"
	case asked:
		return false, "desk.cloud-asked"
	}
	return false, "desk.cloud-open"
}

// recent is how far back the desk's list goes: a shift, and the one before.
const recent = 24 * time.Hour

// maxToday bounds the desk's list.
const maxToday = 100

// Today lists what the organisation took back in the last 24 hours.
func (d *Desk) Today(ctx context.Context, actor lifecycle.Actor) ([]lifecycle.TakenBack, error) {
	if actor.Org == "" {
		return nil, fmt.Errorf("returns of nobody's desk: %w", lifecycle.ErrForbidden)
	}
	list, err := d.config.Returns.ReturnsSince(ctx, actor.Org, d.now().Add(-recent), maxToday)
	if err != nil {
		return nil, fmt.Errorf("list returns: %w", err)
	}
	return list, nil
}
