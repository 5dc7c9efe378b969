package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Record is what is kept about one unit: the snapshot, but for what is about
// its model, and which rows are the newest.
type Record struct {
	lifecycle.Snapshot
	newest newest
}

// Load reads the record of a unit as it is now, lifecycle.ErrNotFound for one
// that is not there.
func Load(tx *engine.Tx, id lifecycle.UnitID, now time.Time) (Record, error) {
	unit, newest, err := readUnit(tx, id)
	if err != nil {
		return Record{}, err
	}
	return load(tx, unit, newest, now)
}

// LoadByKey is Load by brand and serial.
func LoadByKey(tx *engine.Tx, key lifecycle.UnitKey, now time.Time) (Record, error) {
	unit, newest, err := oneUnit(tx, sqlUnitByKey, key.String())
	if err != nil {
		return Record{}, err
	}
	return load(tx, unit, newest, now)
}

func load(tx *engine.Tx, unit lifecycle.Unit, newest newest, now time.Time) (Record, error) {
	r := Record{Snapshot: lifecycle.Snapshot{Unit: unit}, newest: newest}
	customer := func(tx *engine.Tx) error { return r.readCustomer(tx, now) }
	for _, read := range []func(*engine.Tx) error{customer, r.readClouds, r.readReturn, r.readSale} {
		if err := read(tx); err != nil {
			return Record{}, fmt.Errorf("snapshot of %s: %w", unit.ID, err)
		}
	}
	return r, nil
}

const sqlVersion = `SELECT version FROM unit WHERE unit_id = $1`

// Stands is engine.ErrConflict when the unit has changed since the record was
// read, so that it may be of several states at once.
func (r Record) Stands(tx *engine.Tx) error {
	if !tx.Shared() {
		return nil
	}
	var version int64
	if _, err := tx.Get(sqlVersion, []any{string(r.Unit.ID)}, &version); err != nil {
		return fmt.Errorf("read version of %s: %w", r.Unit.ID, err)
	}
	if version != r.Unit.Version {
		return fmt.Errorf("unit %s is no longer at version %d: %w", r.Unit.ID, r.Unit.Version, engine.ErrConflict)
	}
	return nil
}

func (r *Record) has(l lists) bool { return r.newest.has&l != 0 }

func (r *Record) readCustomer(tx *engine.Tx, now time.Time) (err error) {
	if r.has(hasBindings) {
		r.Bindings, err = presentBindings(tx, r.Unit.ID, now)
	}
	if err == nil && r.has(hasOffers) {
		r.Offers, err = pendingOffers(tx, r.Unit.ID)
	}
	if err == nil && r.has(hasHolds) {
		r.Holds, err = standingHolds(tx, r.Unit.ID)
	}
	if err == nil && r.has(hasDeletions) {
		r.Deletions, err = owedDeletions(tx, r.Unit.ID)
	}
	return err
}

func (r *Record) readClouds(tx *engine.Tx) (err error) {
	if r.has(hasSightings) {
		r.Sightings, err = sightings(tx, r.Unit.ID)
	}
	if err == nil && r.has(hasProbes) {
		r.Probes, err = probes(tx, r.Unit.ID)
	}
	if err == nil && r.has(hasReport) {
		r.Report, err = report(tx, r.Unit.ID)
	}
	if err == nil && r.has(hasCredentials) {
		r.Credentials, err = credentials(tx, r.Unit.ID)
	}
	return err
}

func (r *Record) readReturn(tx *engine.Tx) error {
	if r.newest.ret != "" {
		ret, err := Return(tx, r.Unit.ID, r.newest.ret)
		if err != nil {
			return err
		}
		r.Return = &ret
	}
	if r.newest.order != "" {
		order, err := Order(tx, r.Unit.ID, r.newest.order)
		if err != nil {
			return err
		}
		r.Order = &order
		if r.Attestations, err = attestations(tx, r.Unit.ID, order.ID); err != nil {
			return err
		}
	}
	return nil
}

func (r *Record) readSale(tx *engine.Tx) error {
	if r.newest.sale != "" {
		sale, err := Sale(tx, r.Unit.ID, r.newest.sale)
		if err != nil {
			return err
		}
		r.Sale = &sale
	}
	if r.newest.certificate != "" {
		certificate, err := Certificate(tx, r.Unit.ID, r.newest.certificate)
		if err != nil {
			return err
		}
		r.Certificate = &certificate
	}
	if r.newest.shipment != "" {
		shipment, err := shipment(tx, r.Unit.ID, r.newest.shipment)
		if err != nil {
			return err
		}
		r.Shipment = &shipment
	}
	return nil
}
