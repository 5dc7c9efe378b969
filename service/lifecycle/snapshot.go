package lifecycle

import (
	"slices"
	"time"
)

// Snapshot is every persisted fact that any rule reads about one unit. Lists
// hold what is of the present: live and pending bindings and those that ended
// within ContestFor, standing holds, pending offers, the present order's
// attestations, deletions that are owed. Older history may be in it or not: no rule looks at it.
type Snapshot struct {
	Unit           Unit
	Model          Model
	Accreditations []Accreditation // for this model
	Bindings       []Binding
	Sightings      []Sighting
	Probes         []Probe // the newest of each cloud
	Return         *Return // the newest
	Order          *Order  // the newest
	Attestations   []Attestation
	Report         *Report      // the newest
	Credentials    []Credential // that the unit has ever told us of
	Certificate    *Certificate // the newest
	Sale           *Sale        // the newest that was not voided
	Offers         []Offer
	Holds          []Hold
	Shipment       *Shipment // the open one
	Deletions      []Deletion
	// Kit is the kit that a unit on a shelf is of, with its other units as they
	// are now; nil: none, or nothing that can be sold. It is not the unit's own,
	// so no change carries it.
	Kit *Kit
	// Unproven counts the returns without authority on bound units within the
	// last hour, for the caps of rule 1.
	Unproven UnprovenReturns
}

// UnprovenReturns counts returns without authority, by clerk and organisation.
type UnprovenReturns struct {
	ByClerk int
	ByOrg   int
}

// Decide is a rule at work: it gets the snapshot inside the store's
// transaction, and says what is to be written or why not. It must be pure, for
// it may run again.
type Decide func(Snapshot) (Change, error)

// Change is what is to be written about one unit, and what its ledger entry
// says. Every row in it is whole: written over the row with the same key, or
// added. Applied in order, the changes of a unit rebuild its snapshot.
type Change struct {
	Event        Event         `json:"event"`
	Actor        Actor         `json:"actor"`
	At           time.Time     `json:"at"`
	From         State         `json:"from"`
	Unit         Unit          `json:"unit"`
	Bindings     []Binding     `json:"bindings,omitempty"`
	Sightings    []Sighting    `json:"sightings,omitempty"`
	Probes       []Probe       `json:"probes,omitempty"`
	Return       *Return       `json:"return,omitempty"`
	Orders       []Order       `json:"orders,omitempty"` // superseded ones before the new one
	Attestations []Attestation `json:"attestations,omitempty"`
	Report       *Report       `json:"report,omitempty"`
	Credentials  []Credential  `json:"credentials,omitempty"`
	Certificate  *Certificate  `json:"certificate,omitempty"`
	Sale         *Sale         `json:"sale,omitempty"`
	Offers       []Offer       `json:"offers,omitempty"`
	Holds        []Hold        `json:"holds,omitempty"`
	Shipment     *Shipment     `json:"shipment,omitempty"`
	Flags        []Flag        `json:"flags,omitempty"` // ids are given by the store; see draft.settles
	Deletions    []Deletion    `json:"deletions,omitempty"`
	// Waiver says who gave a cloud up, and why. It is of the entry alone: no rule
	// reads it.
	Waiver *Waiver `json:"waiver,omitempty"`
}

// Outcome is what Advance did: the change as written, and where it stands on
// the ledger.
type Outcome struct {
	Change Change `json:"change"`
	// Index is the entry's place on the ledger, -1 while it is not sequenced.
	Index int64 `json:"index"`
	// Replayed says that an earlier request with the same idempotency key had
	// done it already.
	Replayed bool `json:"-"`
}

// Place is Index, or nil while the entry is not sequenced.
func (o Outcome) Place() *int64 {
	if o.Index < 0 {
		return nil
	}
	return &o.Index
}

