package device_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/device"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFirstContactIsHeard(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("CAM-0001")
	k.Clock.Add(time.Minute)
	answer := k.heard(k.says(u, lifecycle.ResetNone, "first credential"))
	if diff := cmp.Diff(message.Answer{Epoch: 2, Action: message.ActionNone}, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	got := k.snapshot(u).Unit
	if got.Verifier != storetest.Hex("first credential") || !got.VerifierAt.Equal(k.Clock.Now()) || got.Firmware != "2.1.0" || !got.ContactAt.Equal(k.Clock.Now()) {
		t.Errorf("unit %+v", got)
	}
	if want := storetest.Hex("network 192.0.2.0/24"); got.Network != want {
		t.Errorf("network %q, want the keyed hash of its /24", got.Network)
	}
}

// TestResetInAnOpenOrderProvesIt without advancing the epoch, and wakes the
// worker.
func TestResetInAnOpenOrderProvesIt(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.takenBack("CAM-0002", "on the screen")
	answer := k.heard(k.says(u, lifecycle.ResetHard, "made at the bench"))
	if diff := cmp.Diff(message.Answer{Epoch: 3, Action: message.ActionNone}, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	order := k.snapshot(u).Order
	for _, verb := range lifecycle.UnitVerbs() {
		task, _ := order.Task(lifecycle.TaskID("", verb))
		if task.State != lifecycle.TaskProven || task.Grade != lifecycle.GradeDeviceSigned {
			t.Errorf("%s is %s by %s", verb, task.State, task.Grade)
		}
	}
	if !slices.Contains(k.nudged, u.id) {
		t.Error("the worker was not told")
	}
}

// TestResetAtHomeAdvancesTheEpoch: the credential of the report is of before
// the advance that it causes, so the unit makes another one.
func TestResetAtHomeAdvancesTheEpoch(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("CAM-0003")
	first := k.heard(k.says(u, lifecycle.ResetHard, "one"))
	if diff := cmp.Diff(message.Answer{Epoch: 3, Action: message.ActionReportAgain}, first); diff != "" {
		t.Errorf("reset (-want +got):\n%s", diff)
	}
	if got := k.heard(k.says(u, lifecycle.ResetNone, "one")); got.Action != message.ActionReportAgain {
		t.Errorf("the credential of before was taken: %+v", got)
	}
	if got := k.snapshot(u).Unit.Verifier; got != "" {
		t.Errorf("verifier %q is of before the advance", got)
	}
	if diff := cmp.Diff(message.Answer{Epoch: 3, Action: message.ActionNone}, k.heard(k.says(u, lifecycle.ResetNone, "two"))); diff != "" {
		t.Errorf("a new credential (-want +got):\n%s", diff)
	}
	if got := k.snapshot(u).Unit.Verifier; got != storetest.Hex("two") {
		t.Errorf("verifier %q", got)
	}
}

func TestReportConfirmsAPendingBinding(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("CAM-0004")
	k.Must(t, u.id, lifecycle.Bind{
		Command: k.By(k.Owner), ID: lifecycle.BindingID(storetest.NewID("bnd")), AccountHash: "x", ProofHash: storetest.Hex("on its screen"),
	}.Decide)
	if got := k.snapshot(u).Unit.State; got != lifecycle.StateSold {
		t.Fatalf("before the unit spoke it is %s", got)
	}
	k.Clock.Add(time.Minute)
	k.heard(k.says(u, lifecycle.ResetNone, "on its screen"))
	if got := k.snapshot(u).Unit.State; got != lifecycle.StateBound {
		t.Errorf("after its report it is %s", got)
	}
}

func TestPresenceBettersTheAuthority(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.takenBack("CAM-0005", "ab12cd34")
	r := k.says(u, lifecycle.ResetNone, "x")
	r.Presence = "another"
	k.heard(k.signed(u, r))
	if got := k.snapshot(u).Return.Authority; got != lifecycle.AuthorityNone {
		t.Errorf("another code made it %s", got)
	}
	r = k.says(u, lifecycle.ResetNone, "x")
	r.Presence = "ab12cd34"
	k.heard(k.signed(u, r))
	if got := k.snapshot(u).Return.Authority; got != lifecycle.AuthorityDevicePresent {
		t.Errorf("authority %s, want device-present", got)
	}
}

func TestSerialsAreFoldedAndPrintedAsTheyAre(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("Cam/0006 <B>")
	asWritten := u.key
	u.key.Serial = "CAM/0006 <b>"
	if got := k.heard(k.says(u, lifecycle.ResetNone, "x")); got.Action != message.ActionNone {
		t.Errorf("another letter case: %+v", got)
	}
	if got := k.snapshot(u).Unit.Key; got != asWritten {
		t.Errorf("key %v", got)
	}
}

// TestEpochThatMovesUnderTheReport: only who could sign is told.
func TestEpochThatMovesUnderTheReport(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.registered("CAM-0007")
	r := k.says(u, lifecycle.ResetNone, "x")
	k.Must(t, u.id, lifecycle.Sell{Command: k.By(k.VendorAdmin), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
	got := k.report(r)
	if got.Status != 412 || got.Problem().Code != "stale" {
		t.Errorf("a report of the epoch before: %d %s", got.Status, got.Body)
	}
	_, err := k.room.Report(t.Context(), k.says(u, lifecycle.ResetNone, "x"), "192.0.2.1")
	if err != nil {
		t.Errorf("with a new challenge: %v", err)
	}
}

func TestRetiredUnitIsHeardAndFlagged(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.takenBack("CAM-0008", "x")
	second := lifecycle.PersonID(storetest.NewID("psn"))
	k.Must(t, u.id, lifecycle.Retire{Command: k.By(k.Clerk), Order: lifecycle.OrderID(storetest.NewID("ord")), Second: second, SecondScan: u.key}.Decide)
	answer := k.heard(k.says(u, lifecycle.ResetHard, "alive"))
	if answer.Action != message.ActionNone || k.snapshot(u).Unit.State != lifecycle.StateRetired {
		t.Errorf("answer %+v, state %s", answer, k.snapshot(u).Unit.State)
	}
	flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Unit: u.id, Kind: lifecycle.FlagRetiredAlive}, lifecycle.Page{Limit: 5})
	if err != nil || len(flags) != 1 {
		t.Errorf("flags %v, %v", flags, err)
	}
}

func TestStoreThatIsBusyIsNotAnUnknownUnit(t *testing.T) {
	t.Parallel()
	k := setup(t)
	busy := device.New(device.Config{Store: busyStore{}, Now: k.Clock.Now, NewID: func() string { return "x" }, LookupHash: func(string, string) string { return "x" }})
	key := lifecycle.UnitKey{Brand: "acme", Serial: "1"}
	if _, err := busy.Challenge(t.Context(), key, "192.0.2.1"); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("challenge: %v, want busy", err)
	}
	u := unit{key: key, own: keyOf("1")}
	r := k.signed(u, message.Report{Brand: "acme", Serial: "1", Nonce: k.challenge(key).Nonce, Epoch: 1, Kind: "none", Firmware: "1", Verifier: storetest.Hex("")})
	if _, err := busy.Report(t.Context(), r, "192.0.2.1"); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("report: %v, want busy", err)
	}
}
