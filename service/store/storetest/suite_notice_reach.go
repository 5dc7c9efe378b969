package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/notice"
)

// noticeReach: what may only happen to somebody who was warned can ask whether a
// mail server has the warning, or its reader read it; one that came back has
// warned nobody.
func noticeReach(t *testing.T, w *World) {
	ctx, person := t.Context(), w.Owner.Person
	reach := func(what string, want notice.Reach) {
		t.Helper()
		got, err := w.NoticeReach(ctx, person, "wait 1")
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", what, got, err, want)
		}
	}
	reach("before it was queued", notice.Reach{})
	queued := w.Clock.Now()
	w.queue(t, w.released("wait 1"))
	reach("no mail server yet", notice.Reach{QueuedAt: queued})
	if other, err := w.NoticeReach(ctx, w.Neighbour.Person, "wait 1"); err != nil || other != (notice.Reach{}) {
		t.Errorf("another's: %+v, %v", other, err)
	}
	mail := w.due(t, notice.Mail)[0]
	must(t, w.FinishDelivery(ctx, mail, notice.Result{Next: w.Clock.Now().Add(time.Minute), Code: "unreachable"}))
	reach("a mail server that is down", notice.Reach{QueuedAt: queued})
	w.Clock.Add(time.Hour)
	sent := w.Clock.Now()
	must(t, w.FinishDelivery(ctx, w.due(t, notice.Mail)[0], notice.Result{Outcome: notice.OutcomeSent}))
	reach("taken over", notice.Reach{QueuedAt: queued, MailedAt: sent})
	w.Clock.Add(time.Minute)
	must(t, w.BouncedLater(ctx, mail.Notice.ID, "5.1.1", w.Clock.Now().Add(time.Hour)))
	reach("it came back", notice.Reach{QueuedAt: queued})
	w.Clock.Add(time.Minute)
	read := w.Clock.Now()
	must(t, w.ReadNotices(ctx, person, read))
	reach("read", notice.Reach{QueuedAt: queued, ReadAt: read})
}
