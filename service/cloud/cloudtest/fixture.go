package cloudtest

import (
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Fixture is one fresh cloud and the strings that move its world.
type Fixture struct {
	Cloud cloud.Cloud
	Delay time.Duration // its propagation delay; the suite waits so long
	// Unit and Other are two units that may have links there.
	Unit, Other Subject
	Now         func() time.Time
	Pass        func(time.Duration) // lets time pass
	// Bind, Session and Record make facts in the cloud, past every door of
	// the adapter.
	Bind    func(unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time)
	Session func(unit lifecycle.UnitID, at time.Time)
	Record  func(unit lifecycle.UnitID, at time.Time)
	// Lose lets the next call take effect and its answer get lost; Break lets
	// the next call fail underneath, with an error whose text is secret. Both
	// are nil where the cloud has nothing underneath that could.
	Lose  func()
	Break func(secret string)
}

// Subject is a unit as the suite knows it.
type Subject struct {
	ID  lifecycle.UnitID
	Key lifecycle.UnitKey
}

// Run runs every check against a cloud of its own. open must give a new world
// each time.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.run(t.Context(), open(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// request is an order that opens now: everything of before is to end.
func (f Fixture) request(s Subject) cloud.Request {
	return cloud.Request{Unit: s.ID, Key: s.Key, Order: lifecycle.OrderID("ord_" + string(s.ID)), Before: f.Now()}
}
