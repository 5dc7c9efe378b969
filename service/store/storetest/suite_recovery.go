package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

func recoveryScenarios() []scenario {
	return []scenario{
		{"a recovery waits, and moves on once", recoveryWaits},
		{"a recovery's warning is sent again where it got nowhere", recoveryRewarns},
		{"a recovery replaces what was lost", recovered},
	}
}

// warning is the notice of a recovery's stage.
func (w *World) warning(r access.Recovery) notice.Notice {
	return notice.Notice{
		To: r.Person, Kind: notice.KindRecoveryWaits, Params: map[string]string{"what": string(r.Stage)}, Once: r.Warning(), At: w.Clock.Now(),
	}
}

// mailed hands what is due to a mail server, and says what that was.
func (w *World) mailed(t *testing.T) (ids []string) {
	t.Helper()
	due, err := w.ClaimDeliveries(t.Context(), notice.Mail, w.Clock.Now(), time.Minute, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		if err := w.FinishDelivery(t.Context(), d, notice.Result{Outcome: notice.OutcomeSent}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.Notice.ID)
	}
	return ids
}

// told is when the warning of a recovery was handed over.
func (w *World) told(t *testing.T, r access.Recovery) time.Time {
	t.Helper()
	reach, err := w.NoticeReach(t.Context(), r.Person, r.Warning())
	if err != nil {
		t.Fatal(err)
	}
	return reach.Told()
}

