package lifecycle_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestParseState(t *testing.T) {
	t.Parallel()
	for _, state := range lifecycle.States() {
		if got, err := lifecycle.ParseState(string(state)); err != nil || got != state {
			t.Errorf("ParseState(%q) = %q, %v", state, got, err)
		}
		if got, want := state.InCustomerHands(), state == lifecycle.StateSold || state == lifecycle.StateBound; got != want {
			t.Errorf("%q in a customer's hands: %v, want %v", state, got, want)
		}
	}
	for _, s := range []string{"", "prior", "held", "Stock"} {
		if _, err := lifecycle.ParseState(s); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("ParseState(%q): %v, want ErrInvalid", s, err)
		}
	}
}

func TestFirmwareAtLeast(t *testing.T) {
	t.Parallel()
	cases := []struct {
		have, want string
		ok         bool
	}{
		{"2.1", "2.1", true}, {"2.1.0", "2.1", true}, {"2.1", "2.1.0", true}, {"2.10", "2.9", true}, {"10", "9.9.9", true},
		{"2.0.9", "2.1", false}, {"2", "2.0.1", false}, {"1.9", "2", false},
		{"anything", "", true}, {"", "", true},
		// What could not be read is never a pass.
		{"", "1", false}, {"2.x", "1", false}, {"v3", "1", false}, {"3.-1", "1", false}, {"99999999999999999999", "1", false}, {"3", "new", false},
	}
	for _, c := range cases {
		if got := lifecycle.FirmwareAtLeast(c.have, c.want); got != c.ok {
			t.Errorf("%q at least %q: %v, want %v", c.have, c.want, got, c.ok)
		}
	}
}

func TestRequiredChecks(t *testing.T) {
	t.Parallel()
	model := doorcam()
	if got := fmt.Sprint(lifecycle.RequiredChecks(model)); got != "[codes-agree media lens]" {
		t.Errorf("with media: %s", got)
	}
	model.RemovableMedia, model.Checklist = false, nil
	if got := fmt.Sprint(lifecycle.RequiredChecks(model)); got != "[codes-agree]" {
		t.Errorf("without: %s", got)
	}
}

func TestActors(t *testing.T) {
	t.Parallel()
	if !cleo().Has(lifecycle.RoleClerk) || cleo().Has(lifecycle.RoleTechnician) {
		t.Errorf("cleo's roles are %v", cleo().Roles)
	}
	for _, nobody := range []lifecycle.Actor{till(), camera(), worker(), {Kind: lifecycle.ActorPerson}} {
		if nobody.IsPerson() {
			t.Errorf("%+v passes for a person", nobody)
		}
	}
	if !ana().IsPerson() {
		t.Error("ana is no person")
	}
	if got := len(lifecycle.Roles()); got != 8 {
		t.Errorf("%d roles, want the eight of DESIGN section 1", got)
	}
	if got := len(lifecycle.OrgKinds()); got != 3 {
		t.Errorf("%d kinds of organisation, want 3", got)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	refusal := &lifecycle.Refusal{Event: lifecycle.EventSell, State: lifecycle.StateReset, Reasons: []lifecycle.Reason{
		{Code: "sell.reset"}, {Code: "serial.shape", Field: "serial"},
	}}
	err := fmt.Errorf("sale: %w", refusal)
	if !errors.Is(err, lifecycle.ErrRefused) || errors.Is(err, lifecycle.ErrInvalid) {
		t.Error("a refusal is not ErrRefused alone")
	}
	if !refusal.Has("sell.reset") || refusal.Has("sell.bound") {
		t.Error("Has does not tell its reasons")
	}
	if got, want := refusal.Error(), `sell refused in state "reset": sell.reset, serial: serial.shape`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	var invalid lifecycle.Invalid
	if err := invalid.Err(); err != nil {
		t.Errorf("no mistake: %v", err)
	}
	invalid.Add("serial", "serial.shape")
	if err := invalid.Err(); !errors.Is(err, lifecycle.ErrInvalid) || errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("one mistake: %v, want ErrInvalid alone", err)
	}
}

func TestWatched(t *testing.T) {
	t.Parallel()
	now := day()
	resold := lifecycle.Unit{State: lifecycle.StateSold, ReturnedAt: now, SoldAt: now.Add(time.Hour)}
	with := func(change func(*lifecycle.Unit)) lifecycle.Unit {
		u := resold
		change(&u)
		return u
	}
	cases := map[string]struct {
		unit lifecycle.Unit
		at   time.Time
		want bool
	}{
		"resold, nobody yet":   {resold, now.Add(1000 * 24 * time.Hour), true},
		"never returned":       {with(func(u *lifecycle.Unit) { u.ReturnedAt = time.Time{} }), now, false},
		"given back, not sold": {with(func(u *lifecycle.Unit) { u.ReturnedAt = now.Add(2 * time.Hour) }), now, false},
		"in a shop":            {with(func(u *lifecycle.Unit) { u.State = lifecycle.StateCertified }), now, false},
		"bound lately":         {with(func(u *lifecycle.Unit) { u.BoundAt = now }), now.Add(lifecycle.WatchFor - time.Hour), true},
		"bound long ago":       {with(func(u *lifecycle.Unit) { u.BoundAt = now }), now.Add(lifecycle.WatchFor), false},
	}
	for name, c := range cases {
		if got := c.unit.Watched(c.at); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
