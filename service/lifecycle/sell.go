package lifecycle

import (
	"fmt"
	"slices"
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
	late := c.At.Sub(soldAt) >= AfterTheFact
	against := c.against(s, soldAt, late)
	if len(d.reasons) == 0 && len(against) > 0 && late {
		d.flag(FlagSaleAfterTheFact, string(c.ID), SeverityHigh, map[string]string{"reasons": reasonCodes(against)})
		against = nil
	}
	for _, reason := range against {
		d.refuse(reason.Code, reason.Args)
	}
	d.advance()
	unit := &d.change.Unit
	unit.Prior, unit.Custody = s.Unit.State, ""
	// A till cannot have sold before the return what was certified after it: a
	// SoldAt of then would hide the unit from the sweep (Unit.Watched).
	unit.SoldAt, unit.BoundAt = maxTime(soldAt, s.Unit.ReturnedAt), time.Time{}
	unit.HomeNetwork = ""
	d.change.Sale = &Sale{
		ID: c.ID, Org: c.Actor.Org, Clerk: c.Actor.Person, Machine: c.Actor.Machine, ReceiptHash: c.ReceiptHash,
		SoldAt: soldAt, RecordedAt: c.At, From: s.Unit.State, Epoch: unit.Epoch,
	}
	return d.finish()
}

// against lists what stands, or at the time of a late sale stood, against it.
func (c Sell) against(s Snapshot, soldAt time.Time, late bool) []Reason {
	if !late {
		return saleReasons(s, c.At, c.ProbeFresh)
	}
	reasons := saleReasons(s, soldAt, c.ProbeFresh)
	if certificate, ok := s.CurrentCertificate(); ok && s.Unit.State == StateCertified && soldAt.Before(certificate.IssuedAt) {
		reasons = append(reasons, Reason{Code: "sell.before-certified"})
	}
	return reasons
}

// maySell reports whether the actor may know of the unit at a till at all: it
// is in its organisation's custody, or with a customer.
func maySell(s Snapshot, actor Actor) bool {
	return actor.Org != "" && (s.Unit.Custody == actor.Org || s.Unit.Custody == "")
}

// saleReasons lists what stands against a sale besides the state and holds.
// Never-bound stock sells on our rows alone, so tills do not stop with a cloud;
// a sighting that stands is such a row, and says that it is not never-bound.
func saleReasons(s Snapshot, now time.Time, fresh time.Duration) []Reason {
	var reasons []Reason
	switch s.Unit.State {
	case StateCertified:
		reasons = certifiedReasons(s, now, fresh)
	case StateStock:
		reasons = stockReasons(s)
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
	if s.inTransit() {
		reasons = append(reasons, Reason{Code: "sell.in-transit"})
	}
	return append(reasons, kitReasons(s)...)
}

func stockReasons(s Snapshot) []Reason {
	var reasons []Reason
	for _, sighting := range s.Sightings {
		if sighting.GoneAt.IsZero() {
			reasons = append(reasons, Reason{Code: "sell.still-bound", Args: map[string]string{"cloud": sighting.Cloud}})
		}
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
		if s.gone(cloud) {
			continue
		}
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

// gone reports whether the certificate says that two people gave the cloud up:
// it will never be probed again.
func (s Snapshot) gone(cloud string) bool {
	certificate, ok := s.CurrentCertificate()
	return ok && slices.Contains(certificate.Waived, TaskID(cloud, VerbProbe))
}

// AsOf is how fresh the answer about the clouds is: the oldest of the newest
// probes; zero where a cloud was not asked, or none is left to ask.
func (s Snapshot) AsOf() time.Time {
	var oldest time.Time
	for _, cloud := range s.Model.Clouds {
		if s.gone(cloud) {
			continue
		}
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
	if s.Unit.Custody != "" && s.Unit.Custody != c.Actor.Org {
		// A refusal would say what has become of it in other hands (rule 13).
		return Change{}, fmt.Errorf("void the sale of another's stock: %w", ErrNotFound)
	}
	d := begin(s, EventVoid, c.Command)
	d.refuseUnless(s.Sale.VoidedAt.IsZero(), "void.already")
	d.refuseUnless(c.At.Sub(s.Sale.RecordedAt) < VoidFor, "void.too-late")
	for _, touch := range touched(s) {
		d.refuse("void."+touch, nil)
	}
	d.undoSale()
	return d.finish()
}

// touched says how somebody used the unit since it was sold: bound it, with us
// or as a cloud saw, had it speak, or did anything that began a new epoch. The
// measure is the sale, not the epoch: a hard reset advances the epoch at the
// very instant of the contact. A unit that was bound without a recorded sale
// has none to undo.
func touched(s Snapshot) []string {
	var sale Sale
	if s.Sale != nil {
		sale = *s.Sale
	}
	var touches []string
	seen := slices.ContainsFunc(s.Sightings, func(x Sighting) bool {
		return x.SeenAt.After(sale.SoldAt) || x.Since.After(sale.SoldAt)
	})
	if seen || !s.Unit.BoundAt.IsZero() || len(s.LiveBindings()) > 0 {
		touches = append(touches, "was-bound")
	}
	if s.Unit.ContactAt.After(sale.SoldAt) {
		touches = append(touches, "had-contact")
	}
	if s.Unit.Epoch != sale.Epoch {
		touches = append(touches, "moved-on")
	}
	return touches
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
