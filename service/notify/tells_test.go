package notify

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// TestWhatIsNotReadTellsNobody: each event that the reader passes unread is here
// with the reason why no person and no officer could have to hear of it. An event
// that is new is told until somebody says so.
func TestWhatIsNotReadTellsNobody(t *testing.T) {
	t.Parallel()
	never := map[lifecycle.Event]string{
		lifecycle.EventRegister: "nobody has it yet", lifecycle.EventAdmit: "nobody is known to have had it",
		lifecycle.EventConfirm: "the vendor's word for a serial", lifecycle.EventVoid: "nothing is bound (its guard)",
		lifecycle.EventReturnSealed: "never bound (its guard)", lifecycle.EventVouch: "the return was told already",
		lifecycle.EventShip: "custody among organisations", lifecycle.EventReceive: "custody among organisations",
		lifecycle.EventContactSeen: "it speaks every day; of a retired one officers hear",
	}
	for _, event := range lifecycle.Events() {
		if _, passed := never[event]; tells(lifecycle.Entry{Event: event, State: lifecycle.StateSold}) == passed {
			t.Errorf("%s is told: %v", event, !passed)
		}
	}
	if !tells(lifecycle.Entry{Event: lifecycle.EventContactSeen, State: lifecycle.StateRetired}) {
		t.Error("a retired unit that speaks is an alarm, and nobody hears of it")
	}
}

// Whose time a cloud was given up with hears of it, once for each time and cloud,
// and not of who has the unit now. What was deleted before is no news.
func TestACloudGivenUpIsTold(t *testing.T) {
	t.Parallel()
	entry := lifecycle.Entry{Seq: 7, Event: lifecycle.EventWaive, Key: lifecycle.UnitKey{Brand: "acme", Serial: "SN-1"}}
	deletion := func(binding lifecycle.BindingID, account lifecycle.PersonID, state lifecycle.TaskState) lifecycle.Deletion {
		return lifecycle.Deletion{Binding: binding, Cloud: "acme", Account: account, State: state}
	}
	change := lifecycle.Change{Event: lifecycle.EventWaive, Deletions: []lifecycle.Deletion{
		deletion("bnd_1", "psn_ana", lifecycle.TaskWaived), deletion("bnd_2", "psn_ben", lifecycle.TaskWaived),
		deletion("bnd_3", "psn_ana", lifecycle.TaskWaived), deletion("bnd_4", "psn_eva", lifecycle.TaskProven),
		deletion("bnd_5", "", lifecycle.TaskWaived),
	}}
	want := []struct {
		to   lifecycle.PersonID
		link string
	}{{"psn_ana", "/mine/past/bnd_1"}, {"psn_ben", "/mine/past/bnd_2"}, {"psn_ana", "/mine/past/bnd_3"}}
	got := notices(entry, change, lifecycle.Snapshot{})
	if len(got) != len(want) {
		t.Fatalf("%d notices, want %d: %+v", len(got), len(want), got)
	}
	once := map[string]bool{}
	for i, n := range got {
		once[n.Once] = true
		if n.To != want[i].to || n.Link != want[i].link || n.Kind != "released" || n.Params["what"] != "waived" ||
			n.Params["cloud"] != "acme" || n.Params["unit"] != "acme SN-1" || len(n.Params) != 3 {
			t.Errorf("notice %+v, want to %s at %s", n, want[i].to, want[i].link)
		}
	}
	if len(once) != len(want) {
		t.Errorf("told as if they were the same: %v", once)
	}
	change.Event = lifecycle.EventProgress
	if got := notices(entry, change, lifecycle.Snapshot{}); len(got) != 0 {
		t.Errorf("another change tells %+v", got)
	}
}
