package storetest

import (
	"fmt"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// noticeUnreadable: of an inbox in which one does not open and one is of a kind
// of a later release, the others are shown, and those two are said to be there.
// They are not sent either, and are given up when they are of no more use.
func noticeUnreadable(t *testing.T, w *World) {
	for _, once := range []string{"a", "b", "c"} {
		w.queue(t, w.released(once))
		w.Clock.Add(time.Second)
	}
	page := lifecycle.Page{Limit: 10}
	inbox, _, err := w.Notices(t.Context(), w.Owner.Person, page)
	if err != nil || len(inbox) != 3 {
		t.Fatalf("inbox %v, %v", inbox, err)
	}
	w.Tamper(t, fmt.Sprintf(`UPDATE notice SET sealed = (SELECT sealed FROM person WHERE person_id = '%s') WHERE notice_id = '%s'`, w.Owner.Person, inbox[0].ID))
	w.Tamper(t, fmt.Sprintf(`UPDATE notice SET kind = 'of-tomorrow' WHERE notice_id = '%s'`, inbox[2].ID))
	got, _, err := w.Notices(t.Context(), w.Owner.Person, page)
	if err != nil || len(got) != 3 {
		t.Fatalf("inbox %v, %v, want all three", got, err)
	}
	for i, one := range got {
		if readable := i == 1; one.Unreadable == readable || one.ID != inbox[i].ID || !one.At.Equal(inbox[i].At) || (one.Link != "") != readable {
			t.Errorf("notice %d is %+v", i, one)
		}
	}
	if due := w.due(t, notice.Mail); len(due) != 1 || due[0].Notice.ID != inbox[1].ID {
		t.Errorf("due %+v, want the one that opens", due)
	}
	w.Clock.Add(31 * 24 * time.Hour)
	if due := w.due(t, notice.Mail); len(due) != 1 {
		t.Errorf("due %+v", due)
	}
	w.Clock.Add(2 * time.Hour)
	if n := w.Tamper(t, fmt.Sprintf(`UPDATE delivery SET code = code WHERE outcome = '%s' AND code = 'sealed'`, notice.OutcomeExpired)); n != 2 {
		t.Errorf("%d deliveries are given up, want those two", n)
	}
}
