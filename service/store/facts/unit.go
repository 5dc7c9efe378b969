package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// newest names the newest row of each kind of a unit, so that a snapshot
// searches for nothing.
type newest struct {
	ret         lifecycle.ReturnID
	order       lifecycle.OrderID
	sale        lifecycle.SaleID
	certificate lifecycle.CertificateCode
	shipment    lifecycle.ShipmentID
	has         lists
}

const sqlUnit = `
SELECT unit_id, brand, serial, gtin, model_id, vendor_id, unconfirmed, state, prior, epoch, epoch_at, epoch_by,
       version, custody, claim, device_key, verifier, verifier_at, firmware, contact_at, network, home_network,
       registered_at, sold_at, returned_at, bound_at, retired_at,
       return_id, order_id, sale_id, certificate_code, shipment_id, has
FROM unit WHERE unit_id = $1`

// Unit reads one unit's own row.
func Unit(tx *engine.Tx, id lifecycle.UnitID) (lifecycle.Unit, error) {
	unit, _, err := readUnit(tx, id)
	return unit, err
}

// A scan asks by what is printed on the unit: one statement for both steps.
const sqlUnitByKey = `
SELECT u.unit_id, u.brand, u.serial, u.gtin, u.model_id, u.vendor_id, u.unconfirmed, u.state, u.prior, u.epoch,
       u.epoch_at, u.epoch_by, u.version, u.custody, u.claim, u.device_key, u.verifier, u.verifier_at, u.firmware,
       u.contact_at, u.network, u.home_network, u.registered_at, u.sold_at, u.returned_at, u.bound_at, u.retired_at,
       u.return_id, u.order_id, u.sale_id, u.certificate_code, u.shipment_id, u.has
FROM lookup l JOIN unit u ON u.unit_id = l.unit_id
WHERE l.kind = 'unit' AND l.code = $1`

func readUnit(tx *engine.Tx, id lifecycle.UnitID) (lifecycle.Unit, newest, error) {
	return oneUnit(tx, sqlUnit, string(id))
}

func oneUnit(tx *engine.Tx, query, id string) (lifecycle.Unit, newest, error) {
	var u lifecycle.Unit
	var n newest
	found, err := tx.Get(query, []any{id}, append(unitColumns(&u), n.columns()...)...)
	if err != nil {
		return u, n, fmt.Errorf("read unit %s: %w", id, err)
	}
	if !found {
		return u, n, fmt.Errorf("unit %s: %w", id, lifecycle.ErrNotFound)
	}
	return u, n, nil
}

func unitColumns(u *lifecycle.Unit) []any {
	return []any{
		engine.TextTo(&u.ID), &u.Key.Brand, &u.Key.Serial, engine.TextTo(&u.GTIN), engine.TextTo(&u.Model),
		engine.TextTo(&u.Vendor), &u.Unconfirmed, engine.TextTo(&u.State), engine.TextTo(&u.Prior),
		&u.Epoch, engine.Instant{To: &u.EpochAt}, engine.TextTo(&u.EpochBy), &u.Version,
		engine.TextTo(&u.Custody), engine.TextTo(&u.Claim), &u.DeviceKey,
		engine.TextTo(&u.Verifier), engine.Instant{To: &u.VerifierAt}, engine.TextTo(&u.Firmware),
		engine.Instant{To: &u.ContactAt}, engine.TextTo(&u.Network), engine.TextTo(&u.HomeNetwork),
		engine.Instant{To: &u.RegisteredAt}, engine.Instant{To: &u.SoldAt}, engine.Instant{To: &u.ReturnedAt},
		engine.Instant{To: &u.BoundAt}, engine.Instant{To: &u.RetiredAt},
	}
}

func (n *newest) columns() []any {
	return []any{
		engine.TextTo(&n.ret), engine.TextTo(&n.order), engine.TextTo(&n.sale),
		engine.TextTo(&n.certificate), engine.TextTo(&n.shipment), &n.has,
	}
}

// The statements below are the only ones that write a unit's state.

const sqlAddUnit = `
INSERT INTO unit (gtin, model_id, vendor_id, unconfirmed, state, prior, epoch, epoch_at, epoch_by,
  version, custody, claim, device_key, verifier, verifier_at, firmware, contact_at, network, home_network,
  registered_at, sold_at, returned_at, bound_at, retired_at,
  return_id, order_id, sale_id, certificate_code, shipment_id, has,
  unit_id, brand, serial, serial_folded)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)`

const sqlAdvanceUnit = `
UPDATE unit SET gtin = $1, model_id = $2, vendor_id = $3, unconfirmed = $4, state = $5, prior = $6,
  epoch = $7, epoch_at = $8, epoch_by = $9, version = $10, custody = $11, claim = $12, device_key = $13,
  verifier = $14, verifier_at = $15, firmware = $16, contact_at = $17, network = $18, home_network = $19,
  registered_at = $20, sold_at = $21, returned_at = $22, bound_at = $23, retired_at = $24,
  return_id = $25, order_id = $26, sale_id = $27, certificate_code = $28, shipment_id = $29, has = $30
WHERE unit_id = $31 AND version = $32`

func addUnit(tx *engine.Tx, u lifecycle.Unit, n newest) error {
	args := append(unitValues(u, n), string(u.ID), u.Key.Brand, u.Key.Serial, u.Key.FoldedSerial())
	if _, err := tx.Exec(sqlAddUnit, args...); err != nil {
		return fmt.Errorf("add unit %s: %w", u.ID, err)
	}
	return nil
}

// advanceUnit is the compare-and-swap that decides every race: a change that
// was decided on an older version than the present one writes nothing.
func advanceUnit(tx *engine.Tx, u lifecycle.Unit, n newest, version int64) error {
	rows, err := tx.Exec(sqlAdvanceUnit, append(unitValues(u, n), string(u.ID), version)...)
	if err != nil {
		return fmt.Errorf("advance unit %s: %w", u.ID, err)
	}
	if rows != 1 {
		return fmt.Errorf("unit %s is no longer at version %d: %w", u.ID, version, engine.ErrConflict)
	}
	return nil
}

func unitValues(u lifecycle.Unit, n newest) []any {
	var key any
	if len(u.DeviceKey) > 0 {
		key = u.DeviceKey
	}
	return []any{
		engine.Opt(u.GTIN), engine.Opt(u.Model), engine.Opt(u.Vendor), u.Unconfirmed, string(u.State),
		engine.Opt(u.Prior), int64(u.Epoch), engine.At(u.EpochAt), engine.Opt(u.EpochBy), u.Version,
		engine.Opt(u.Custody), engine.Opt(u.Claim), key, engine.Opt(u.Verifier), engine.At(u.VerifierAt),
		engine.Opt(u.Firmware), engine.At(u.ContactAt), engine.Opt(u.Network), engine.Opt(u.HomeNetwork),
		engine.At(u.RegisteredAt), engine.At(u.SoldAt), engine.At(u.ReturnedAt), engine.At(u.BoundAt),
		engine.At(u.RetiredAt), engine.Opt(n.ret), engine.Opt(n.order), engine.Opt(n.sale),
		engine.Opt(n.certificate), engine.Opt(n.shipment), int64(n.has),
	}
}
