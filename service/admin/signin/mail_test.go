package signin_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// mails takes what is to be mailed and hands it over, as whoever sends it would.
func (k *kit) mails(t *testing.T) []notice.Delivery {
	t.Helper()
	due := k.claimed(t)
	for _, d := range due {
		if err := k.FinishDelivery(t.Context(), d, notice.Result{Outcome: notice.OutcomeSent}); err != nil {
			t.Fatal(err)
		}
	}
	return due
}

// claimed takes what is to be mailed, and nothing comes of it.
func (k *kit) claimed(t *testing.T) []notice.Delivery {
	t.Helper()
	due, err := k.ClaimDeliveries(t.Context(), notice.Mail, k.Clock.Now(), time.Hour, 100)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

// mail is the one mail that there is: its kind, what it is about, its link.
func (k *kit) mail(t *testing.T, to, what string) (link string) {
	t.Helper()
	due := k.mails(t)
	if len(due) != 1 || !strings.EqualFold(due[0].Address, to) || due[0].Notice.Params["what"] != what {
		t.Fatalf("mails %+v, want one to %s about %q", due, to, what)
	}
	return due[0].Notice.Link
}

var sixDigits = regexp.MustCompile(`>([0-9]{6})<`)

// shown is the code on a page.
func shown(t *testing.T, page *webtest.Response) string {
	t.Helper()
	found := sixDigits.FindStringSubmatch(page.Body)
	if found == nil {
		t.Fatalf("no code on the page: %d %s", page.Status, page.Body)
	}
	return found[1]
}

func TestSignInByPasswordAndMail(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.person(t, access.Organisation{}, "mara@home.example", lifecycle.RoleOwner)
	b := k.browser()
	hasAll(t, b.get("/sign-in").Body, "we send you a mail", `href="/recover"`)
	wantTo(t, "the password", b.post("/sign-in", "email", mara.Email, "password", password, "next", "/account"), "/link")
	if b.in() {
		t.Fatal("a password alone lets in")
	}
	link := k.mail(t, mara.Email, "")
	for range 2 { // as scanners look at mail
		page := b.get(link)
		wantStatus(t, "looked at", page, http.StatusOK)
		hasAll(t, page.Body, "It works once", `<button class="primary">Sign in`)
	}
	if b.in() {
		t.Fatal("looking at a link lets in")
	}
	wantTo(t, "pressed", b.post(link), "/account")
	if !b.in() {
		t.Fatal("the link lets nobody in")
	}
	wantStatus(t, "again", b.post(link), http.StatusNotFound)
	k.logTells(t, password, "mara@", strings.TrimPrefix(link, "/link/"))
	inbox, _, err := k.Notices(t.Context(), mara.ID, lifecycle.Page{Limit: 10})
	if err != nil || len(inbox) != 0 {
		t.Errorf("the inbox shows %v, %v: a link is for the address alone", inbox, err)
	}
}

func TestALinkOpenedElsewhereShowsACode(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.person(t, access.Organisation{}, "mara@home.example", lifecycle.RoleOwner)
	desk, phone, thief := k.browser(), k.browser(), k.browser()
	wantTo(t, "the password", desk.signIn(mara.Email, password), "/link")
	link := k.mail(t, mara.Email, "")
	hasAll(t, phone.get(link).Body, "another browser", "Show me the code")
	code := shown(t, phone.post(link))
	if phone.in() {
		t.Fatal("another browser is let in")
	}
	thief.signIn("never@home.example", password)
	wantStatus(t, "the code in another browser", thief.post("/link", "code", code), http.StatusUnprocessableEntity)
	wantStatus(t, "a wrong one", desk.post("/link", "code", "x"), http.StatusUnprocessableEntity)
	wantTo(t, "the code where it was asked", desk.post("/link", "code", " "+code[:3]+" "+code[3:]), "/")
	if !desk.in() {
		t.Error("the code lets nobody in")
	}
	wantStatus(t, "typed twice", desk.post("/link", "code", code), http.StatusUnprocessableEntity)
}

// TestAskingTellsNothing: right, wrong, unknown, disabled and unconfirmed get the
// same bytes after the same calls, at each door that mails.
func TestAskingTellsNothing(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	k.person(t, access.Organisation{}, "known@home.example", lifecycle.RoleOwner)
	k.person(t, shop, "staff@shop.example", lifecycle.RoleClerk)
	k.disable(t, k.person(t, access.Organisation{}, "ended@home.example", lifecycle.RoleOwner).ID)
	k.browser().post("/sign-up", "email", "waiting@home.example", "password", password, "password_again", password)
	doors := map[string]func(b *browser, email, secret string) *webtest.Response{
		"sign in": func(b *browser, email, secret string) *webtest.Response { return b.signIn(email, secret) },
		"recover": func(b *browser, email, _ string) *webtest.Response { return b.post("/recover", "email", email) },
		"sign up": func(b *browser, email, secret string) *webtest.Response {
			return b.post("/sign-up", "email", email, "password", secret, "password_again", secret)
		},
	}
	for name, door := range doors {
		try := func(email, secret string) (*webtest.Response, string) {
			b := k.browser()
			b.network = "192.0.2." + fmt.Sprint(len(email)) + ":1"
			k.taken()
			got := door(b, email, secret)
			got.Header.Del("X-Request-Id")
			cookie := got.Header.Get("Set-Cookie")
			got.Header.Set("Set-Cookie", regexp.MustCompile(`=[^;]*;`).ReplaceAllString(cookie, fmt.Sprintf("=%d characters;", strings.Index(cookie, ";"))))
			return got, k.taken()
		}
		want, wantCalls := try("never@home.example", password)
		wantTo(t, name, want, "/link")
		for who, with := range map[string][2]string{
			"right": {"known@home.example", password}, "wrong": {"known@home.example", "not the password"},
			"staff": {"staff@shop.example", password}, "disabled": {"ended@home.example", password}, "unconfirmed": {"waiting@home.example", password},
		} {
			got, calls := try(with[0], with[1])
			if got.Status != want.Status || got.Body != want.Body || calls != wantCalls {
				t.Errorf("%s, %s: %d %q after %q, want %d %q after %q", name, who, got.Status, got.Body, calls, want.Status, want.Body, wantCalls)
			}
			if diff := cmp.Diff(want.Header, got.Header); diff != "" {
				t.Errorf("%s, %s: headers differ:\n%s", name, who, diff)
			}
		}
	}
}

// TestAskingTakesAHash: see TestSignInOfTheUnknownTakesAHash.
func TestAskingTakesAHash(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, access.PasswordConfig{MemoryKiB: 16 << 10, Iterations: 3, Parallelism: 1, AtOnce: 1}, true)
	fastest := time.Hour
	for range 3 {
		start := time.Now()
		if _, err := k.cheap.Hash(t.Context(), password); err != nil {
			t.Fatal(err)
		}
		fastest = min(fastest, time.Since(start))
	}
	for name, ask := range map[string]func() *webtest.Response{
		"sign in": func() *webtest.Response { return k.browser().signIn("never@shop.example", password) },
		"recover": func() *webtest.Response { return k.browser().post("/recover", "email", "never@shop.example") },
	} {
		start := time.Now()
		wantTo(t, name, ask(), "/link")
		if took := time.Since(start); took < fastest/4 { // how fast the machine is changes meanwhile
			t.Errorf("%s: an unknown address took %s, a hash takes %s", name, took, fastest)
		}
	}
}

