package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func (y *story) task(id string) lifecycle.Task {
	y.t.Helper()
	task, ok := y.s.Order.Task(id)
	if !ok {
		y.t.Fatalf("no task %s", id)
	}
	return task
}

// The unit's own signed report proves its tasks; the grade says how.
func TestASignedResetProvesTheUnitsTasks(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.hears(lifecycle.ResetHard, secret("bench")))
	for _, id := range []string{"unit.factory-reset", "unit.identify"} {
		if got := y.task(id); got.State != lifecycle.TaskProven || got.Grade != lifecycle.GradeDeviceSigned || !got.DoneAt.Equal(y.now) {
			t.Errorf("%+v, want proven by the unit now", got)
		}
	}
	y.state(lifecycle.StateReturned)
	// A later word of a person does not weaken it.
	y.do(y.attests(tess(), lifecycle.CheckCodesAgree, true))
	if got := y.task("unit.identify").Grade; got != lifecycle.GradeDeviceSigned {
		t.Errorf("grade %s, want it as strong as before", got)
	}
}

// "Its credentials are new": a reset that left the old one proves nothing.
func TestAResetWithTheOldCredentialProvesNothing(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.hears(lifecycle.ResetHard, secret("first")))
	if got := y.task("unit.factory-reset"); got.Done() {
		t.Errorf("%+v, want it open: the last owner knows that credential", got)
	}
	y.do(y.hears(lifecycle.ResetHard, secret("new")))
	if got := y.task("unit.factory-reset"); !got.Done() {
		t.Errorf("%+v, want it proven", got)
	}
	y.do(y.hears(lifecycle.ResetHard, secret("new"))) // sent again: the answer got lost
	if y.s.Unit.Verifier != secret("new") {
		t.Error("a report sent again lost the credential")
	}
}

func TestAProbeProvesTheReset(t *testing.T) {
	t.Parallel()
	y := benched(t)
	probe := y.proven("acme")
	probe.Probe.CredentialRefused = true
	y.do(probe)
	if got := y.task("unit.factory-reset"); got.State != lifecycle.TaskProven || got.Grade != lifecycle.GradeProbed {
		t.Errorf("%+v, want proven by the probe", got)
	}
	if got := y.task("acme.probe").State; got != lifecycle.TaskProven {
		t.Errorf("acme.probe is %s, want proven in the same change", got)
	}
	y.do(y.hears(lifecycle.ResetHard, secret("bench")))
	if got := y.task("unit.factory-reset").Grade; got != lifecycle.GradeDeviceSigned {
		t.Errorf("grade %s, want the stronger one", got)
	}
}

func TestTwoPeopleProveTheResetOfAUnitThatCannotSpeak(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.attests(tess(), lifecycle.CheckFactoryReset, true))
	y.do(y.attests(tess(), lifecycle.CheckFactoryReset, true))
	if y.task("unit.factory-reset").Done() {
		t.Error("one person's word, given twice, proves it")
	}
	y.do(y.attests(tim(), lifecycle.CheckFactoryReset, false))
	if y.task("unit.factory-reset").Done() {
		t.Error("yes and no prove it")
	}
	y.do(y.attests(tim(), lifecycle.CheckFactoryReset, true))
	if got := y.task("unit.factory-reset"); got.State != lifecycle.TaskProven || got.Grade != lifecycle.GradeAttested {
		t.Errorf("%+v, want proven by two people", got)
	}
}

func TestAttest(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.fails(y.attests(cleo(), "lens", true), lifecycle.ErrNotFound)
	y.fails(y.attests(ana(), "lens", true), lifecycle.ErrNotFound)
	other := y.attests(tess(), "lens", true)
	other.Order = "ord_other"
	y.fails(other, lifecycle.ErrNotFound)
	machine := till()
	machine.Org = orgWarehouse
	if got := y.refused(y.attests(machine, "polish", true)); !slices.Equal(got, []string{"attest.machine", "attest.unknown-check"}) {
		t.Errorf("a machine, an unknown check: %q", got)
	}
	change := y.do(y.attests(tess(), lifecycle.CheckCodesAgree, false))
	if len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagCodesDisagree {
		t.Errorf("flags %+v, want codes-disagree", change.Flags)
	}
	if y.task("unit.identify").Done() {
		t.Error("codes that disagree identify it")
	}
	y.do(y.attests(tess(), lifecycle.CheckCodesAgree, true))
	if got := y.task("unit.identify"); got.Grade != lifecycle.GradeAttested || !got.Done() {
		t.Errorf("%+v, want identified by a person", got)
	}
	y.s.Order.Epoch--
	if got := y.refused(y.attests(tess(), "lens", true)); !slices.Equal(got, []string{"attest.other-order"}) {
		t.Errorf("an order of before: %q", got)
	}
}

// The bench reads the firmware off a unit that never spoke; what a unit said
// itself stands.
func TestAttestedFirmware(t *testing.T) {
	t.Parallel()
	y := begin(t).register().hand(vera(), tess())
	y.do(y.takes(tim()))
	read := y.attests(tess(), lifecycle.CheckFirmware, true)
	read.Note = "2.2"
	y.do(read)
	if got := y.s.Unit.Firmware; got != "2.2" {
		t.Errorf("firmware %q, want what the bench read", got)
	}
	y.do(y.hears(lifecycle.ResetNone, ""))
	read = y.attests(tess(), lifecycle.CheckFirmware, true)
	read.Note = "9.9"
	y.do(read)
	if got := y.s.Unit.Firmware; got != "2.3" {
		t.Errorf("firmware %q, want what the unit said", got)
	}
}

