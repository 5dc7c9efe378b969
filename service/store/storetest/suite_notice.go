package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

func noticeScenarios() []scenario {
	return []scenario{
		{"notice/once-in-the-inbox", noticeOnce},
		{"notice/claimed-by-one", noticeClaimed},
		{"notice/late-result-turned-away", noticeLate},
		{"notice/choices-and-unsubscribe", noticeChoices},
		{"notice/bounced-address", noticeBounced},
		{"notice/subscriptions", noticeSubscriptions},
		{"notice/letter-to-nobody", noticeLetter},
		{"notice/forgotten-and-purged", noticeForgotten},
		{"notice/how-far-it-got", noticeReach},
		{"notice/unreadable-hides-no-other", noticeUnreadable},
	}
}

func (w *World) released(once string) notice.Notice {
	return notice.Notice{
		To: w.Owner.Person, Kind: notice.KindReleased, Params: map[string]string{"unit": "cam 1"}, Link: "/mine/past",
		Once: once, At: w.Clock.Now(),
	}
}

func (w *World) queue(t testing.TB, n notice.Notice) {
	t.Helper()
	if err := w.QueueNotice(t.Context(), n); err != nil {
		t.Fatalf("queue %s: %v", n.Kind, err)
	}
}

func (w *World) due(t testing.TB, channel notice.Channel) []notice.Delivery {
	t.Helper()
	list, err := w.ClaimDeliveries(t.Context(), channel, w.Clock.Now(), time.Minute, 100)
	if err != nil {
		t.Fatalf("claim %s: %v", channel, err)
	}
	return list
}

// noticeOnce: the same event is told once, however often and from wherever it
// is queued.
func noticeOnce(t *testing.T, w *World) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := w.QueueNotice(t.Context(), w.released("entry 7")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	link := w.released("link 1")
	link.Kind, link.Link = notice.KindSignInLink, "/sign-in/with"
	w.queue(t, link)
	inbox, next, err := w.Notices(t.Context(), w.Owner.Person, lifecycle.Page{})
	if err != nil || next != "" || len(inbox) != 1 {
		t.Fatalf("inbox = %v, %q, %v; want the one notice, and no link that lets in", inbox, next, err)
	}
	want := w.released("")
	want.ID = inbox[0].ID
	if diff := cmp.Diff(want, inbox[0]); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}
	if err := w.ReadNotices(t.Context(), w.Owner.Person, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if inbox, _, err = w.Notices(t.Context(), w.Owner.Person, lifecycle.Page{}); err != nil || inbox[0].Unread() {
		t.Errorf("inbox = %v, %v; want it read", inbox, err)
	}
	if others, _, err := w.Notices(t.Context(), w.Neighbour.Person, lifecycle.Page{}); err != nil || len(others) != 0 {
		t.Errorf("the neighbour reads %v, %v", others, err)
	}
	if mails := w.due(t, notice.Mail); len(mails) != 2 {
		t.Errorf("%d mails are due, want 2", len(mails))
	}
	bad := w.released("x")
	bad.Kind = "weather"
	if err := w.QueueNotice(t.Context(), bad); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a kind that is none: %v", err)
	}
}

// noticeClaimed: of many who ask at once, one has a delivery.
func noticeClaimed(t *testing.T, w *World) {
	w.queue(t, w.released("a"))
	w.queue(t, w.released("b"))
	var mu sync.Mutex
	seen := map[string]int{}
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			list, err := w.ClaimDeliveries(t.Context(), notice.Mail, w.Clock.Now(), time.Minute, 10)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, d := range list {
				seen[d.Notice.ID]++
				if d.Address == "" || d.Notice.Link != "/mine/past" || d.Attempt != 1 || !d.RetryAt.IsZero() {
					t.Errorf("claimed %+v, want all that is needed to send it", d)
				}
			}
		})
	}
	group.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d were claimed, want 2", len(seen))
	}
}