// TestAskingIsThrottled: right passwords count like wrong ones until a link is
// opened, or the count would tell which are right.
func TestAskingIsThrottled(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	k.person(t, access.Organisation{}, "known@home.example", lifecycle.RoleOwner)
	ask := func(email, secret string, i int) int {
		b := k.browser()
		b.network = fmt.Sprintf("198.51.100.%d:1", i)
		return b.signIn(email, secret).Status
	}
	for _, with := range [][2]string{{"known@home.example", password}, {"never@home.example", password}} {
		for i := range 5 {
			if got := ask(with[0], with[1], i); got != http.StatusSeeOther {
				t.Errorf("%s, attempt %d: %d", with[0], i, got)
			}
		}
		if got := ask(with[0], with[1], 9); got != http.StatusTooManyRequests {
			t.Errorf("%s, one too many: %d", with[0], got)
		}
	}
	if got := len(k.mails(t)); got != 5 {
		t.Errorf("%d mails, want one for each attempt that was let through", got)
	}
}

func TestLinksThatAreOver(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.person(t, access.Organisation{}, "mara@home.example", lifecycle.RoleOwner)
	b := k.browser()
	b.signIn(mara.Email, password)
	used := k.mail(t, mara.Email, "")
	wantTo(t, "used", b.post(used), "/")
	b = k.browser()
	b.signIn(mara.Email, password)
	late := k.mail(t, mara.Email, "")
	k.Clock.Add(access.MailLinkFor)
	want := b.get("/link/" + access.NewToken())
	wantStatus(t, "guessed", want, http.StatusNotFound)
	hasAll(t, want.Body, "This link does not work", "Ask for a new one")
	for name, got := range map[string]*webtest.Response{"used": b.get(used), "late": b.get(late), "used, pressed": b.post(used), "late, pressed": b.post(late)} {
		got.Body = strings.ReplaceAll(strings.ReplaceAll(got.Body, used, "LINK"), late, "LINK")
		if got.Status != want.Status || !strings.Contains(got.Body, "This link does not work") {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	slowed := false
	for range 130 {
		slowed = slowed || b.get("/link/"+access.NewToken()).Status == http.StatusTooManyRequests
	}
	if !slowed {
		t.Error("130 guesses at links, and none was slowed down")
	}
}

// TestASignUpOfAStrangerGivesThemNothing: who signs up with somebody's address
// gets an account only if that somebody types a code in the stranger's browser,
// and their password is in no account that the owner of the address makes.
func TestASignUpOfAStrangerGivesThemNothing(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	const theirs, ours = "the password of the thief", "the password of the owner"
	thief, owner := k.browser(), k.browser()
	wantTo(t, "the thief", thief.post("/sign-up", "email", "mara@home.example", "password", theirs, "password_again", theirs), "/link")
	trap := k.mail(t, "mara@home.example", "sign-up")
	shown(t, owner.post(trap)) // curious, and it shows them a code, no more
	if thief.in() || owner.in() {
		t.Fatal("a link of another browser made an account")
	}
	wantTo(t, "not yet", thief.signIn("mara@home.example", theirs), "/link")
	if got := k.mails(t); len(got) != 0 {
		t.Errorf("an account that nobody has confirmed is mailed links: %v", got)
	}
	wantTo(t, "the owner", owner.post("/sign-up", "email", "Mara@home.example", "password", ours, "password_again", ours), "/link")
	wantTo(t, "theirs", owner.post(k.mail(t, "mara@home.example", "sign-up")), "/")
	if !owner.in() {
		t.Fatal("the owner is not in")
	}
	thief.signIn("mara@home.example", theirs)
	if got := k.mails(t); len(got) != 0 {
		t.Errorf("the thief's password is right: %v", got)
	}
	b := k.browser()
	wantTo(t, "the owner, later", b.signIn("mara@home.example", ours), "/link")
	wantTo(t, "by mail", b.post(k.mail(t, "mara@home.example", "")), "/")
	if got := k.mails(t); len(got) != 1 || got[0].Notice.Kind != notice.KindSignedIn {
		t.Errorf("a sign-in from another browser is told as %v", got)
	}
	wantTo(t, "once more", k.browser().post("/sign-up", "email", "mara@home.example", "password", theirs, "password_again", theirs), "/link")
	if link := k.mail(t, "mara@home.example", "known"); link != "/sign-in" {
		t.Errorf("who is known is mailed %q", link)
	}
}

func TestMailHasItsWords(t *testing.T) {
	t.Parallel()
	var list []string
	for _, kind := range []access.LinkKind{access.LinkSignIn, access.LinkSignUp, access.LinkRecover} {
		list = append(list, "link."+string(kind), "link."+string(kind)+"-lead", "link."+string(kind)+"-do")
	}
	for _, mail := range []string{"sign-in-link", "sign-in-link.sign-up", "sign-in-link.known", "recovery", "recovery.staff", "recovery-waits",
		"recovery-waits.half", "recovery-waits.ready", "factor-changed", "factor-changed.passkeys", "factor-changed.invitation",
		"factor-changed.token"} {
		list = append(list, "notify."+mail+".subject", "notify."+mail+".body")
	}
	list = append(list, "link.code-wrong", "done.recovered", "done.passkeys-ended", "done.recovery-stopped")
	if missing, err := messages.Missing(list...); err != nil || len(missing) > 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}
