package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// Heard is what a unit said and signed: a contact, a credential it made, or a
// hard reset. It is a fact; only a report made under an older epoch than the
// present one is turned away, for its nonce must come from a new challenge. A
// credential that the unit told us of before the last advance, whenever that
// was, counts as none: the unit must make another (rule 5).
type Heard struct {
	Command
	Report Report
	Order  OrderID // the id of the order that a hard reset opens, if it opens one
}

// Decide answers with the fact that the report is in this state.
func (c Heard) Decide(s Snapshot) (Change, error) {
	if c.Report.Epoch != s.Unit.Epoch {
		return Change{}, fmt.Errorf("report of epoch %d, the unit is at %d: %w", c.Report.Epoch, s.Unit.Epoch, ErrStale)
	}
	// What is made of the report from here on has no credential of before in it.
	told := s.weigh(c.Report.Verifier, c.At)
	if !told.fresh {
		c.Report.Verifier = ""
	}
	if c.Report.Kind == ResetHard {
		return c.hardReset(s, told)
	}
	if binding, ok := c.confirms(s); ok {
		d := begin(s, EventBindConfirmed, c.Command)
		d.heard(c.Report, told)
		d.goLive(binding)
		for _, other := range s.Bindings {
			if other.State == BindingPending && other.ID != binding.ID {
				d.endBinding(other)
			}
		}
		return d.finish()
	}
	d := begin(s, EventContactSeen, c.Command)
	d.heard(c.Report, told)
	d.presence(c.Report)
	if s.Unit.State == StateRetired {
		d.flag(FlagRetiredAlive, "contact", SeverityCritical, nil)
	}
	if c.Report.Verifier != "" {
		for _, pending := range s.Bindings {
			if pending.Kind == BindingOwner && pending.State == BindingPending && pending.ProofHash != c.Report.Verifier {
				d.endBinding(pending)
			}
		}
	}
	return d.finish()
}

// confirms finds the pending binding that named the reported credential. A
// hold keeps it pending: holds refuse every bind. So does the claim of somebody
// else, who may have got it since the binding was asked for.
func (c Heard) confirms(s Snapshot) (Binding, bool) {
	_, owned := s.Owner()
	if owned || len(s.StandingHolds()) > 0 || s.Unit.State != StateSold && s.Unit.State != StateStock {
		return Binding{}, false
	}
	for _, binding := range s.Bindings {
		asked := binding.Kind == BindingOwner && binding.State == BindingPending && binding.Epoch == s.Unit.Epoch
		shown := binding.ProofHash != "" && binding.ProofHash == c.Report.Verifier
		if asked && shown && (s.Unit.Claim == "" || s.Unit.Claim == binding.Account) {
			return binding, true
		}
	}
	return Binding{}, false
}

// heard notes what every report tells. A credential that is told again is as
// old as it was when it was told first, whatever was told in between: or who
// knew it before an offer would take the unit by it after.
func (d *draft) heard(report Report, told worth) {
	unit := &d.change.Unit
	unit.ContactAt, unit.Network = d.at(), report.Network
	if report.Firmware != "" {
		unit.Firmware = report.Firmware
	}
	if report.Verifier != "" && report.Verifier != d.before.Unit.Verifier {
		unit.Verifier, unit.VerifierAt = report.Verifier, told.At
	}
	if report.Verifier == "" && d.before.Report != nil {
		report.Verifier = d.before.Report.Verifier
	}
	d.change.Report = &report
	d.remember(told)
}

// presence makes the authority of an open return better when the unit signed
// the code on the desk's screen.
func (d *draft) presence(report Report) {
	ret, state := d.before.Return, d.before.Unit.State
	if ret == nil || state != StateReturned && state != StateReset || ret.Authority != AuthorityNone {
		return
	}
	if ret.PresenceHash != "" && ret.PresenceHash == report.Presence {
		present := *ret
		present.Authority = AuthorityDevicePresent
		d.change.Return = &present
	}
}

func (c Heard) hardReset(s Snapshot, told worth) (Change, error) {
	d := begin(s, EventHardResetSeen, c.Command)
	owner, owned := s.Owner()
	switch s.Unit.State {
	case StateRetired:
		d.heard(c.Report, told)
		d.flag(FlagRetiredAlive, "hard-reset", SeverityCritical, nil)
		return d.finish()
	case StateReturned:
		d.heard(c.Report, told)
		d.presence(c.Report)
		// Whose button was held has made another: one that tells what it had told
		// before has shown nothing.
		if told.unheard {
			d.proveUnitTask(VerbFactoryReset, GradeDeviceSigned, "signed-report")
		}
		d.proveUnitTask(VerbIdentify, GradeDeviceSigned, "signed-report")
		return d.finish()
	case StateReset, StateCertified:
		d.reopen(c.Order, causeHardReset)
	default:
		d.advance()
		if owned {
			d.openOrder(c.Order, OrderCut, "")
		} else {
			d.goOn(c.Order)
		}
		if s.Unit.State == StateSold && s.Unit.EpochBy == EventRelease {
			d.change.Unit.EpochBy = EventRelease
		}
	}
	d.heard(c.Report, told)
	// The credential was made before the advance that this reset causes: the
	// unit makes a newer one at its next challenge.
	d.change.Unit.Verifier, d.change.Unit.VerifierAt = "", time.Time{}
	if owned && s.Model.ResetPolicy == ResetLocks && s.Unit.Claim == "" {
		d.change.Unit.Claim = owner.Account
	}
	return d.finish()
}

