package bench_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestAttestNotes(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.returned()
	cases := []struct {
		task, note string
		pass       any
		status     int
	}{
		{"lens", "", true, 200},
		{"lens", "scratched-2", false, 200},
		{"lens", "the customer is Mr Smith", false, 422},
		{"lens", strings.Repeat("a", 33), true, 422},
		{"firmware", "2.4.1", true, 200},
		{"firmware", "", true, 422},
		{"firmware", "v2", true, 422},
		{"unit.identify", "", true, 200},
		{"lens", "", nil, 422},
		{"nose", "", true, 409},
		{"builtin.unbind", "", true, 409},
	}
	for _, c := range cases {
		k.Clock.Add(time.Second)
		body := map[string]any{"note": c.note}
		if c.pass != nil {
			body["pass"] = c.pass
		}
		got := k.as(k.Technician).PostJSON(k.orderPath(unit)+"/tasks/"+c.task+"/attest", body)
		if got.Status != c.status {
			t.Errorf("%s %q = %d %s, want %d", c.task, c.note, got.Status, got.Body, c.status)
		}
	}
	if got := k.as(k.Validator).PostJSON(k.orderPath(unit)+"/tasks/lens/attest", map[string]any{"pass": true}); got.Status != 403 {
		t.Errorf("a validator attests: %d", got.Status)
	}
	var order struct {
		Checks []struct {
			ID, Text, Note string
			Passed         bool
		}
		Tasks   []struct{ ID, State, Proof string }
		Missing []struct{ Code, Detail string }
	}
	k.as(k.Technician).Get(k.orderPath(unit)).Decode(&order)
	if len(order.Checks) != 3 || order.Checks[2].Text != "Wipe the lens and look for scratches" || order.Checks[2].Passed {
		t.Errorf("checks = %+v", order.Checks)
	}
	if len(order.Missing) == 0 || order.Missing[0].Detail == "" {
		t.Errorf("missing = %+v", order.Missing)
	}
}

// A unit that never reported gets its version from whoever reads it off; one
// that did is believed more.
func TestFirmwareByHand(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.demand(func(m *lifecycle.Model) { m.RequiredGrade = lifecycle.GradeAttested })
	stock := k.Registered(t)
	k.Must(t, stock.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: "shp_1", To: k.Warehouse.ID}.Decide)
	k.Must(t, stock.ID, lifecycle.Receive{Command: k.By(k.Technician)}.Decide)
	silent := k.Must(t, stock.ID, lifecycle.TakeBack{
		Command: k.By(k.Technician), Return: "ret_silent", Order: "ord_silent", Condition: "as-new", Reason: "other",
	}.Decide).Change.Unit
	sees(t, "a silent unit", k.as(k.Technician).Get(page(silent)).Body, "Read the firmware version off the unit")
	wrong := k.as(k.Technician).PostForm(page(silent)+"/checks", form("check", "firmware", "note", "two", "pass", "true"))
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a version in words = %d", wrong.Status)
	}
	sees(t, "the wrong version", wrong.Body, `value="two"`, "a version is digits and dots")
	k.as(k.Technician).PostForm(page(silent)+"/checks", form("check", "firmware", "note", "2.4.1", "pass", "true"))
	if have := k.snapshot(silent).Unit.Firmware; have != "2.4.1" {
		t.Errorf("firmware = %q", have)
	}
	spoken := k.returned()
	if body := k.as(k.Technician).Get(page(spoken)).Body; strings.Contains(body, "Read the firmware version off") {
		t.Error("a unit that reports is asked for its version by hand")
	}
}

func TestTheAttestedRouteTakesTwoPeople(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.demand(func(m *lifecycle.Model) { m.RequiredGrade, m.MinFirmware = lifecycle.GradeAttested, "" })
	unit := k.returned()
	proven := func() bool {
		task, _ := k.snapshot(unit).Order.Task("unit.factory-reset")
		return task.Done()
	}
	say := func(actor lifecycle.Actor) {
		t.Helper()
		k.Clock.Add(time.Second)
		got := k.as(actor).PostForm(page(unit)+"/checks", form("check", "factory-reset", "pass", "true"))
		if got.Status != http.StatusSeeOther {
			t.Fatalf("attest: %d %s", got.Status, plain(got.Body))
		}
	}
	say(k.Technician)
	sees(t, "the first person's page", k.as(k.Technician).Get(page(unit)).Body, "Now the second technician signs in")
	say(k.Technician)
	if proven() {
		t.Fatal("one person proved a reset alone")
	}
	sees(t, "the second person's page", k.as(k.Technician2).Get(page(unit)).Body, "I saw it reset too", "Test Person")
	say(k.Technician2)
	if !proven() {
		t.Fatal("two people did not prove it")
	}
	k.finish(unit)
	if got := k.certify(k.Validator, unit); got.Status != http.StatusCreated {
		t.Fatalf("certify: %d %s", got.Status, got.Body)
	}
	if grade := k.snapshot(unit).Certificate.Grade; grade != lifecycle.GradeAttested {
		t.Errorf("grade = %s", grade)
	}
}

func TestPresenceCode(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.unproven()
	technician := k.as(k.Technician)
	sees(t, "a return without a right", technician.Get(page(unit)).Body, "Show a code")
	k.askPresence(unit)
	var shown struct{ Code string }
	technician.PostJSON(k.orderPath(unit)+"/presence", map[string]any{}).Decode(&shown)
	for range 2 { // shown again after a reload
		sees(t, "the code", technician.Get(page(unit)).Body, shown.Code, "<svg")
	}
	before := k.snapshot(unit)
	if before.Return.PresenceHash == shown.Code || before.Return.Authority != lifecycle.AuthorityNone {
		t.Errorf("return = %+v", before.Return)
	}
	k.report(unit, "2.1", before.Return.PresenceHash)
	if authority := k.snapshot(unit).Return.Authority; authority != lifecycle.AuthorityDevicePresent {
		t.Errorf("authority = %s", authority)
	}
	body := technician.Get(page(unit)).Body
	sees(t, "a unit that has signed", body, "It signed the code on the screen")
	if strings.Contains(body, shown.Code) {
		t.Error("the code is still shown")
	}
	if got := technician.PostForm(page(unit)+"/presence", form()); got.Status != http.StatusConflict {
		t.Errorf("a code for a return with a right = %d", got.Status)
	}
}
