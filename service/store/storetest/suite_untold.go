package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

func untoldScenarios() []scenario {
	return []scenario{
		{"untold/set-aside-tried-and-ended", untoldRound},
		{"untold/given-up-and-tried-again", untoldAgain},
		{"untold/a-delivery-that-does-not-open", untoldDelivery},
		{"untold/an-officer-whose-key-does-not-open", untoldOfficer},
		{"notice/every-officer", noticeOfficers},
		{"notice/told-and-moved-at-once", noticeTell},
		{"feed/what-happened", feedHappened},
	}
}

func (w *World) aside(t testing.TB) []notice.Untold {
	t.Helper()
	list, _, err := w.Untold(t.Context(), lifecycle.Page{})
	must(t, err)
	return list
}

func (w *World) claimUntold(t testing.TB) []notice.Untold {
	t.Helper()
	list, err := w.ClaimUntold(t.Context(), w.Clock.Now(), time.Minute, 10)
	must(t, err)
	return list
}

func untoldRound(t *testing.T, w *World) {
	ctx, now := t.Context(), w.Clock.Now()
	u := notice.Untold{Source: notice.SourceEntry(7), Error: "sealed", Tries: 1, FirstAt: now, NextAt: now.Add(2 * time.Second)}
	must(t, w.SetAside(ctx, u))
	again := u
	again.Error, again.FirstAt = "invalid", now.Add(time.Hour)
	must(t, w.SetAside(ctx, again)) // by another process
	if got := w.aside(t); len(got) != 1 || got[0] != u {
		t.Errorf("set aside: %+v, want %+v as it was first", got, u)
	}
	if got := w.claimUntold(t); len(got) != 0 {
		t.Errorf("claimed before it is due: %+v", got)
	}
	w.Clock.Add(2 * time.Second)
	got := w.claimUntold(t)
	if len(got) != 1 || got[0].Tries != 2 || got[0].Source != u.Source {
		t.Fatalf("claimed %+v, want the second try", got)
	}
	if more := w.claimUntold(t); len(more) != 0 {
		t.Errorf("claimed by two: %+v", more)
	}
	late := got[0]
	w.Clock.Add(2 * time.Minute) // whoever had it died
	if got = w.claimUntold(t); len(got) != 1 || got[0].Tries != 3 {
		t.Fatalf("after the lease: %+v, want the third try", got)
	}
	must(t, w.FinishUntold(ctx, late, true))
	if left := w.aside(t); len(left) != 1 {
		t.Errorf("ended by a try that was over: %+v", left)
	}
	must(t, w.FinishUntold(ctx, got[0], true))
	if left := w.aside(t); len(left) != 0 {
		t.Errorf("told, and still there: %+v", left)
	}
}

func untoldAgain(t *testing.T, w *World) {
	ctx, now := t.Context(), w.Clock.Now()
	u := notice.Untold{Source: notice.SourceFlag("flg_1"), Error: "sealed", Tries: 1, FirstAt: now, NextAt: now}
	must(t, w.SetAside(ctx, u))
	got := w.claimUntold(t)
	if len(got) != 1 {
		t.Fatalf("claimed %+v", got)
	}
	got[0].Error, got[0].GivenUpAt = "invalid", now
	must(t, w.FinishUntold(ctx, got[0], false))
	w.Clock.Add(time.Hour)
	if more := w.claimUntold(t); len(more) != 0 {
		t.Errorf("given up, and tried: %+v", more)
	}
	if left := w.aside(t); len(left) != 1 || left[0].Error != "invalid" || !left[0].GivenUpAt.Equal(now) {
		t.Errorf("left %+v, want to see that it was given up", left)
	}
	if count, err := w.TryUntold(ctx, w.Clock.Now()); err != nil || count != 1 {
		t.Errorf("tried again: %d, %v", count, err)
	}
	if got = w.claimUntold(t); len(got) != 1 || got[0].Tries != 2 || !got[0].GivenUpAt.IsZero() {
		t.Errorf("claimed %+v, want it as after its first try", got)
	}
}

// untoldDelivery: one that does not open is first in every claim. It must not
// keep the others from being sent.
func untoldDelivery(t *testing.T, w *World) {
	w.queue(t, w.released("a"))
	// What is sealed for another field does not open in this one.
	if n := w.Tamper(t, fmt.Sprintf(`UPDATE notice SET sealed = (SELECT sealed FROM person WHERE person_id = '%s')`, w.Owner.Person)); n != 1 {
		t.Fatalf("%d notices were changed, want one", n)
	}
	w.Clock.Add(time.Second)
	w.queue(t, w.released("b"))
	due := w.due(t, notice.Mail)
	if len(due) != 1 {
		t.Fatalf("%d are due, want the one that opens", len(due))
	}
	must(t, w.FinishDelivery(t.Context(), due[0], notice.Result{Outcome: notice.OutcomeSent}))
	if more := w.due(t, notice.Mail); len(more) != 0 {
		t.Errorf("due again: %+v", more)
	}
}

