package lifecycle

import "fmt"

// Ship hands a unit over to a carrier. Custody stays with the sender until the
// next custodian has it.
type Ship struct {
	Command
	ID ShipmentID
	To OrgID
}

// Decide answers with an open shipment.
func (c Ship) Decide(s Snapshot) (Change, error) {
	d := begin(s, EventShip, c.Command)
	if !d.custodian() {
		return Change{}, fmt.Errorf("ship another's unit: %w", ErrNotFound)
	}
	d.refuseUnless(c.To != "" && c.To != c.Actor.Org, "ship.to")
	d.refuseUnless(!s.inTransit(), "ship.already")
	d.change.Shipment = &Shipment{ID: c.ID, From: c.Actor.Org, To: c.To, SentBy: c.Actor.Person, SentAt: c.At}
	return d.finish()
}

// Receive takes a shipped unit into custody. The unit itself was scanned.
type Receive struct {
	Command
	Shipment ShipmentID
}

// Decide answers with the unit in the receiver's custody. Every grant dies
// with a change of custody; none is left of this epoch by then.
func (c Receive) Decide(s Snapshot) (Change, error) {
	if !SentTo(s, c.Actor.Org) || c.Shipment != "" && s.Shipment.ID != c.Shipment {
		return Change{}, fmt.Errorf("receive what was not sent here: %w", ErrNotFound)
	}
	d := begin(s, EventReceive, c.Command)
	received := *s.Shipment
	received.ReceivedBy, received.ReceivedAt = c.Actor.Person, c.At
	d.change.Shipment = &received
	d.change.Unit.Custody = c.Actor.Org
	return d.finish()
}
