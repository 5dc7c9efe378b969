package lifecycle_test

import (
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestShipAndReceive(t *testing.T) {
	t.Parallel()
	y := returned(t)
	ship := func(who lifecycle.Actor, to lifecycle.OrgID) lifecycle.Ship {
		return lifecycle.Ship{Command: y.by(who), ID: "shp_x", To: to}
	}
	receive := func(who lifecycle.Actor, id lifecycle.ShipmentID) lifecycle.Receive {
		return lifecycle.Receive{Command: y.by(who), Shipment: id}
	}
	y.fails(ship(carl(), orgWarehouse), lifecycle.ErrNotFound)
	y.fails(ship(ana(), orgWarehouse), lifecycle.ErrNotFound)
	y.fails(receive(tess(), "shp_x"), lifecycle.ErrNotFound)
	for _, to := range []lifecycle.OrgID{"", orgShop} {
		if got := y.refused(ship(cleo(), to)); !slices.Equal(got, []string{"ship.to"}) {
			t.Errorf("to %q: %q", to, got)
		}
	}
	y.do(ship(cleo(), orgWarehouse))
	if got := y.s.Unit.Custody; got != orgShop {
		t.Errorf("custody %q on the way, want the sender's", got)
	}
	if got := y.refused(ship(cleo(), orgVendor)); !slices.Equal(got, []string{"ship.already"}) {
		t.Errorf("twice: %q", got)
	}
	y.fails(receive(carl(), "shp_x"), lifecycle.ErrNotFound)
	y.fails(receive(ana(), "shp_x"), lifecycle.ErrNotFound)
	y.fails(receive(tess(), "shp_other"), lifecycle.ErrNotFound)
	y.do(receive(tess(), "")) // a scan of the unit itself names no shipment
	if s := y.s.Shipment; y.s.Unit.Custody != orgWarehouse || s.ReceivedBy != tess().Person || !s.ReceivedAt.Equal(y.now) {
		t.Errorf("custody %q, shipment %+v", y.s.Unit.Custody, s)
	}
	y.fails(receive(tess(), "shp_x"), lifecycle.ErrNotFound)
	y.hand(tess(), cleo())
}

// Whoever has a unit by another door ends the shipment; its old recipient
// cannot take it out of anybody's hands.
func TestACancelEndsTheShipment(t *testing.T) {
	t.Parallel()
	y := returned(t)
	y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_x", To: orgWarehouse})
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	y.do(cancel)
	if y.s.Shipment.ReceivedAt.IsZero() {
		t.Error("the shipment is open, and the customer has the unit")
	}
	y.takeBack(cleo())
	y.fails(lifecycle.Receive{Command: y.by(tess())}, lifecycle.ErrNotFound)
	y.hand(cleo(), tess())
}
