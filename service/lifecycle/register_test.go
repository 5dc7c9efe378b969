package lifecycle_test

import (
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	y := begin(t)
	register := lifecycle.Register{Command: y.by(vera()), ID: "unt_1", Key: key(), DeviceKey: []byte("key")}
	for name, change := range map[string]func(*lifecycle.Register){
		"another organisation": func(c *lifecycle.Register) { c.Actor = cleo() },
		"nobody":               func(c *lifecycle.Register) { c.Actor = worker() },
		"another brand":        func(c *lifecycle.Register) { c.Key.Brand = "other" },
	} {
		other := register
		change(&other)
		t.Log(name)
		y.fails(other, lifecycle.ErrNotFound)
	}
	y.do(register)
	u := y.s.Unit
	if u.State != lifecycle.StateStock || u.Epoch != 1 || u.Custody != orgVendor || u.Vendor != orgVendor || u.GTIN != doorcam().GTIN ||
		u.Key != key() || string(u.DeviceKey) != "key" || u.Unconfirmed || !u.RegisteredAt.Equal(y.now) {
		t.Errorf("unit %+v", u)
	}
	y = begin(t)
	register = lifecycle.Register{Command: y.by(vera()), ID: "unt_1", Key: key(), GTIN: "00012345678905"}
	if got := y.do(register).Unit.GTIN; got != "00012345678905" {
		t.Errorf("GTIN %q, want its own", got)
	}
}

// A unit that nobody knows is fenced like any other, and is its desk's alone
// until the vendor confirms the serial.
func TestAdmitAndConfirm(t *testing.T) {
	t.Parallel()
	y := begin(t)
	admit := lifecycle.Admit{Command: y.by(cleo()), ID: "unt_1", Key: key(), Return: "ret_1", Order: "ord_1",
		Condition: "used", Reason: "other", PresenceHash: "presence"}
	wrong := admit
	wrong.Key.Brand, wrong.Condition, wrong.Reason = "other", "", ""
	if got := y.refused(wrong); !slices.Equal(got, []string{"admit.model", "return.condition", "return.reason"}) {
		t.Errorf("refused with %q", got)
	}
	for _, nobody := range []lifecycle.Actor{ana(), {Kind: lifecycle.ActorMachine, Org: orgShop}} {
		wrong = admit
		wrong.Actor = nobody
		y.fails(wrong, lifecycle.ErrForbidden)
	}
	y.do(admit)
	y.state(lifecycle.StateReturned)
	if u := y.s.Unit; !u.Unconfirmed || u.Custody != orgShop || u.Epoch != 1 || !u.ReturnedAt.Equal(admit.At) {
		t.Errorf("unit %+v", u)
	}
	if _, ok := y.s.OpenOrder(); !ok || y.s.Return.Authority != lifecycle.AuthorityNone || y.s.Return.From != lifecycle.StateNone {
		t.Errorf("order %+v, return %+v", y.s.Order, y.s.Return)
	}
	cancel := y.cancels(cleo())
	cancel.UnitPresent = true
	if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.was-stock"}) {
		t.Errorf("cancel: %q; nobody knows whose it is", got)
	}
	y.hand(cleo(), tess()).reset("bench")
	if got := y.refused(y.certifies(vala())); !slices.Contains(got, "certify.unconfirmed") {
		t.Errorf("certify: %q, want certify.unconfirmed", got)
	}
	y.fails(lifecycle.Confirm{Command: y.by(cleo())}, lifecycle.ErrNotFound)
	y.fails(lifecycle.Confirm{Command: y.by(worker())}, lifecycle.ErrNotFound)
	y.do(lifecycle.Confirm{Command: y.by(vera()), DeviceKey: []byte("key")})
	if u := y.s.Unit; u.Unconfirmed || string(u.DeviceKey) != "key" {
		t.Errorf("unit %+v, want it confirmed with its key", u)
	}
	if got := y.refused(lifecycle.Confirm{Command: y.by(vera())}); !slices.Equal(got, []string{"confirm.already"}) {
		t.Errorf("again: %q", got)
	}
	// Now it can show that it is present, and be certified after the window.
	if got := y.refused(y.certifies(vala())); !slices.Equal(got, []string{"certify.authority"}) {
		t.Errorf("certify: %q, want certify.authority", got)
	}
	report := y.hears(lifecycle.ResetNone, "")
	report.Report.Presence = "presence"
	y.do(report)
	y.wait(lifecycle.ContestWindow)
	y.do(y.certifies(vala()))
}
