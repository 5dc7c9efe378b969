package facts

import (
	"errors"
	"fmt"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// RowsOf reads every row that there is about a unit, also those that no rule
// looks at any more: who verifies a ledger wants to see an ended binding that
// somebody made live by hand.
func RowsOf(tx *engine.Tx, unit lifecycle.UnitID) (lifecycle.Rows, error) {
	u, newest, err := readUnit(tx, unit)
	if err != nil {
		return lifecycle.Rows{}, err
	}
	p := pageOf([]listed{{unit: u, newest: newest}})
	err = p.fill(tx)
	if unread := p.rows[0].Unread; err == nil && len(unread) > 0 {
		err = fmt.Errorf("rows of %s: %v cannot be read", unit, unread)
	}
	return p.rows[0], err
}

// RowsAfter is RowsOf for the units behind an id, in its order: a dozen
// statements for the whole page, where one by one each unit takes as many. A
// row that cannot be read is named, and keeps nobody from seeing the others.
func RowsAfter(tx *engine.Tx, after lifecycle.UnitID, limit int) ([]lifecycle.Rows, error) {
	units, err := engine.List(tx, sqlUnitsAfter, []any{string(after), int64(limit)}, scanListed)
	if err != nil {
		return nil, fmt.Errorf("list units after %s: %w", after, err)
	}
	if len(units) == 0 {
		return nil, nil
	}
	p := pageOf(units)
	return p.rows, p.fill(tx)
}

const sqlUnitsAfter = `
SELECT unit_id, brand, serial, gtin, model_id, vendor_id, unconfirmed, state, prior, epoch, epoch_at, epoch_by,
       version, custody, claim, device_key, verifier, verifier_at, firmware, contact_at, network, home_network,
       registered_at, sold_at, returned_at, bound_at, retired_at,
       return_id, order_id, sale_id, certificate_code, shipment_id, has
FROM unit WHERE unit_id > $1
ORDER BY unit_id LIMIT $2`

// listed is a unit's own row.
type listed struct {
	unit   lifecycle.Unit
	newest newest
	unread bool // it has an id, and nothing else that can be read
}

func scanListed(scan engine.Scan) (listed, error) {
	var l listed
	if scan(append(unitColumns(&l.unit), l.newest.columns()...)...) != nil {
		return listed{unit: lifecycle.Unit{ID: l.unit.ID}, newest: newest{has: ^lists(0)}, unread: true}, nil
	}
	return l, nil
}

// page is the rows of a stretch of units.
type page struct {
	from, to lifecycle.UnitID // both are in it
	rows     []lifecycle.Rows
	has      []lists // that the units' own rows say have rows
	got      []lists // that have
	at       map[lifecycle.UnitID]int
}

func pageOf(units []listed) *page {
	p := &page{
		from: units[0].unit.ID, to: units[len(units)-1].unit.ID,
		rows: make([]lifecycle.Rows, len(units)), has: make([]lists, len(units)), got: make([]lists, len(units)),
		at: make(map[lifecycle.UnitID]int, len(units)),
	}
	for i, l := range units {
		n := l.newest
		p.rows[i].Unit, p.has[i], p.at[l.unit.ID] = l.unit, n.has, i
		p.rows[i].Newest = lifecycle.Newest{
			Return: n.ret, Order: n.order, Sale: n.sale, Certificate: n.certificate, Shipment: n.shipment,
		}
		if l.unread {
			p.rows[i].Unread = []string{"unit"}
		}
	}
	return p
}

// fill reads what there is beside the units' own rows.
func (p *page) fill(tx *engine.Tx) error {
	err := errors.Join(
		p.fillCustomer(tx), p.fillReturn(tx), p.fillSale(tx),
		within(tx, p, named{"sightings", 0}, sqlSightedWithin, scanNothing, func(at int, _ struct{}) { p.got[at] |= hasSightings }),
		within(tx, p, named{"probes", 0}, sqlProbedWithin, scanNothing, func(at int, _ struct{}) { p.got[at] |= hasProbes }),
	)
	if err != nil {
		return fmt.Errorf("rows of %s to %s: %w", p.from, p.to, err)
	}
	for i := range p.rows {
		p.rows[i].Unseen = (p.got[i] &^ p.has[i]).names()
	}
	return nil
}

func (p *page) fillCustomer(tx *engine.Tx) error {
	return errors.Join(
		within(tx, p, named{"bindings", 1}, sqlBindingsWithin, scanBinding, func(at int, b lifecycle.Binding) {
			p.rows[at].Bindings = append(p.rows[at].Bindings, b)
			p.got[at] |= hasBindings
		}),
		within(tx, p, named{"offers", 1}, sqlOffersWithin, scanOffer, func(at int, o lifecycle.Offer) {
			p.rows[at].Offers = append(p.rows[at].Offers, o)
			p.got[at] |= hasOffers
		}),
		within(tx, p, named{"holds", 1}, sqlHoldsWithin, scanHold, func(at int, h lifecycle.Hold) {
			p.rows[at].Holds = append(p.rows[at].Holds, h)
			p.got[at] |= hasHolds
		}),
		within(tx, p, named{"deletions", 2}, sqlDeletionsWithin, scanDeletion, func(at int, x lifecycle.Deletion) {
			p.rows[at].Deletions = append(p.rows[at].Deletions, x)
			p.got[at] |= hasDeletions
		}),
		within(tx, p, named{"report", 0}, sqlReportsWithin, scanReport, func(at int, r lifecycle.Report) {
			p.rows[at].Report = &r
			p.got[at] |= hasReport
		}),
		within(tx, p, named{"credentials", 1}, sqlUnitCredentialsWithin, scanCredential, func(at int, c lifecycle.Credential) {
			p.rows[at].Credentials = append(p.rows[at].Credentials, c)
			p.got[at] |= hasCredentials
		}),
	)
}

func (p *page) fillReturn(tx *engine.Tx) error {
	return errors.Join(
		within(tx, p, named{"returns", 1}, sqlReturnsWithin, scanReturn, func(at int, r lifecycle.Return) {
			p.rows[at].Returns = append(p.rows[at].Returns, r)
		}),
		within(tx, p, named{"orders", 1}, sqlOrdersWithin, scanOrder, func(at int, o lifecycle.Order) {
			p.rows[at].Orders = append(p.rows[at].Orders, o)
		}),
		within(tx, p, named{"tasks", 2}, sqlTasksWithin, scanTaskOf, func(at int, t taskOf) {
			orders := p.rows[at].Orders
			for i := range orders {
				if orders[i].ID == t.order {
					orders[i].Tasks = append(orders[i].Tasks, t.task)
				}
			}
		}),
		within(tx, p, named{"attestations", 3}, sqlAttestationsWithin, scanAttestation, func(at int, a lifecycle.Attestation) {
			p.rows[at].Attestations = append(p.rows[at].Attestations, a)
		}),
		within(tx, p, named{"pictures", 2}, sqlPicturesWithin, scanPicture, func(at int, x lifecycle.Picture) {
			p.rows[at].Pictures = append(p.rows[at].Pictures, x)
		}),
	)
}

func (p *page) fillSale(tx *engine.Tx) error {
	return errors.Join(
		within(tx, p, named{"sales", 1}, sqlSalesWithin, scanSale, func(at int, s lifecycle.Sale) {
			p.rows[at].Sales = append(p.rows[at].Sales, s)
		}),
		within(tx, p, named{"certificates", 1}, sqlCertificatesWithin, scanCertificate, func(at int, c lifecycle.Certificate) {
			p.rows[at].Certificates = append(p.rows[at].Certificates, c)
		}),
		within(tx, p, named{"shipments", 1}, sqlShipmentsWithin, scanShipment, func(at int, s lifecycle.Shipment) {
			p.rows[at].Shipments = append(p.rows[at].Shipments, s)
		}),
	)
}

// named is how a row is called: its list, and its own first columns, so many.
type named struct {
	list string
	ids  int
}

func (n named) of(columns []any) string {
	return strings.TrimSuffix(n.list+"."+strings.Join(engine.Texts(columns[:n.ids]), " "), ".")
}

// within reads one table's rows of the stretch, each behind its unit's id, and
// hands them over with the place of the unit. Those of no unit are passed over.
func within[T any](tx *engine.Tx, p *page, name named, query string, read func(engine.Scan) (T, error), take func(at int, row T)) error {
	return tx.Each(query, []any{string(p.from), string(p.to)}, func(scan engine.Scan) error {
		var unit lifecycle.UnitID
		var columns []any
		row, err := read(func(dest ...any) error {
			columns = dest
			return scan(append([]any{engine.TextTo(&unit)}, dest...)...)
		})
		at, listed := p.at[unit]
		switch {
		case !listed:
		case err != nil:
			p.rows[at].Unread = append(p.rows[at].Unread, name.of(columns))
		default:
			take(at, row)
		}
		return nil
	})
}

func scanNothing(scan engine.Scan) (struct{}, error) { return struct{}{}, scan() }

func scanPicture(scan engine.Scan) (lifecycle.Picture, error) {
	var x lifecycle.Picture
	err := scan(engine.TextTo(&x.Order), &x.Digest)
	return x, err
}

// taskOf is a task and the order that it is of.
type taskOf struct {
	order lifecycle.OrderID
	task  lifecycle.Task
}

func scanTaskOf(scan engine.Scan) (taskOf, error) {
	var t taskOf
	task, err := scanTask(func(dest ...any) error { return scan(append([]any{engine.TextTo(&t.order)}, dest...)...) })
	t.task = task
	return t, err
}

// names are the lists in words, for who verifies.
func (l lists) names() (names []string) {
	for _, one := range []struct {
		list lists
		name string
	}{
		{hasBindings, "bindings"}, {hasOffers, "offers"}, {hasHolds, "holds"},
		{hasSightings, "sightings"}, {hasProbes, "probes"}, {hasReport, "report"}, {hasCredentials, "credentials"}, {hasDeletions, "deletions"},
	} {
		if l&one.list != 0 {
			names = append(names, one.name)
		}
	}
	return names
}