// untoldOfficer: one officer's key that does not open keeps nobody else from
// hearing of a flag, nor the flag from standing; and it is known.
func untoldOfficer(t *testing.T, w *World) {
	broken := w.person(t, access.Organisation{ID: w.Officer.Org, Kind: w.Officer.OrgKind}, lifecycle.RoleSecurityOfficer)
	statement := fmt.Sprintf(`UPDATE subject_key SET sealed = (SELECT sealed FROM subject_key WHERE subject = '%s') WHERE subject = '%s'`,
		w.Officer.Person, broken.Person)
	if n := w.Tamper(t, statement); n != 1 {
		t.Fatalf("%d keys were changed, want one", n)
	}
	flag := lifecycle.Flag{
		Kind: lifecycle.FlagStuckReset, Cause: "c", Severity: lifecycle.SeverityHigh, State: lifecycle.FlagOpen, Org: w.Officer.Org,
		FirstAt: w.Clock.Now(), LastAt: w.Clock.Now(),
	}
	raised, err := w.RaiseFlag(t.Context(), flag)
	must(t, err)
	if inbox, _, err := w.Notices(t.Context(), w.Officer.Person, lifecycle.Page{}); err != nil || len(inbox) != 1 {
		t.Errorf("the other officer's inbox: %v, %v, want the flag", inbox, err)
	}
	if got := w.aside(t); len(got) != 1 || got[0].Source != notice.SourceFlag(raised.ID) || got[0].Error != "sealed" {
		t.Errorf("set aside: %+v, want the flag", got)
	}
	if err := w.QueueNotice(t.Context(), notice.OfFlag(broken.Person, raised, w.Clock.Now())); !errors.Is(err, notice.ErrSealed) {
		t.Errorf("a notice to them: %v, want that it does not open", err)
	}
}

// noticeOfficers: an officer behind more people than a page of a list has hears
// of flags, too.
func noticeOfficers(t *testing.T, w *World) {
	for i := range 8 { // twice as many clerks each time
		w.Tamper(t, fmt.Sprintf(`INSERT INTO person (person_id, org_id, roles, sealed, generation, created_at)
			SELECT person_id || '%d', org_id, roles, sealed, generation, created_at FROM person WHERE person_id LIKE '%s%%'`, i, w.Clerk.Person))
	}
	last := access.Person{
		ID: "psn_zzz", Org: w.Officer.Org, Roles: []lifecycle.Role{lifecycle.RoleSecurityOfficer}, Name: "Z", Email: "z@example.test",
		CreatedAt: w.Clock.Now(),
	}
	_, err := w.SavePerson(t.Context(), last)
	must(t, err)
	got, err := w.FlagReaders(t.Context(), lifecycle.Flag{Org: w.Officer.Org})
	if err != nil || !slices.Contains(got, last.ID) || !slices.Contains(got, w.Officer.Person) {
		t.Errorf("readers of a flag: %v, %v, want both officers", got, err)
	}
	if slices.Contains(got, w.Clerk.Person) {
		t.Error("a clerk reads flags")
	}
}

// noticeTell: all of an entry is queued and the reader moved behind it, or
// neither; and of two readers one tells.
func noticeTell(t *testing.T, w *World) {
	ctx := t.Context()
	if moved, err := w.MovePosition(ctx, "reader", 0, "4"); err != nil || !moved {
		t.Fatal(moved, err)
	}
	bad := w.released("")
	if _, err := w.Tell(ctx, []notice.Notice{w.released("5"), bad}, "reader", 1, "5"); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("one that is none: %v", err)
	}
	position, version, err := w.Position(ctx, "reader")
	inbox, _, errInbox := w.Notices(ctx, w.Owner.Person, lifecycle.Page{})
	if err := errors.Join(err, errInbox); err != nil || position != "4" || version != 1 || len(inbox) != 0 {
		t.Errorf("after an error: at %s (%d), %d queued, %v; want nothing done", position, version, len(inbox), err)
	}
	for i, want := range []bool{true, false} {
		moved, err := w.Tell(ctx, []notice.Notice{w.released(fmt.Sprint("reader ", i))}, "reader", 1, "5")
		if err != nil || moved != want {
			t.Errorf("reader %d: %v, %v, want %v", i, moved, err, want)
		}
	}
	if inbox, _, err = w.Notices(ctx, w.Owner.Person, lifecycle.Page{}); err != nil || len(inbox) != 1 {
		t.Errorf("%d are queued, %v, want the first reader's", len(inbox), err)
	}
}

func feedHappened(t *testing.T, w *World) {
	ctx := t.Context()
	unit, other := w.TakenBack(t), w.Bound(t)
	w.settle(t)
	seq, err := w.EntryOf(ctx, unit.ID, lifecycle.EventReturn, unit.Epoch)
	must(t, err)
	entry, err := w.Entry(ctx, seq)
	if err != nil || entry.Unit != unit.ID || entry.Event != lifecycle.EventReturn || entry.Seq != seq {
		t.Fatalf("entry %d = %+v, %v", seq, entry, err)
	}
	change, present, err := w.Happened(ctx, entry, true)
	if err != nil || change.Event != lifecycle.EventReturn || change.Return == nil || present.Unit.ID != unit.ID || present.Return == nil {
		t.Errorf("happened: %+v, %+v, %v", change, present, err)
	}
	change, present, err = w.Happened(ctx, entry, false)
	if err != nil || change.Event != lifecycle.EventReturn || present.Unit.ID != "" {
		t.Errorf("without how it is now: %+v, %+v, %v", change, present, err)
	}
	entry.Unit = other.ID
	if _, _, err := w.Happened(ctx, entry, false); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("the entry of another: %v", err)
	}
	if _, err := w.Entry(ctx, 0); !errors.Is(err, lifecycle.ErrNotFound) { // the log's own
		t.Errorf("an entry of no unit: %v", err)
	}
}