// Entry is one line of the feed: what changed, in commit order.
type Entry struct {
	Seq  int64     `json:"seq"`
	Unit UnitID    `json:"unit"`
	Key  UnitKey   `json:"key"`
	At   time.Time `json:"at"`
	// Event, State and Epoch say what happened and where it left the unit.
	Event Event `json:"event"`
	State State `json:"state"`
	Epoch Epoch `json:"epoch"`
}

// Apply returns the snapshot after the change. The store writes the same rows;
// a replay of the ledger calls this alone, and must end at the same tables.
func (s Snapshot) Apply(c Change) Snapshot {
	s.Unit = c.Unit
	s.Bindings = merge(s.Bindings, c.Bindings, func(b Binding) string { return string(b.ID) })
	s.Sightings = merge(s.Sightings, c.Sightings, func(x Sighting) string { return x.Cloud + "\x00" + x.AccountHash + "\x00" + string(x.Kind) })
	s.Probes = merge(s.Probes, c.Probes, func(p Probe) string { return p.Cloud })
	s.Attestations = merge(s.Attestations, c.Attestations, func(a Attestation) string {
		return string(a.Order) + "\x00" + a.Check + "\x00" + string(a.By)
	})
	s.Credentials = merge(s.Credentials, c.Credentials, func(x Credential) string { return x.Hash })
	s.Offers = merge(s.Offers, c.Offers, func(o Offer) string { return string(o.ID) })
	s.Holds = merge(s.Holds, c.Holds, func(h Hold) string { return string(h.ID) })
	if c.Return != nil {
		s.Return = c.Return
	}
	s.Deletions = merge(s.Deletions, c.Deletions, func(x Deletion) string { return string(x.Binding) + "\x00" + x.Cloud })
	if n := len(c.Orders); n > 0 {
		order := c.Orders[n-1]
		s.Order = &order
	}
	if c.Report != nil {
		s.Report = c.Report
	}
	if c.Certificate != nil {
		s.Certificate = c.Certificate
	}
	if c.Sale != nil {
		s.Sale = c.Sale
	}
	if c.Shipment != nil {
		s.Shipment = c.Shipment
	}
	return s
}

func merge[T any](old, changed []T, key func(T) string) []T {
	merged := slices.Clone(old)
	for _, row := range changed {
		at := slices.IndexFunc(merged, func(t T) bool { return key(t) == key(row) })
		if at < 0 {
			merged = append(merged, row)
			continue
		}
		merged[at] = row
	}
	return merged
}

// Owner is the live owner binding, if there is one.
func (s Snapshot) Owner() (Binding, bool) {
	for _, b := range s.Bindings {
		if b.Kind == BindingOwner && b.IsLive(s.Unit.Epoch) {
			return b, true
		}
	}
	return Binding{}, false
}

// LiveBindings are the bindings that are live at the unit's epoch.
func (s Snapshot) LiveBindings() []Binding {
	var live []Binding
	for _, b := range s.Bindings {
		if b.IsLive(s.Unit.Epoch) {
			live = append(live, b)
		}
	}
	return live
}

// StandingHolds are the holds that have not been lifted.
func (s Snapshot) StandingHolds() []Hold {
	var standing []Hold
	for _, h := range s.Holds {
		if h.Stands() {
			standing = append(standing, h)
		}
	}
	return standing
}

// inTransit reports whether the unit was handed to a carrier and has not
// arrived.
func (s Snapshot) inTransit() bool { return s.Shipment != nil && s.Shipment.ReceivedAt.IsZero() }

// OpenOrder is the order whose tasks are being worked, if it is of this epoch.
func (s Snapshot) OpenOrder() (Order, bool) {
	if s.Order == nil || s.Order.State != OrderOpen || s.Order.Epoch != s.Unit.Epoch {
		return Order{}, false
	}
	return *s.Order, true
}

// CurrentCertificate is the certificate, if it stands at the unit's epoch.
func (s Snapshot) CurrentCertificate() (Certificate, bool) {
	if s.Certificate == nil || !s.Certificate.StandsAt(s.Unit.Epoch) {
		return Certificate{}, false
	}
	return *s.Certificate, true
}