func TestWaive(t *testing.T) {
	t.Parallel()
	y := benched(t)
	waive := func(who lifecycle.Actor, cloud string, second lifecycle.PersonID) lifecycle.Waive {
		return lifecycle.Waive{Command: y.by(who), Order: y.s.Order.ID, Cloud: cloud, Second: second}
	}
	y.fails(waive(cleo(), "acme", carl().Person), lifecycle.ErrNotFound)
	y.fails(waive(worker(), "acme", tim().Person), lifecycle.ErrNotFound)
	for _, second := range []lifecycle.PersonID{"", tess().Person} {
		if got := y.refused(waive(tess(), "", second)); !slices.Equal(got, []string{"waive.two-people", "waive.cloud"}) {
			t.Errorf("second %q: %q", second, got)
		}
	}
	first := y.proven("acme")
	first.Tasks = first.Tasks[:1]
	y.do(first)
	y.do(waive(tess(), "acme", tim().Person))
	if got := y.task("acme.inventory").State; got != lifecycle.TaskProven {
		t.Errorf("acme.inventory is %s, want it proven as it was", got)
	}
	if got := y.task("acme.unbind"); got.State != lifecycle.TaskWaived || !got.Done() {
		t.Errorf("%+v, want waived", got)
	}
	if y.task("builtin.unbind").Done() || y.task("unit.factory-reset").Done() {
		t.Error("more was waived than the one cloud")
	}
	// A worker that was slower does not bring it back.
	y.do(y.proven("acme"))
	if got := y.task("acme.unbind").State; got != lifecycle.TaskWaived {
		t.Errorf("acme.unbind is %s, want it waived still", got)
	}
}

func TestProgressOfAnOrderThatIsOver(t *testing.T) {
	t.Parallel()
	y := returned(t)
	late := y.proven("acme")
	y.do(lifecycle.Cancel{Command: y.by(cleo()), Return: y.s.Return.ID, Order: y.order(), UnitPresent: true})
	y.fails(late, lifecycle.ErrStale)
	y.fails(lifecycle.Prove{Command: y.by(worker()), Order: late.Order}, lifecycle.ErrStale)
	y.fails(lifecycle.Prove{Command: y.by(worker()), Order: y.s.Order.ID}, lifecycle.ErrStale) // a cut order holds no state back
}

// A worker speaks for clouds. Neither can it prove the unit's own tasks, nor
// turn one task into another.
func TestProgressTouchesCloudTasksAlone(t *testing.T) {
	t.Parallel()
	y := benched(t)
	unit := y.task("unit.factory-reset")
	unit.State, unit.Grade = lifecycle.TaskProven, lifecycle.GradeDeviceSigned
	notify := y.task("acme.notify")
	notify.State, notify.Verb, notify.Grade = lifecycle.TaskProven, lifecycle.VerbProbe, lifecycle.GradeProbed
	y.do(lifecycle.Progress{Command: y.by(worker()), Order: y.s.Order.ID,
		Tasks: []lifecycle.Task{unit, notify, {ID: "other.unbind", Cloud: "other"}}})
	if y.task("unit.factory-reset").Done() {
		t.Error("a worker proved the factory reset")
	}
	if got := y.task("acme.notify"); got.Verb != lifecycle.VerbNotify || got.Grade != "" || got.State != lifecycle.TaskProven {
		t.Errorf("%+v, want its own verb, proven", got)
	}
	if _, ok := y.s.Order.Task("other.unbind"); ok {
		t.Error("a worker added a task")
	}
}

// A cloud that answers yes and changes nothing is flagged.
func TestAnAnswerWithoutEffect(t *testing.T) {
	t.Parallel()
	y := benched(t)
	change := y.do(lifecycle.Progress{Command: y.by(worker()), Order: y.s.Order.ID, Ineffective: "acme"})
	if len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagAnswerWithoutEffect || change.Flags[0].Evidence["cloud"] != "acme" {
		t.Errorf("flags %+v, want answer-without-effect of acme", change.Flags)
	}
}

func TestACutOrderEndsWhenAllIsDone(t *testing.T) {
	t.Parallel()
	y := bound(t)
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	y.do(y.proven("builtin"))
	if got := y.s.Order.State; got != lifecycle.OrderOpen {
		t.Errorf("order %s with a cloud to go, want open", got)
	}
	y.do(y.proven("acme"))
	if got := y.s.Order; got.State != lifecycle.OrderDone || !got.EndedAt.Equal(y.now) {
		t.Errorf("order %+v, want done now", got)
	}
	y.state(lifecycle.StateSold)
}

// Of two who asked at the same time, the later answer stands.
func TestProbesDoNotGoBack(t *testing.T) {
	t.Parallel()
	y := certified(t, oneCloud)
	newest := y.s.Probes[0]
	y.do(lifecycle.Progress{Command: y.by(worker()), Probe: &lifecycle.Probe{Cloud: "builtin", At: newest.At.Add(-time.Minute)}})
	if got := y.s.Probes[0]; got != newest {
		t.Errorf("probe %+v, want %+v", got, newest)
	}
}

func TestProveListsEveryOpenTask(t *testing.T) {
	t.Parallel()
	y := benched(t, oneCloud)
	y.do(y.hears(lifecycle.ResetHard, secret("bench")))
	_, err := lifecycle.Prove{Command: y.by(worker()), Order: y.s.Order.ID}.Decide(y.s)
	if got := codesOf(t, err); len(got) != len(lifecycle.CloudVerbs()) || slices.Compact(got)[0] != "prove.open" {
		t.Errorf("refused with %q, want one prove.open for each task of the cloud", got)
	}
}
