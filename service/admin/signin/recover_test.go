package signin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

const fresh = "a new and longer sentence"

// owner has an account, and a passkey where it says so.
func (k *kit) owner(t *testing.T, passkey bool) access.Person {
	t.Helper()
	mara := k.person(t, access.Organisation{}, "mara@home.example", lifecycle.RoleOwner)
	if passkey {
		err := k.AddPasskey(t.Context(), access.Passkey{
			ID: "psk_" + newID(), Person: mara.ID, Name: "phone", Credential: []byte(newID()), PublicKey: []byte("k"), CreatedAt: k.Clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		k.mails(t) // that there is a new passkey
	}
	return mara
}

// opened is a browser in which a recovery's link was asked for and opened.
func (k *kit) opened(t *testing.T, email string) *browser {
	t.Helper()
	b := k.browser()
	wantTo(t, "ask", b.post("/recover", "email", email), "/link")
	link := k.mail(t, email, "")
	hasAll(t, b.get(link).Body, "Get back into your account")
	wantTo(t, "open", b.post(link), "/recover/choose")
	return b
}

// inbox is what the person was told, newest first; not of what they themselves
// added.
func (k *kit) inbox(t *testing.T, id lifecycle.PersonID) string {
	t.Helper()
	list, _, err := k.Notices(t.Context(), id, lifecycle.Page{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, n := range list {
		if n.Kind == notice.KindPasskeyAdded {
			continue
		}
		kinds = append(kinds, string(n.Kind)+":"+n.Params["what"])
	}
	return strings.Join(kinds, " ")
}

func (k *kit) setsNewPassword(b *browser) int {
	return b.post("/recover/password", "password", fresh, "password_again", fresh).Status
}

// TestAForgottenPassword: an account that a mailbox and a password made is got
// back by the mailbox. Every session ends, and the person is told.
func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, false)
	elsewhere := k.browser()
	wantTo(t, "signed in elsewhere", elsewhere.signIn(mara.Email, password), "/link")
	wantTo(t, "signed in elsewhere", elsewhere.post(k.mail(t, mara.Email, "")), "/")
	token := k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID})
	b := k.opened(t, mara.Email)
	hasAll(t, b.get("/recover/choose").Body, "Choose a new password")
	wrong := b.post("/recover/password", "password", "short", "password_again", "x")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "password-mistake", "password_again-mistake")
	wantTo(t, "chosen", b.post("/recover/password", "password", fresh, "password_again", fresh), "/sign-in?done=recovered")
	if elsewhere.in() || b.in() {
		t.Error("a session goes on after a recovery")
	}
	wantStatus(t, "a token of before", k.bearer("GET", "/v1/account", token, "", ""), http.StatusUnauthorized)
	wantStatus(t, "a second step", b.get("/recover/choose"), http.StatusNotFound)
	if got := k.inbox(t, mara.ID); got != "factor-changed:password" {
		t.Errorf("told %q", got)
	}
	k.mails(t)
	k.browser().signIn(mara.Email, password)
	if got := k.mails(t); len(got) != 0 {
		t.Errorf("the old password is right: %v", got)
	}
	k.browser().signIn(mara.Email, fresh)
	k.mail(t, mara.Email, "")
	k.logTells(t, fresh, password, "mara@")
}

