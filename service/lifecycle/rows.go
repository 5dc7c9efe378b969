package lifecycle

import "slices"

// Rows is every row that the tables hold about one unit and that its changes
// wrote, also those that no rule looks at any more: for who holds the tables
// against the ledger. Snapshot is what rules see of them.
type Rows struct {
	Unit         Unit
	Bindings     []Binding
	Offers       []Offer
	Holds        []Hold
	Deletions    []Deletion
	Returns      []Return
	Orders       []Order
	Attestations []Attestation
	Certificates []Certificate
	Sales        []Sale
	Shipments    []Shipment
	Report       *Report
	Credentials  []Credential
	// Pictures are those that are kept of its orders' checks.
	Pictures []Picture
	// Newest are the rows that the unit's own row leads to.
	Newest Newest
	// Unseen are the lists that have rows, and that the unit's own row says are
	// empty: no rule would look at them.
	Unseen []string
	// Unread are the rows that are there and cannot be read, as list and id.
	Unread []string
}

// Newest names the rows that a snapshot is made of.
type Newest struct {
	Return      ReturnID        `json:"return,omitempty"`
	Order       OrderID         `json:"order,omitempty"`
	Sale        SaleID          `json:"sale,omitempty"`        // that was not voided
	Certificate CertificateCode `json:"certificate,omitempty"` // also of an epoch that is over
	Shipment    ShipmentID      `json:"shipment,omitempty"`    // that has not arrived
}

// Picture names a picture of an order's checks by the hex SHA-256 of its bytes.
type Picture struct {
	Order  OrderID `json:"order"`
	Digest string  `json:"digest"`
}

// Apply returns the rows after a change: what the store writes of it. Pictures,
// Newest, Unseen and Unread are what it says beside.
func (r Rows) Apply(c Change) Rows {
	r.Unit = c.Unit
	r.Bindings = merge(r.Bindings, c.Bindings, func(b Binding) string { return string(b.ID) })
	r.Offers = merge(r.Offers, c.Offers, func(o Offer) string { return string(o.ID) })
	r.Holds = merge(r.Holds, c.Holds, func(h Hold) string { return string(h.ID) })
	r.Deletions = merge(r.Deletions, c.Deletions, Deletion.key)
	r.Orders = merge(r.Orders, c.Orders, func(o Order) string { return string(o.ID) })
	r.Attestations = merge(r.Attestations, c.Attestations, func(a Attestation) string {
		return string(a.Order) + "\x00" + a.Check + "\x00" + string(a.By)
	})
	r.Credentials = merge(r.Credentials, c.Credentials, func(x Credential) string { return x.Hash })
	r.Returns = merge(r.Returns, given(c.Return), func(x Return) string { return string(x.ID) })
	r.Certificates = merge(r.Certificates, given(c.Certificate), func(x Certificate) string { return string(x.Code) })
	r.Sales = merge(r.Sales, given(c.Sale), func(x Sale) string { return string(x.ID) })
	r.Shipments = merge(r.Shipments, given(c.Shipment), func(x Shipment) string { return string(x.ID) })
	if c.Report != nil {
		r.Report = c.Report
	}
	r.Newest = r.newest(c)
	for _, word := range c.Attestations {
		for _, digest := range word.Photos {
			if picture := (Picture{Order: word.Order, Digest: digest}); !slices.Contains(r.Pictures, picture) {
				r.Pictures = append(slices.Clip(r.Pictures), picture)
			}
		}
	}
	return r
}

// newest is where the unit's own row leads after a change.
func (r Rows) newest(c Change) Newest {
	n := r.Newest
	if c.Return != nil {
		n.Return = c.Return.ID
	}
	if last := len(c.Orders); last > 0 {
		n.Order = c.Orders[last-1].ID
	}
	if c.Certificate != nil {
		n.Certificate = c.Certificate.Code
	}
	if c.Shipment != nil {
		n.Shipment = c.Shipment.ID
		if !c.Shipment.ReceivedAt.IsZero() {
			n.Shipment = ""
		}
	}
	if c.Sale != nil {
		n.Sale = ""
		for _, sale := range r.Sales { // a void brings the one before back
			if sale.VoidedAt.IsZero() {
				n.Sale = sale.ID
			}
		}
	}
	return n
}

// Snapshot is what of the rows a rule may look at, and all that is older. It
// has neither model nor what clouds were found to know.
func (r Rows) Snapshot() Snapshot {
	return Snapshot{
		Unit: r.Unit, Bindings: r.Bindings, Offers: r.Offers, Holds: r.Holds, Attestations: r.Attestations, Report: r.Report,
		Deletions:   r.Deletions,
		Credentials: r.Credentials,
		Return:      find(r.Returns, func(x Return) bool { return x.ID == r.Newest.Return }),
		Order:       find(r.Orders, func(x Order) bool { return x.ID == r.Newest.Order }),
		Certificate: find(r.Certificates, func(x Certificate) bool { return x.Code == r.Newest.Certificate }),
		Sale:        find(r.Sales, func(x Sale) bool { return x.ID == r.Newest.Sale }),
		Shipment:    find(r.Shipments, func(x Shipment) bool { return x.ID == r.Newest.Shipment }),
	}
}

func given[T any](row *T) []T {
	if row == nil {
		return nil
	}
	return []T{*row}
}

func find[T any](rows []T, is func(T) bool) *T {
	at := slices.IndexFunc(rows, is)
	if at < 0 {
		return nil
	}
	return &rows[at]
}