func noticeLate(t *testing.T, w *World) {
	w.queue(t, w.released("a"))
	first := w.due(t, notice.Mail)[0]
	w.Clock.Add(2 * time.Minute)
	second := w.due(t, notice.Mail)[0]
	if second.Notice.ID != first.Notice.ID || second.Attempt != 2 {
		t.Fatalf("after the lease ran out: %+v, want it due again", second)
	}
	sent := notice.Result{Outcome: notice.OutcomeSent}
	if err := w.FinishDelivery(t.Context(), first, sent); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("the first one's result: %v, want it turned away", err)
	}
	later := notice.Result{Next: w.Clock.Now().Add(time.Hour), Code: "4.2.1"}
	if err := w.FinishDelivery(t.Context(), second, later); err != nil {
		t.Fatal(err)
	}
	if due := w.due(t, notice.Mail); len(due) != 0 {
		t.Errorf("due before its time: %v", due)
	}
	w.Clock.Add(time.Hour)
	third := w.due(t, notice.Mail)[0]
	if err := w.FinishDelivery(t.Context(), third, sent); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	if due := w.due(t, notice.Mail); len(due) != 0 {
		t.Errorf("sent, and due again: %v", due)
	}
}

func noticeChoices(t *testing.T, w *World) {
	firmware := func(once string) notice.Notice {
		n := w.released(once)
		n.Kind = notice.KindFirmware
		return n
	}
	w.queue(t, firmware("1"))
	if due := w.due(t, notice.Mail); len(due) != 0 {
		t.Errorf("mailed without having been asked for: %v", due)
	}
	want := []notice.Choice{{Kind: notice.KindFirmware, Channel: notice.Mail}}
	for range 2 {
		if err := w.Choose(t.Context(), w.Owner.Person, want); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.Choices(t.Context(), w.Owner.Person); err != nil || !cmp.Equal(got, want) {
		t.Errorf("choices = %v, %v, want %v", got, err, want)
	}
	w.queue(t, firmware("2"))
	due := w.due(t, notice.Mail)
	if len(due) != 1 {
		t.Fatalf("asked for by mail: %v", due)
	}
	for _, id := range []string{due[0].Notice.ID, "ntc_that_is_none"} {
		if err := w.Unsubscribe(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.Choices(t.Context(), w.Owner.Person); err != nil || len(got) != 0 {
		t.Errorf("after unsubscribing: %v, %v", got, err)
	}
}

func noticeBounced(t *testing.T, w *World) {
	ctx, person := t.Context(), w.Owner.Person
	w.queue(t, w.released("a"))
	sent := w.due(t, notice.Mail)[0]
	if err := w.BouncedLater(ctx, sent.Notice.ID, "5.1.1", w.Clock.Now()); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a report about what was not sent: %v", err)
	}
	if err := w.FinishDelivery(ctx, sent, notice.Result{Outcome: notice.OutcomeSent}); err != nil {
		t.Fatal(err)
	}
	week := w.Clock.Now().Add(7 * 24 * time.Hour)
	if err := w.BouncedLater(ctx, sent.Notice.ID, "5.1.1", week); err != nil {
		t.Fatal(err)
	}
	if err := w.ReadsIn(ctx, person, "de"); err != nil {
		t.Fatal(err)
	}
	want := notice.Standing{Language: "de", BouncedAt: w.Clock.Now(), Code: "5.1.1", RetryAt: week}
	if got, err := w.MailStanding(ctx, person); err != nil || !cmp.Equal(got, want) {
		t.Errorf("standing = %+v, %v, want %+v", got, err, want)
	}
	w.queue(t, w.released("b"))
	next := w.due(t, notice.Mail)[0]
	if !next.RetryAt.Equal(week) || next.Language != "de" {
		t.Errorf("claimed %+v, want it to know of the bounce", next)
	}
	if err := w.FinishDelivery(ctx, next, notice.Result{Next: week}); err != nil {
		t.Fatal(err)
	}
	if err := w.TryAddress(ctx, person); err != nil {
		t.Fatal(err)
	}
	again := w.due(t, notice.Mail)
	if len(again) != 1 || !again[0].RetryAt.IsZero() {
		t.Fatalf("after its reader says that it works: %+v", again)
	}
	bounced := notice.Result{Outcome: notice.OutcomeBounced, Code: "5.2.2", RetryAt: week}
	if err := w.FinishDelivery(ctx, again[0], bounced); err != nil {
		t.Fatal(err)
	}
	if got, err := w.MailStanding(ctx, person); err != nil || got.Code != "5.2.2" {
		t.Errorf("standing = %+v, %v", got, err)
	}
}

func noticeSubscriptions(t *testing.T, w *World) {
	ctx := t.Context()
	browser := notice.Subscription{Person: w.Owner.Person, Endpoint: "https://push.example/a", P256DH: "k", Auth: "a"}
	must(t, w.Subscribe(ctx, browser))
	w.queue(t, w.released("a"))
	due := w.due(t, notice.Push)
	if len(due) != 1 || due[0].Subscription == nil || due[0].Subscription.Endpoint != browser.Endpoint {
		t.Fatalf("pushes due = %+v", due)
	}
	must(t, w.FinishDelivery(ctx, due[0], notice.Result{Outcome: notice.OutcomeGone, Forget: true}))
	if left, err := w.Subscriptions(ctx, w.Owner.Person); err != nil || len(left) != 0 {
		t.Errorf("a browser that is gone: %v, %v", left, err)
	}
	must(t, w.Subscribe(ctx, browser))
	browser.Person = w.Neighbour.Person
	must(t, w.Subscribe(ctx, browser)) // the same browser, another reader
	if left, err := w.Subscriptions(ctx, w.Owner.Person); err != nil || len(left) != 0 {
		t.Errorf("the reader before: %v, %v", left, err)
	}
	theirs, err := w.Subscriptions(ctx, w.Neighbour.Person)
	if err != nil || len(theirs) != 1 {
		t.Fatalf("the present reader: %v, %v", theirs, err)
	}
	must(t, w.EndSubscription(ctx, w.Owner.Person, theirs[0].ID))
	if theirs, err = w.Subscriptions(ctx, w.Neighbour.Person); err != nil || len(theirs) != 1 {
		t.Errorf("ended by another: %v, %v", theirs, err)
	}
	must(t, w.EndSubscription(ctx, w.Neighbour.Person, theirs[0].ID))
	if theirs, err = w.Subscriptions(ctx, w.Neighbour.Person); err != nil || len(theirs) != 0 {
		t.Errorf("ended: %v, %v", theirs, err)
	}
}

// noticeLetter: an address without an account gets mail, and no inbox.
func noticeLetter(t *testing.T, w *World) {
	for _, address := range []string{"a@example.org", "b@example.org", "a@example.org"} {
		w.queue(t, notice.Notice{Address: address, Language: "es", Kind: notice.KindErased, Once: "erased", At: w.Clock.Now()})
	}
	due := w.due(t, notice.Mail)
	if len(due) != 2 || due[0].Language != "es" || due[0].Address == due[1].Address {
		t.Errorf("letters due = %+v, want one to each address", due)
	}
	must(t, w.FinishDelivery(t.Context(), due[0], notice.Result{Outcome: notice.OutcomeBounced, Code: "5.1.1", RetryAt: w.Clock.Now()}))
	w.Clock.Add(3 * time.Hour)
	if deleted, _, err := w.Purge(t.Context()); err != nil || deleted != 1 {
		t.Errorf("purged %d, %v; want the letter that is over, with its address", deleted, err)
	}
	if left := w.due(t, notice.Mail); len(left) != 1 || left[0].Notice.ID != due[1].Notice.ID {
		t.Errorf("left = %+v, want the other letter", left)
	}
}

func noticeForgotten(t *testing.T, w *World) {
	ctx := t.Context()
	w.queue(t, w.released("a"))
	w.Clock.Add(366 * 24 * time.Hour)
	w.queue(t, w.released("b"))
	if deleted, _, err := w.Purge(ctx); err != nil || deleted < 2 {
		t.Errorf("purged %d, %v; want the old notice and its mail", deleted, err)
	}
	if inbox, _, err := w.Notices(ctx, w.Owner.Person, lifecycle.Page{}); err != nil || len(inbox) != 1 {
		t.Errorf("inbox = %v, %v, want the new one", inbox, err)
	}
	must(t, w.ForgetPerson(ctx, w.Owner.Person))
	if due := w.due(t, notice.Mail); len(due) != 0 {
		t.Errorf("mail to the forgotten: %v", due)
	}
	must(t, w.QueueNotice(ctx, w.released("c"))) // nobody is told, and nothing fails
	if due := w.due(t, notice.Mail); len(due) != 0 {
		t.Errorf("mail to the forgotten: %v", due)
	}
}
