package lifecycle

import (
	"fmt"
	"time"
)

const (
	// ProbeFresh is how old a cloud's last probe may be at a sale (rule 4).
	ProbeFresh = 24 * time.Hour
	// AfterTheFact is how long ago a sale must have been for it to be taken
	// down although it would have been refused: a till's nightly file.
	AfterTheFact = 15 * time.Minute
	// VoidFor is how long a sale can be voided: "the same day" without knowing
	// the shop's time zone.
	VoidFor = 24 * time.Hour
)

// Sell records a sale: rule 4.
type Sell struct {
	Command
	ID          SaleID
	ReceiptHash string
	SoldAt      time.Time     // when the till says it was sold; zero: now
	ProbeFresh  time.Duration // 0: the default
}

// Decide runs the guard inside the sale's own transaction. A sale that is
// already a fact of yesterday is recorded and flagged where only freshness or
// paper stands against it; a hold or a wrong state refuses it all the same.
func (c Sell) Decide(s Snapshot) (Change, error) {
	if !maySell(s, c.Actor) {
		return Change{}, fmt.Errorf("sell a unit of somebody else: %w", ErrNotFound)
	}
	d := begin(s, EventSell, c.Command)
	soldAt := c.SoldAt
	if soldAt.IsZero() {
		soldAt = c.At
	}
	d.refuseUnless(!soldAt.After(c.At), "sell.future")
	against := saleReasons(s, c.At, c.ProbeFresh)
	if len(d.reasons) == 0 && len(against) > 0 && c.At.Sub(soldAt) >= AfterTheFact {
		d.flag(FlagSaleAfterTheFact, string(c.ID), SeverityHigh, map[string]string{"reasons": reasonCodes(against)})
		against = nil
	}
	d.reasons = append(d.reasons, against...)
	d.advance()
	unit := &d.change.Unit
	unit.Prior, unit.Custody = s.Unit.State, ""
	unit.SoldAt, unit.BoundAt = soldAt, time.Time{}
	unit.HomeNetwork = ""
	d.change.Sale = &Sale{
		ID: c.ID, Org: c.Actor.Org, Clerk: c.Actor.Person, Machine: c.Actor.Machine, ReceiptHash: c.ReceiptHash,
		SoldAt: soldAt, RecordedAt: c.At, From: s.Unit.State, Epoch: unit.Epoch,
	}
	return d.finish()
}

// maySell reports whether the actor may know of the unit at a till at all: it
// is in its organisation's custody, or with a customer.
func maySell(s Snapshot, actor Actor) bool {
	return actor.Org != "" && (s.Unit.Custody == actor.Org || s.Unit.Custody == "")
}

// saleReasons lists what stands against a sale besides the state and holds.
// Never-bound stock sells on our rows alone, so tills do not stop with a cloud.
func saleReasons(s Snapshot, now time.Time, fresh time.Duration) []Reason {
	var reasons []Reason
	if s.Unit.State == StateCertified {
		reasons = certifiedReasons(s, now, fresh)
	}
	if len(s.LiveBindings()) > 0 {
		reasons = append(reasons, Reason{Code: "sell.bound"})
	}
	if s.Unit.Claim != "" {
		reasons = append(reasons, Reason{Code: "sell.claimed"})
	}
	if s.Unit.Unconfirmed {
		reasons = append(reasons, Reason{Code: "sell.unconfirmed"})
	}
	if s.Shipment != nil && s.Shipment.ReceivedAt.IsZero() {
		reasons = append(reasons, Reason{Code: "sell.in-transit"})
	}
	return reasons
}

func certifiedReasons(s Snapshot, now time.Time, fresh time.Duration) []Reason {
	var reasons []Reason
	if fresh == 0 {
		fresh = ProbeFresh
	}
	if _, ok := s.CurrentCertificate(); !ok {
		reasons = append(reasons, Reason{Code: "sell.no-certificate"})
	}
	for _, cloud := range s.Model.Clouds {
		probe, ok := s.probeOf(cloud)
		switch {
		case !ok || probe.At.Before(s.Unit.ReturnedAt) || now.Sub(probe.At) > fresh:
			reasons = append(reasons, Reason{Code: "sell.not-probed", Args: map[string]string{"cloud": cloud}})
		case !probe.Dark:
			reasons = append(reasons, Reason{Code: "sell.still-bound", Args: map[string]string{"cloud": cloud}})
		}
	}
	return reasons
}

func (s Snapshot) probeOf(cloud string) (Probe, bool) {
	for _, probe := range s.Probes {
		if probe.Cloud == cloud {
			return probe, true
		}
	}
	return Probe{}, false
}

// AsOf is how fresh the answer about the clouds is: the oldest of the newest
// probes; zero where no cloud was asked.
func (s Snapshot) AsOf() time.Time {
	var oldest time.Time
	for _, cloud := range s.Model.Clouds {
		probe, ok := s.probeOf(cloud)
		if !ok {
			return time.Time{}
		}
		if oldest.IsZero() || probe.At.Before(oldest) {
			oldest = probe.At
		}
	}
	return oldest
}

// Void takes a sale of the same day back: the box never left, or came back
// over the counter at once.
type Void struct {
	Command
	Sale SaleID
}

// Decide answers with the unit in the state before the sale.
func (c Void) Decide(s Snapshot) (Change, error) {
	if s.Sale == nil || s.Sale.ID != c.Sale || s.Sale.Org != c.Actor.Org {
		return Change{}, fmt.Errorf("void another's sale: %w", ErrNotFound)
	}
	d := begin(s, EventVoid, c.Command)
	d.refuseUnless(s.Sale.VoidedAt.IsZero(), "void.already")
	d.refuseUnless(c.At.Sub(s.Sale.RecordedAt) < VoidFor, "void.too-late")
	d.untouched("void")
	d.undoSale()
	return d.finish()
}

// untouched refuses unless nobody bound the unit and it never spoke since it
// was sold.
func (d *draft) untouched(event string) {
	unit := d.before.Unit
	d.refuseUnless(unit.BoundAt.IsZero() && len(d.before.LiveBindings()) == 0, event+".was-bound")
	d.refuseUnless(!unit.ContactAt.After(unit.EpochAt), event+".had-contact")
}

// undoSale brings the unit back into the actor's custody. The epoch stays, so
// a certificate is continued to it: nobody had the unit in between.
func (d *draft) undoSale() {
	unit := &d.change.Unit
	unit.Custody = d.change.Actor.Org
	unit.SoldAt = time.Time{}
	for _, binding := range d.before.Bindings {
		if binding.State == BindingPending {
			d.endBinding(binding)
		}
	}
	if sale := d.before.Sale; sale != nil {
		voided := *sale
		voided.VoidedAt = d.at()
		d.change.Sale = &voided
		if certificate := d.before.Certificate; certificate != nil && certificate.StandsAt(sale.Epoch-1) {
			continued := *certificate
			continued.ContinuedTo = d.before.Unit.Epoch
			d.change.Certificate = &continued
		}
	}
}
