package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Add writes the first change of a unit. It reports false, and has written
// nothing, when the unit's key is taken.
func Add(tx *engine.Tx, change lifecycle.Change) (bool, error) {
	free, err := addLookup(tx, KindUnit, change.Unit.Key.String(), change.Unit.ID)
	if err != nil || !free {
		return false, err
	}
	var nothing Record
	next, err := nothing.next(tx, change)
	if err != nil {
		return false, err
	}
	if err := addUnit(tx, change.Unit, next); err != nil {
		return false, err
	}
	return true, nothing.write(tx, change)
}

// Write writes a change that was decided on this record.
func (r Record) Write(tx *engine.Tx, change lifecycle.Change) error {
	if change.Unit.ID != r.Unit.ID || !change.Unit.Key.Equal(r.Unit.Key) {
		return fmt.Errorf("change of %s decided on %s: %w", change.Unit.ID, r.Unit.ID, lifecycle.ErrInvalid)
	}
	next, err := r.next(tx, change)
	if err != nil {
		return err
	}
	if err := advanceUnit(tx, change.Unit, next, r.Unit.Version); err != nil {
		return err
	}
	return r.write(tx, change)
}

// next is which rows are the newest after the change.
func (r Record) next(tx *engine.Tx, change lifecycle.Change) (newest, error) {
	next := r.newest
	next.has = next.has.grow(change)
	if change.Return != nil {
		next.ret = change.Return.ID
	}
	if n := len(change.Orders); n > 0 {
		next.order = change.Orders[n-1].ID
	}
	if change.Certificate != nil {
		next.certificate = change.Certificate.Code
	}
	if s := change.Shipment; s != nil {
		next.shipment = s.ID
		if !s.ReceivedAt.IsZero() {
			next.shipment = ""
		}
	}
	if s := change.Sale; s != nil {
		next.sale = s.ID
		if !s.VoidedAt.IsZero() {
			var err error
			if next.sale, err = lastSale(tx, change.Unit.ID, s.ID); err != nil {
				return next, err
			}
		}
	}
	return next, nil
}

func (r Record) write(tx *engine.Tx, change lifecycle.Change) error {
	unit := change.Unit
	steps := []func() error{
		func() error { return putBindings(tx, unit.ID, change.Bindings) },
		func() error { return putOffers(tx, unit.ID, change.Offers) },
		func() error { return putHolds(tx, unit, change.Holds) },
		func() error { return putSightings(tx, sqlPutSighting, unit, change.Sightings) },
		func() error { return putProbes(tx, unit, change.Probes) },
		func() error { return r.putOrders(tx, change) },
		func() error { return r.putDeletions(tx, change) },
		func() error { return putAttestations(tx, unit, change.Attestations) },
		func() error { return addCredentials(tx, unit.ID, change.Credentials) },
		func() error { return r.putSingles(tx, change) },
		func() error { return putFlags(tx, unit, change.Flags) },
		func() error { return r.keepWatch(tx, change) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r Record) putOrders(tx *engine.Tx, change lifecycle.Change) error {
	for _, order := range change.Orders {
		before := r.Order
		if before != nil && before.ID != order.ID {
			before = nil
		}
		if err := putOrder(tx, change.Unit.ID, before, order); err != nil {
			return err
		}
		if err := keepWork(tx, change, before, order); err != nil {
			return err
		}
	}
	return nil
}

func (r Record) putSingles(tx *engine.Tx, change lifecycle.Change) error {
	if change.Return != nil {
		if err := putReturn(tx, change.Unit.ID, *change.Return); err != nil {
			return err
		}
	}
	if change.Report != nil {
		if err := putReport(tx, change.Unit.ID, *change.Report); err != nil {
			return err
		}
	}
	if change.Certificate != nil {
		if err := putCertificate(tx, change.Unit.ID, *change.Certificate); err != nil {
			return err
		}
	}
	if change.Sale != nil {
		if err := putSale(tx, change.Unit.ID, *change.Sale); err != nil {
			return err
		}
	}
	if change.Shipment != nil {
		return putShipment(tx, change.Unit, *change.Shipment)
	}
	return nil
}
