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
