package lifecycle

import (
	"slices"
	"time"
)

// Command is who issues it and when. Every command and fact embeds it.
type Command struct {
	Actor Actor
	At    time.Time // UTC, whole milliseconds
}

// draft is a change in the making: it collects every reason against it, and
// the rows it would write.
type draft struct {
	before  Snapshot
	row     Transition
	change  Change
	reasons []Reason
}

// begin looks the event up in the table and notes the first reasons: not from
// this state, not under this hold.
func begin(s Snapshot, event Event, by Command) *draft {
	row, found := Lookup(s.Unit.State, event)
	d := &draft{before: s, row: row, change: Change{
		Event: event, Actor: by.Actor, At: by.At, From: s.Unit.State, Unit: s.Unit,
	}}
	if !found {
		d.refuse(string(event)+"."+string(s.Unit.State), nil)
	}
	if !row.UnderHold {
		for _, hold := range s.StandingHolds() {
			if event == EventCancel && hold.Ruling.Upheld() {
				continue // it is decided that the unit goes back
			}
			reason := hold.Reason(by.Actor)
			d.refuse(reason.Code, reason.Args)
		}
	}
	return d
}

// refuse adds a reason; the change will not be made.
func (d *draft) refuse(code string, args map[string]string) {
	if !HasReason(d.reasons, code) || args != nil {
		d.reasons = append(d.reasons, Reason{Code: code, Args: args})
	}
}

// refuseUnless adds the reason when the condition does not hold.
func (d *draft) refuseUnless(condition bool, code string) {
	if !condition {
		d.refuse(code, nil)
	}
}

// finish gives the change, or the refusal with every reason.
func (d *draft) finish() (Change, error) {
	if len(d.reasons) > 0 {
		return Change{}, &Refusal{Event: d.change.Event, State: d.before.Unit.State, Reasons: d.reasons}
	}
	unit := &d.change.Unit
	unit.State = d.row.To
	if d.row.To == StatePrior {
		unit.State = d.before.Unit.Prior
	}
	if unit.Custody != d.before.Unit.Custody {
		d.handedOver()
	}
	d.heed()
	return d.change, nil
}

// handedOver settles what hangs on who has the unit. A shipment that was left
// by another door has arrived: or its old recipient could receive the unit out
// of somebody's hands, years later. An approval to lift a hold is void, for
// both people must be of the organisation that has the unit (rule 8).
func (d *draft) handedOver() {
	if d.before.inTransit() && d.change.Shipment == nil {
		ended := *d.before.Shipment
		ended.ReceivedBy, ended.ReceivedAt = d.change.Actor.Person, d.at()
		d.change.Shipment = &ended
	}
	for _, hold := range d.before.StandingHolds() {
		proposed := hold.Ruling.ProposedBy != "" && !hold.Ruling.Final()
		if lifted := hasHold(d.change.Holds, hold.ID); !lifted && (proposed || hold.ApprovedBy != "") {
			hold.ApprovedBy = ""
			if proposed {
				hold.Ruling = Ruling{}
			}
			d.change.Holds = append(d.change.Holds, hold)
		}
	}
}

// at is the instant of the command.
func (d *draft) at() time.Time { return d.change.At }

// advance ends everything of the present epoch and begins the next. It does
// nothing when the change is refused anyway.
func (d *draft) advance() {
	unit := &d.change.Unit
	unit.Epoch++
	unit.EpochAt = d.epochAt()
	unit.EpochBy = d.change.Event
	unit.Verifier, unit.VerifierAt = "", time.Time{}
	for _, binding := range d.before.Bindings {
		if binding.State != BindingEnded {
			d.endBinding(binding)
			d.owe(binding)
		}
	}
	for _, offer := range d.before.Offers {
		if offer.State == OfferPending {
			d.change.Offers = append(d.change.Offers, offer.ended(OfferEnded, d.at()))
		}
	}
	if order := d.before.Order; order != nil && order.State == OrderOpen {
		ended := *order
		ended.State, ended.EndedAt = OrderSuperseded, d.at()
		d.change.Orders = append(d.change.Orders, ended)
	}
}

// epochAt is when the next epoch begins: now, but never before anything of the
// one that it ends, though the clock was put back in between. Clouds are told to
// end what is older, and a link of a minute ago must not look newer than its
// own end.
func (d *draft) epochAt() time.Time {
	unit := d.before.Unit
	at := maxTime(maxTime(d.at(), unit.EpochAt), unit.ContactAt)
	for _, b := range d.before.Bindings {
		if b.State == BindingLive && !b.LiveAt.Before(at) {
			at = b.LiveAt.Add(time.Millisecond)
		}
	}
	return at
}

// endBinding ends a binding now. One that was over by itself before, and that
// no sweep has put down yet, ended then: nobody saw anything by it since.
func (d *draft) endBinding(binding Binding) {
	if binding.Over(d.at()) {
		d.change.Bindings = append(d.change.Bindings, binding.AsOf(d.at()))
		return
	}
	binding.State = BindingEnded
	binding.EndedAt = d.at()
	binding.EndedBy = d.change.Event
	d.change.Bindings = append(d.change.Bindings, binding)
}

// openOrder opens an order of the unit's new epoch: clouds must end what is
// older than now.
func (d *draft) openOrder(id OrderID, kind OrderKind, ret ReturnID) {
	tasks := resetTasks(d.before.Model.Clouds)
	if kind == OrderCut {
		tasks = cutTasks(d.before.Model.Clouds)
	}
	if len(tasks) == 0 {
		return // no cloud may know the model
	}
	d.change.Orders = append(d.change.Orders, Order{
		ID: id, Kind: kind, State: OrderOpen, Return: ret, Epoch: d.change.Unit.Epoch,
		Before: maxTime(d.at(), d.change.Unit.EpochAt), OpenedAt: d.at(), Tasks: tasks,
	})
}

// flag adds a flag; the store gives it its id and merges it with an older one
// of the same kind and cause.
func (d *draft) flag(kind, cause string, severity Severity, evidence map[string]string) {
	org := d.change.Unit.Custody
	if org == "" {
		org = d.change.Actor.Org
	}
	d.change.Flags = append(d.change.Flags, Flag{
		Unit: d.change.Unit.ID, Kind: kind, Cause: cause, Severity: severity, State: FlagOpen,
		Org: org, Evidence: evidence, FirstAt: d.at(), LastAt: d.at(),
	})
}

// settles closes a flag whose cause this change ends, if it stands. The store
// looks: one that does not stand is not raised by it.
func (d *draft) settles(kind, cause string) {
	d.change.Flags = append(d.change.Flags, Flag{
		Unit: d.change.Unit.ID, Kind: kind, Cause: cause, State: FlagResolved, DoneBy: d.change.Actor.Person, DoneAt: d.at(),
	})
}

// custodian reports whether the actor's organisation has the unit.
func (d *draft) custodian() bool {
	org := d.change.Actor.Org
	return org != "" && d.before.Unit.Custody == org
}

// goOn opens a cut order where the advance superseded an open order: what its
// clouds had not ended yet must still end.
func (d *draft) goOn(id OrderID) {
	if order := d.before.Order; order != nil && order.State == OrderOpen {
		d.openOrder(id, OrderCut, "")
	}
}

// pairwiseDifferent reports whether all are given and no two are the same.
func pairwiseDifferent(people ...PersonID) bool {
	sorted := slices.Clone(people)
	slices.Sort(sorted)
	return !slices.Contains(sorted, "") && len(slices.Compact(sorted)) == len(people)
}