// TestAMailboxDoesNotGoRoundAPasskey: whoever has the mailbox of somebody with a
// passkey sets no password, unless they have the passkey, too.
func TestAMailboxDoesNotGoRoundAPasskey(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	b := k.opened(t, mara.Email)
	hasAll(t, b.get("/recover/choose").Body, "What do you still have?", `href="/sign-in?next=/recover/choose"`, "Begin the three days")
	wantTo(t, "by the mailbox alone", b.post("/recover/password", "password", fresh, "password_again", fresh), "/recover/choose")
	wantStatus(t, "a wrong password for the passkeys", b.post("/recover/passkeys", "current", "not the password"), http.StatusUnprocessableEntity)
	if factors, err := k.FactorsOf(t.Context(), mara.ID); err != nil || factors.Passkeys != 1 {
		t.Fatalf("passkeys after that: %+v, %v", factors, err)
	}
	// As service/web has it of who signed in with the passkey in this browser.
	proved := access.Principal{Kind: access.KindPerson, Person: mara.ID, Means: access.MeansPasskey, VerifiedAt: k.Clock.Now()}
	here := k.asker(b)
	for name, p := range map[string]access.Principal{
		"nobody": access.Anonymous(), "somebody else": {Kind: access.KindPerson, Person: "psn_other", Means: access.MeansPasskey, VerifiedAt: k.Clock.Now()},
		"by password": {Kind: access.KindPerson, Person: mara.ID, Means: access.MeansPassword, VerifiedAt: k.Clock.Now()},
		"long ago":    {Kind: access.KindPerson, Person: mara.ID, Means: access.MeansPasskey, VerifiedAt: k.Clock.Now().Add(-access.VerifiedFor)},
	} {
		if choice, err := k.entrance.Choose(t.Context(), here, p); err != nil || choice.Free() {
			t.Errorf("%s: free %v, %v", name, choice.Free(), err)
		}
	}
	choice, err := k.entrance.Choose(t.Context(), here, proved)
	if err != nil || !choice.Free() {
		t.Fatalf("by passkey: %+v, %v", choice, err)
	}
	if err := k.entrance.NewPassword(t.Context(), choice, fresh); err != nil {
		t.Fatal(err)
	}
	if factors, err := k.FactorsOf(t.Context(), mara.ID); err != nil || factors.Passkeys != 1 {
		t.Errorf("the passkey that was used is gone: %+v, %v", factors, err)
	}
}

func TestALostPasskey(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	b := k.opened(t, mara.Email)
	wantTo(t, "mailbox and password", b.post("/recover/passkeys", "current", password), "/sign-in?done=passkeys-ended")
	if factors, err := k.FactorsOf(t.Context(), mara.ID); err != nil || factors.Passkeys != 0 || !factors.Password {
		t.Errorf("factors after: %+v, %v", factors, err)
	}
	if got := k.inbox(t, mara.ID); got != "factor-changed:passkeys" {
		t.Errorf("told %q", got)
	}
}

// TestNothingLeftButTheMailbox: 72 hours with a notice at the start, in the
// middle and at the end; then a new password, and the lost passkeys end.
func TestNothingLeftButTheMailbox(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, true)
	b := k.opened(t, mara.Email)
	begun := b.post("/recover/wait")
	wantStatus(t, "begin", begun, http.StatusOK)
	hasAll(t, begun.Body, "Your three days have begun")
	for _, told := range []string{"recovery-waits:begun", "recovery-waits:half recovery-waits:begun", "recovery-waits:ready recovery-waits:half recovery-waits:begun"} {
		if got := k.inbox(t, mara.ID); got != told {
			t.Errorf("told %q, want %q", got, told)
		}
		k.mails(t)
		if !strings.Contains(told, "ready") {
			if again := k.opened(t, mara.Email); k.setsNewPassword(again) != http.StatusSeeOther || strings.Contains(k.inbox(t, mara.ID), "factor") {
				t.Error("a password is set before the wait is over")
			}
			k.Clock.Add(access.RecoveryWait / 2)
			if moved, err := k.entrance.MoveWaits(t.Context()); err != nil || moved != 1 {
				t.Errorf("moved %d, %v", moved, err)
			}
			if moved, err := k.entrance.MoveWaits(t.Context()); err != nil || moved != 0 {
				t.Errorf("moved %d more, %v", moved, err)
			}
		}
	}
	b = k.opened(t, mara.Email)
	hasAll(t, b.get("/recover/choose").Body, "The three days are over")
	wantTo(t, "after the wait", b.post("/recover/password", "password", fresh, "password_again", fresh), "/sign-in?done=recovered")
	if factors, err := k.FactorsOf(t.Context(), mara.ID); err != nil || factors.Passkeys != 0 {
		t.Errorf("lost passkeys are still good: %+v, %v", factors, err)
	}
	if moved, err := k.entrance.MoveWaits(t.Context()); err != nil || moved != 0 {
		t.Errorf("a recovery that is done moves on: %d, %v", moved, err)
	}
}