// BindingSeen is a cloud's word that somebody is bound to the unit who is not
// of our bindings.
type BindingSeen struct {
	Command
	Sighting Sighting
	Order    OrderID // the id of the order that it opens, if it opens one
}

// Decide sorts the sighting (rule 10) and acts on what is old.
func (c BindingSeen) Decide(s Snapshot) (Change, error) {
	d := begin(s, EventBindingSeen, c.Command)
	d.change.Sightings = keepFirst(s.Sightings, []Sighting{c.Sighting})
	cause := c.Sighting.Cloud + " " + c.Sighting.AccountHash
	evidence := map[string]string{"cloud": c.Sighting.Cloud, "kind": string(c.Sighting.Kind)}
	if !c.Sighting.Since.IsZero() {
		evidence["since"] = c.Sighting.Since.UTC().Format(time.RFC3339)
	}
	switch s.Unit.State {
	case StateRetired:
		d.flag(FlagRetiredAlive, cause, SeverityCritical, evidence)
	case StateStock:
		d.flag(FlagBoundInStock, cause, SeverityHigh, evidence)
	case StateReturned:
		d.openAgain(c.Sighting.Cloud)
	case StateReset, StateCertified:
		d.flag(FlagSoldButBound, cause, SeverityHigh, evidence)
		d.reopen(c.Order, causeBinding)
	case StateSold, StateBound:
		c.sort(d, cause, evidence)
	}
	return d.finish()
}

func (c BindingSeen) sort(d *draft, cause string, evidence map[string]string) {
	age := Sort(d.before, c.Sighting)
	evidence["age"] = string(age)
	switch age {
	case AgeOld:
		d.flag(FlagSoldButBound, cause, SeverityCritical, evidence)
		if !d.openAgain(c.Sighting.Cloud) {
			d.cutOlder(c.Order, c.Sighting.Cloud)
		}
	case AgeCannotTell:
		d.flag(FlagSoldButBound, cause, SeverityMedium, evidence)
	case AgeNew:
		if knownBefore(d.before, c.Sighting) {
			d.flag(FlagSoldButBound, cause, SeverityLow, evidence)
		}
	}
}

// openAgain opens the tasks of one cloud of the open order once more: what was
// proven is no longer true. A cloud that the order did not ask so far is added
// to it, for a second order beside it would hide the first one.
func (d *draft) openAgain(cloud string) bool {
	order, ok := d.before.OpenOrder()
	if !ok {
		return false
	}
	asked := slices.ContainsFunc(order.Tasks, func(t Task) bool { return t.Cloud == cloud })
	if !asked {
		more := cloudTasks([]string{cloud}, CloudVerbs())
		if order.Kind == OrderCut {
			more = cutTasks([]string{cloud})
		}
		order.Tasks = append(slices.Clone(order.Tasks), more...)
	}
	for _, task := range order.Tasks {
		if task.Cloud == cloud && (task.Verb == VerbUnbind || task.Verb == VerbCut || task.Verb == VerbProbe) {
			task.State, task.Proof, task.DoneAt = TaskOpen, "", time.Time{}
			order = order.with(task)
		}
	}
	d.change.Orders = append(d.change.Orders, order)
	return true
}

// cutOlder opens an order for one cloud that ends what was bound before the
// last return, and leaves the new owner alone.
func (d *draft) cutOlder(id OrderID, cloud string) {
	d.change.Orders = append(d.change.Orders, Order{
		ID: id, Kind: OrderCut, State: OrderOpen, Epoch: d.change.Unit.Epoch,
		Before: d.before.Unit.ReturnedAt, OpenedAt: d.at(), Tasks: cutTasks([]string{cloud}),
	})
}

// Age is whether a binding that a cloud reports is of before the last return.
type Age string

const (
	AgeOurs       Age = "ours"        // an account with a live binding of ours
	AgeOld        Age = "old"         // bound before the last return
	AgeNew        Age = "new"         // bound since the last sale
	AgeCannotTell Age = "cannot-tell" // neither can be shown
)

// Sort tells old from new: rule 10.
func Sort(s Snapshot, seen Sighting) Age {
	for _, binding := range s.LiveBindings() {
		if binding.AccountHash != "" && binding.AccountHash == seen.AccountHash && !bornBefore(seen, s.Unit.ReturnedAt) {
			return AgeOurs
		}
	}
	switch {
	case s.Unit.ReturnedAt.IsZero():
		return AgeCannotTell
	case bornBefore(seen, s.Unit.ReturnedAt):
		return AgeOld
	case !seen.Since.IsZero() && !seen.Since.Before(s.Unit.SoldAt):
		return AgeNew
	case seen.Since.IsZero() && knownBefore(s, seen):
		return AgeOld
	}
	return AgeCannotTell
}

func bornBefore(seen Sighting, boundary time.Time) bool {
	return !seen.Since.IsZero() && seen.Since.Before(boundary)
}

// knownBefore reports whether the inventory taken before the last unbinding
// had the same account.
func knownBefore(s Snapshot, seen Sighting) bool {
	for _, known := range s.Sightings {
		same := known.Cloud == seen.Cloud && known.AccountHash == seen.AccountHash
		early := bornBefore(known, s.Unit.ReturnedAt) || known.SeenAt.Before(s.Unit.SoldAt)
		if same && early {
			return true
		}
	}
	return false
}
