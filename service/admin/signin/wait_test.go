package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// moves moves the waits, and says where the person's stands.
func (k *kit) moves(t *testing.T, id lifecycle.PersonID) access.RecoveryStage {
	t.Helper()
	if _, err := k.entrance.MoveWaits(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := k.OpenRecovery(t.Context(), id)
	if err != nil {
		return ""
	}
	return r.Stage
}

// TestAWaitCountsFromItsWarning: the mail server is away for 80 hours. The three
// days begin when it has taken the first warning, and each half of them when it
// has taken that half's: nobody's account is given away in silence.
func TestAWaitCountsFromItsWarning(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	b := k.opened(t, mara.Email)
	begun := b.post("/recover/wait")
	wantStatus(t, "begin", begun, http.StatusOK)
	hasAll(t, begun.Body, "count from when our warning has left")
	hasAll(t, b.get("/recover/choose").Body, "It has not left yet")
	for range 80 { // hours without a mail server
		k.Clock.Add(time.Hour)
		if stage := k.moves(t, mara.ID); stage != access.RecoveryBegun {
			t.Fatalf("the wait is at %q before its warning has left", stage)
		}
	}
	k.mails(t) // it is back
	back := k.Clock.Now()
	for _, step := range []struct {
		after time.Duration
		mail  bool // the mail server is there
		want  access.RecoveryStage
	}{
		{access.RecoveryLook, true, access.RecoveryBegun},
		{access.RecoveryWait/2 - time.Second, false, access.RecoveryBegun},
		{access.RecoveryWait / 2, false, access.RecoveryHalf},
		{access.RecoveryWait, false, access.RecoveryHalf}, // the second warning has not left
		{access.RecoveryWait + time.Hour, true, access.RecoveryHalf},
		{access.RecoveryWait + time.Hour + access.RecoveryWait/2 - time.Second, true, access.RecoveryHalf},
		{access.RecoveryWait + time.Hour + access.RecoveryWait/2, true, access.RecoveryReady},
	} {
		k.Clock.Add(back.Add(step.after).Sub(k.Clock.Now()))
		if step.mail {
			k.mails(t)
		}
		if stage := k.moves(t, mara.ID); stage != step.want {
			t.Fatalf("%s after the mail server came back: %q, want %q", step.after, stage, step.want)
		}
	}
	if told := k.inbox(t, mara.ID); strings.Count(told, "recovery-waits") != 3 {
		t.Errorf("told %q", told)
	}
}

// TestAWaitIsBounded: a warning that never leaves ends the recovery; who reads it
// in the inbox was warned as well.
func TestAWaitIsBounded(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	wantStatus(t, "begin", k.opened(t, mara.Email).post("/recover/wait"), http.StatusOK)
	k.Clock.Add(access.RecoveryPatience - time.Hour)
	if stage := k.moves(t, mara.ID); stage != access.RecoveryBegun {
		t.Fatalf("at %q", stage)
	}
	k.Clock.Add(time.Hour)
	if stage := k.moves(t, mara.ID); stage != "" {
		t.Errorf("at %q after a month without a warning, want it over", stage)
	}
	k.mails(t)
	wantStatus(t, "again", k.opened(t, mara.Email).post("/recover/wait"), http.StatusOK)
	if err := k.ReadNotices(t.Context(), mara.ID, k.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	k.Clock.Add(access.RecoveryWait / 2)
	if stage := k.moves(t, mara.ID); stage != access.RecoveryHalf {
		t.Errorf("at %q after the warning was read in the inbox, want it at half", stage)
	}
}

// TestAWarningThatCameBack: the address refused the warning and takes mail again,
// as the link shows that was opened: the warning is sent once more, and the wait
// counts from that. It is neither over at once nor impossible.
func TestAWarningThatCameBack(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	wantStatus(t, "begin", k.opened(t, mara.Email).post("/recover/wait"), http.StatusOK)
	for _, d := range k.claimed(t) {
		refused := notice.Result{Next: k.Clock.Now().Add(7 * 24 * time.Hour), RetryAt: k.Clock.Now().Add(7 * 24 * time.Hour), Code: "5.2.2"}
		if err := k.FinishDelivery(t.Context(), d, refused); err != nil {
			t.Fatal(err)
		}
	}
	k.Clock.Add(access.RecoveryWait)
	if stage := k.moves(t, mara.ID); stage != access.RecoveryBegun {
		t.Fatalf("at %q although the warning came back", stage)
	}
	b := k.opened(t, mara.Email)
	hasAll(t, b.get("/recover/choose").Body, "It has not left yet", "Send the warning again")
	wantStatus(t, "again", b.post("/recover/wait"), http.StatusOK)
	if sent := k.mails(t); len(sent) != 1 || sent[0].Notice.Kind != notice.KindRecoveryWaits {
		t.Fatalf("sent %+v, want the warning once more", sent)
	}
	k.Clock.Add(access.RecoveryWait / 2)
	if stage := k.moves(t, mara.ID); stage != access.RecoveryHalf {
		t.Errorf("at %q, want it at half", stage)
	}
}