func TestAWaitIsStopped(t *testing.T) {
	t.Parallel()
	ways := map[string]func(t *testing.T, k *kit, mara access.Person){
		"by the link in a notice": func(t *testing.T, k *kit, mara access.Person) {
			list, _, err := k.Notices(t.Context(), mara.ID, lifecycle.Page{Limit: 10})
			list = slices.DeleteFunc(list, func(n notice.Notice) bool { return n.Kind != notice.KindRecoveryWaits })
			if err != nil || len(list) != 1 {
				t.Fatalf("notices %v, %v", list, err)
			}
			anybody := k.browser()
			hasAll(t, anybody.get(list[0].Link).Body, "Was this not you?")
			wantStatus(t, "a guess", anybody.post(list[0].Link[:len(list[0].Link)-1]+"."), http.StatusNotFound)
			wantTo(t, "one press", anybody.post(list[0].Link), "/sign-in?done=recovery-stopped")
			wantStatus(t, "pressed twice", anybody.post(list[0].Link), http.StatusNotFound)
		},
		"by a sign-in": func(t *testing.T, k *kit, mara access.Person) {
			b := k.browser()
			k.mails(t)
			b.signIn(mara.Email, password)
			wantTo(t, "in", b.post(k.mail(t, mara.Email, "")), "/")
		},
		"by time": func(t *testing.T, k *kit, _ access.Person) {
			for range 3 {
				k.mails(t)
				k.Clock.Add(access.RecoveryGrace)
				if moved, err := k.entrance.MoveWaits(t.Context()); err != nil || moved != 1 {
					t.Fatalf("moved %d, %v", moved, err)
				}
			}
		},
	}
	for name, stop := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newMailKit(t)
			mara := k.owner(t, true)
			wantStatus(t, "begin", k.opened(t, mara.Email).post("/recover/wait"), http.StatusOK)
			stop(t, k, mara)
			k.Clock.Add(access.RecoveryWait)
			if _, err := k.entrance.MoveWaits(t.Context()); err != nil {
				t.Fatal(err)
			}
			k.mails(t)
			b := k.opened(t, mara.Email)
			k.setsNewPassword(b)
			if strings.Contains(k.inbox(t, mara.ID), "factor-changed") {
				t.Error("the password was replaced all the same")
			}
		})
	}
}

// TestStaffAreLetInByTheirOrganisation: no mailbox of staff replaces a password;
// an admin's invitation does, and the person is told when it is made and used.
func TestStaffAreLetInByTheirOrganisation(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	wantTo(t, "ask", k.browser().post("/recover", "email", mara.Email), "/link")
	if link := k.mail(t, mara.Email, "staff"); link != "/sign-in" {
		t.Errorf("staff are mailed %q", link)
	}
	link, err := k.entrance.Link(t.Context(), mara.ID, access.InviteFor)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.inbox(t, mara.ID); got != "factor-changed:invitation" {
		t.Errorf("told %q", got)
	}
	code := link[strings.LastIndex(link, "/")+1:]
	k.Clock.Add(1e9)
	wantTo(t, "accept", k.browser().post("/setup/"+code, "password", fresh, "password_again", fresh), "/")
	if got := k.inbox(t, mara.ID); got != "factor-changed:password factor-changed:invitation" {
		t.Errorf("told %q", got)
	}
}

func TestWithoutMailThereIsNoRecovery(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.owner(t, false)
	hasAll(t, k.browser().get("/recover").Body, "This server sends no mail")
	wantStatus(t, "asked all the same", k.browser().post("/recover", "email", "mara@home.example"), http.StatusNotFound)
}