// wait begins a recovery.
func (w *World) wait(t *testing.T, link string) access.Recovery {
	t.Helper()
	begun, err := w.BeginRecovery(t.Context(), link, access.BeginRecovery(NewID("rcv"), w.Clock.Now()), w.warning)
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

func recoveryWaits(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	_, err := w.OpenRecovery(ctx, ada.ID)
	isNotFound(t, "no recovery", err)
	link := w.provenLink(t, "begin", ada.ID)
	begun := w.wait(t, link.Hash)
	if second := w.wait(t, link.Hash); second.ID != begun.ID || begun.Person != ada.ID {
		t.Errorf("begun twice: %s of %s; want %s of %s", second.ID, begun.Person, begun.ID, ada.ID)
	}
	w.mailed(t)
	if due, err := w.DueRecoveries(ctx, w.Clock.Now(), 10); err != nil || len(due) != 0 {
		t.Errorf("due at once: %v, %v", due, err)
	}
	for _, want := range []access.RecoveryStage{access.RecoveryHalf, access.RecoveryReady} {
		_, err = w.Recover(ctx, link.Hash, access.Recovered{PasswordHash: "x", Waited: true})
		isNotFound(t, "before the wait is over", err)
		w.Clock.Add(access.RecoveryWait / 2)
		due, err := w.DueRecoveries(ctx, w.Clock.Now(), 10)
		if err != nil || len(due) != 1 || due[0].ID != begun.ID {
			t.Fatalf("due: %v, %v; want %s", due, err, begun.ID)
		}
		next := due[0].Next(w.Clock.Now(), w.told(t, due[0]))
		if moved, err := w.MoveRecovery(ctx, due[0], next, w.warning(next)); err != nil || !moved || next.Stage != want {
			t.Errorf("moved %v to %s, %v; want %s", moved, next.Stage, err, want)
		}
		if moved, err := w.MoveRecovery(ctx, due[0], next, w.warning(next)); err != nil || moved {
			t.Errorf("moved twice: %v, %v", moved, err)
		}
		w.mailed(t)
	}
	inbox, _, err := w.Notices(ctx, ada.ID, lifecycle.Page{Limit: 10})
	if err != nil || len(inbox) != 3 {
		t.Errorf("%d notices, %v; want one at the start, in the middle and at the end", len(inbox), err)
	}
	if stopped, err := w.StopRecovery(ctx, ada.ID); err != nil || !stopped {
		t.Errorf("stopped %v, %v", stopped, err)
	}
	if got, err := w.Recovery(ctx, begun.ID); err != nil || got.Stage != access.RecoveryStopped || got.EndedAt.IsZero() {
		t.Errorf("stopped: %+v, %v", got, err)
	}
	late := w.provenLink(t, "late", ada.ID)
	_, err = w.Recover(ctx, late.Hash, access.Recovered{PasswordHash: "x", Waited: true})
	isNotFound(t, "after it was stopped", err)
	// A sign-in stops the next one.
	w.wait(t, late.Hash)
	session := access.Session{ID: NewID("ses"), Person: ada.ID, TokenHash: Hex("session"), Data: []byte("x"), ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.CommitSession(ctx, session); err != nil {
		t.Fatal(err)
	}
	_, err = w.OpenRecovery(ctx, ada.ID)
	isNotFound(t, "a recovery whose person has signed in", err)
}

// recoveryRewarns: whoever waits and finds that the warning has got nowhere has
// it sent again, not too often; from then on it is that one which counts.
func recoveryRewarns(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	begun := w.wait(t, w.provenLink(t, "begin", ada.ID).Hash)
	if _, err := w.ClaimDeliveries(ctx, notice.Mail, w.Clock.Now(), time.Hour, 100); err != nil {
		t.Fatal(err) // and the mail server says nothing
	}
	w.Clock.Add(time.Second)
	if again := w.wait(t, w.provenLink(t, "soon", ada.ID).Hash); again.Warning() != begun.Warning() {
		t.Errorf("warned again at once: %s", again.Warning())
	}
	w.Clock.Add(access.RewarnAfter)
	again := w.wait(t, w.provenLink(t, "later", ada.ID).Hash)
	if again.ID != begun.ID || again.Warning() == begun.Warning() {
		t.Fatalf("not warned again: %s after %s", again.Warning(), begun.Warning())
	}
	if moved, err := w.MoveRecovery(ctx, begun, begun.Next(w.Clock.Now(), w.Clock.Now()), notice.Notice{}); err != nil || moved {
		t.Errorf("moved by the warning of before: %v, %v", moved, err)
	}
	sent := w.mailed(t)
	if len(sent) == 0 || w.told(t, again).IsZero() {
		t.Error("the second warning gets nowhere")
	}
	w.Clock.Add(time.Second)
	if once := w.wait(t, w.provenLink(t, "last", ada.ID).Hash); once.Warning() != again.Warning() {
		t.Error("warned again although the warning was handed over")
	}
	// It came back, and then the mailbox takes a link: the warning is as untold as
	// before.
	for _, id := range sent {
		if err := w.BouncedLater(ctx, id, "5.1.1", w.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	w.mailed(t)
	if told := w.told(t, again); !told.IsZero() {
		t.Errorf("a warning that came back was told at %s", told)
	}
}

func recovered(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	key := access.Passkey{ID: NewID("psk"), Person: ada.ID, Name: "phone", Credential: []byte("c"), PublicKey: []byte("k"), CreatedAt: w.Clock.Now()}
	if err := w.AddPasskey(ctx, key); err != nil {
		t.Fatal(err)
	}
	want := access.Factors{Password: true, Passkeys: 1}
	if got, err := w.FactorsOf(ctx, ada.ID); err != nil || got != want || !got.Strong() {
		t.Errorf("factors %+v, %v; want %+v", got, err, want)
	}
	_, err := w.FactorsOf(ctx, "psn_nobody")
	isNotFound(t, "factors of nobody", err)
	token := access.Credential{ID: NewID("tok"), Hash: Hex("t"), Kind: access.KindPerson, Person: ada.ID, CreatedAt: w.Clock.Now()}
	if _, err := w.SaveCredential(ctx, token); err != nil {
		t.Fatal(err)
	}
	link := w.provenLink(t, "lost", ada.ID)
	// A passkey that was added since the page was shown.
	_, err = w.Recover(ctx, link.Hash, access.Recovered{PasswordHash: "$argon2id$new"})
	if !errors.Is(err, lifecycle.ErrForbidden) {
		t.Errorf("a password by the mailbox alone, beside a passkey: %v", err)
	}
	// Two take the last step in the same instant: it is one's.
	var group sync.WaitGroup
	var steps atomic.Int64
	var got access.Person
	for range 3 {
		group.Go(func() {
			p, stepped := w.Recover(ctx, link.Hash, access.Recovered{PasswordHash: "$argon2id$new", Passkeys: true, Proved: true})
			if stepped != nil {
				isNotFound(t, "the last step, taken by another first", stepped)
			} else if steps.Add(1) == 1 {
				got = p
			}
		})
	}
	group.Wait()
	if steps.Load() != 1 || got.PasswordHash != "$argon2id$new" || got.Generation != ada.Generation+1 {
		t.Errorf("recovered %d times: %+v", steps.Load(), got)
	}
	if factors, err := w.FactorsOf(ctx, ada.ID); err != nil || factors.Passkeys != 0 {
		t.Errorf("passkeys after: %+v, %v", factors, err)
	}
	if ended, err := w.CredentialByHash(ctx, token.Hash); err != nil || ended.EndedAt.IsZero() {
		t.Errorf("token after: %+v, %v; want it ended", ended, err)
	}
	_, err = w.Recover(ctx, link.Hash, access.Recovered{PasswordHash: "y"})
	isNotFound(t, "a second step by one link", err)
	_, err = w.ProvenMailLink(ctx, link.Browser)
	isNotFound(t, "a proven link that was used", err)
}
