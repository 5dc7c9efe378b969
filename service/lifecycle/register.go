package lifecycle

import (
	"fmt"
	"slices"
)

// Register puts a new unit on record: by the vendor of the model's brand. The
// snapshot has a model and no unit yet.
type Register struct {
	Command
	ID        UnitID
	Key       UnitKey
	GTIN      string
	DeviceKey []byte // Ed25519 public key, 32 bytes, or empty
}

// Decide answers with the first change of a unit.
func (c Register) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || c.Actor.Org != s.Model.Vendor || c.Key.Brand != s.Model.Brand {
		return Change{}, fmt.Errorf("register a unit of another vendor's brand: %w", ErrNotFound)
	}
	d := begin(s, EventRegister, c.Command)
	d.change.Unit = newUnit(c.ID, c.Key, s.Model, c.Command)
	if c.GTIN != "" {
		d.change.Unit.GTIN = c.GTIN
	}
	d.change.Unit.DeviceKey = c.DeviceKey
	return d.finish()
}

// Admit takes in a unit that nobody knows. It belongs to the admitting
// organisation's eyes alone until the vendor confirms the serial.
type Admit struct {
	Command
	ID        UnitID
	Key       UnitKey
	Return    ReturnID
	Order     OrderID
	Condition string
	Reason    string
	// ReceiptHash, CustomerPresent and PresenceHash are as in TakeBack.
	ReceiptHash     string
	CustomerPresent bool
	PresenceHash    string
}

// Decide answers with a unit that is returned, fenced and unconfirmed.
func (c Admit) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || c.Actor.Person == "" {
		return Change{}, fmt.Errorf("admit by nobody's desk: %w", ErrForbidden)
	}
	d := begin(s, EventAdmit, c.Command)
	d.refuseUnless(c.Key.Brand == s.Model.Brand, "admit.model")
	d.refuseUnless(slices.Contains(Conditions(), c.Condition), "return.condition")
	d.refuseUnless(slices.Contains(ReturnReasons(), c.Reason), "return.reason")
	unit := newUnit(c.ID, c.Key, s.Model, c.Command)
	unit.Unconfirmed = true
	unit.ReturnedAt = c.At
	d.change.Unit = unit
	d.change.Return = &Return{
		ID: c.Return, Org: c.Actor.Org, Clerk: c.Actor.Person, At: c.At, Epoch: unit.Epoch, From: StateNone,
		Authority: AuthorityNone, Condition: c.Condition, Reason: c.Reason,
		ReceiptHash: c.ReceiptHash, CustomerPresent: c.CustomerPresent, PresenceHash: c.PresenceHash,
	}
	d.openOrder(c.Order, OrderReset, c.Return)
	return d.finish()
}

func newUnit(id UnitID, key UnitKey, model Model, by Command) Unit {
	return Unit{
		ID: id, Key: key, GTIN: model.GTIN, Model: model.ID, Vendor: model.Vendor,
		Epoch: 1, EpochAt: by.At, Custody: by.Actor.Org, RegisteredAt: by.At,
	}
}

// Confirm is the vendor's word that an admitted serial is one of its own.
type Confirm struct {
	Command
	DeviceKey []byte
}

// Decide answers with a unit that is confirmed.
func (c Confirm) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || c.Actor.Org != s.Unit.Vendor {
		return Change{}, fmt.Errorf("confirm another vendor's unit: %w", ErrNotFound)
	}
	d := begin(s, EventConfirm, c.Command)
	d.refuseUnless(s.Unit.Unconfirmed, "confirm.already")
	d.change.Unit.Unconfirmed = false
	d.change.Unit.DeviceKey = c.DeviceKey
	return d.finish()
}
