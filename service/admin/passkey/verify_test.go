package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
)

// letGo sends the change that asks for a fresh proof.
func (b *browser) letGo() (status int, to string) {
	got := b.form("/let-go", nil)
	return got.Status, got.Header.Get("Location")
}

// TestStale: a change that asks for it goes through for five minutes after a
// proof; then a page leads to the question and back, and an API says no.
func TestStale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.signedIn(k.person("ada", "hash"))
	b.from = "/mine/units/acme/1?x=y"
	k.Clock.Add(access.VerifiedFor - time.Millisecond)
	if status, _ := b.letGo(); status != http.StatusNoContent {
		t.Fatalf("within the time = %d, want 204", status)
	}
	k.Clock.Add(time.Millisecond)
	status, to := b.letGo()
	if want := "/verify?next=" + url.QueryEscape(b.from); status != http.StatusSeeOther || to != want {
		t.Errorf("after it = %d to %q, want 303 to %q", status, to, want)
	}
	if got := b.json("/v1/let-go", struct{}{}); got.Status != http.StatusForbidden || got.Problem().Code != "verify.needed" {
		t.Errorf("API = %d %s, want 403 verify.needed", got.Status, got.Body)
	}
	for from, want := range map[string]string{
		"": "/verify?next=%2F", "//evil.test/": "/verify?next=%2F", "/desk": "/verify?next=%2Fdesk",
	} {
		b.from = from
		if _, to := b.letGo(); to != want {
			t.Errorf("from %q to %q, want %q", from, to, want)
		}
	}
}

func TestVerifyByPassword(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	b := k.signedIn(ada)
	k.Clock.Add(access.VerifiedFor)
	if got := b.get("/verify?next=/mine"); got.Status != 200 || !strings.Contains(got.Body, `name="password"`) || strings.Contains(got.Body, "data-passkey") {
		t.Fatalf("page = %d: %s", got.Status, said(got))
	}
	if got := b.form("/verify", url.Values{"password": {"another"}, "next": {"/mine"}}); got.Status != 422 || !strings.Contains(got.Body, `value="/mine"`) {
		t.Errorf("wrong password = %d: %s", got.Status, said(got))
	}
	if status, _ := b.letGo(); status != http.StatusSeeOther {
		t.Fatalf("after a wrong password = %d", status)
	}
	before := b.jar["__Host-quitclaim"]
	got := b.form("/verify", url.Values{"password": {password}, "next": {"/mine"}})
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/mine" {
		t.Fatalf("right password = %d to %q", got.Status, got.Header.Get("Location"))
	}
	if status, _ := b.letGo(); status != http.StatusNoContent {
		t.Errorf("verified = %d, want 204", status)
	}
	if got := b.get("/verify?next=/mine"); got.Header.Get("Location") != "/mine" {
		t.Errorf("asked again: %d to %q", got.Status, got.Header.Get("Location"))
	}
	// The token of before is nobody's.
	thief := k.browser()
	thief.jar["__Host-quitclaim"] = before
	thief.is("nobody")
	b.is(string(ada) + " password")
}

// TestPasswordBesideAPasskey: who has a passkey proves themselves by it, or the
// passkey would be worth as little as the password.
func TestPasswordBesideAPasskey(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	first := k.signedIn(ada)
	key := first.enrol(ada, "phone")
	if status, _ := first.letGo(); status != http.StatusSeeOther {
		t.Errorf("verified by password a moment before the passkey = %d, want 303", status)
	}
	b := k.signedIn(ada)
	if status, _ := b.letGo(); status != http.StatusSeeOther {
		t.Errorf("just signed in by password = %d, want 303", status)
	}
	if got := b.get("/verify"); strings.Contains(got.Body, `name="password"`) || !strings.Contains(got.Body, "data-passkey") {
		t.Errorf("the page asks for the password: %s", said(got))
	}
	refused(t, b.form("/verify", url.Values{"password": {password}}), "The password alone is not enough")
	if status, _ := b.letGo(); status != http.StatusSeeOther {
		t.Errorf("after the password = %d, want 303", status)
	}
	if got := b.verify(key); got.Status != http.StatusOK {
		t.Fatalf("verify = %d: %s", got.Status, said(got))
	}
	if status, _ := b.letGo(); status != http.StatusNoContent {
		t.Errorf("verified = %d, want 204", status)
	}
	b.is(string(ada) + " passkey")
	k.Clock.Add(access.VerifiedFor)
	if status, _ := b.letGo(); status != http.StatusSeeOther {
		t.Errorf("five minutes later = %d, want 303", status)
	}
}

func TestVerificationRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	b := k.signedIn(ada)
	key := b.enrol(ada, "phone")
	for name, spoil := range map[string]func(){
		"user not verified": func() { key.Made.Options.UserNotVerified = true },
		"another origin":    func() { key.Site.Origin = "https://evil.test" },
		"another RP id":     func() { key.Site.ID = "evil.test" },
	} {
		was := *key
		spoil()
		t.Log(name)
		refused(t, b.verify(key), wrong)
		*key = was
	}
	response := key.Get(b.options("/verify/passkey/options"))
	k.Clock.Add(passkey.CeremonyFor)
	refused(t, b.json("/verify/passkey", answer{response, ""}), late)
	if status, _ := b.letGo(); status != http.StatusSeeOther {
		t.Errorf("nothing was proved = %d, want 303", status)
	}
	ben := k.person("ben", "hash")
	if got := k.signedIn(ben).json("/verify/passkey/options", struct{}{}); got.Status != http.StatusNotFound {
		t.Errorf("options without a passkey = %d, want 404", got.Status)
	}
}

// TestWeakMeans: a link in a mail lets somebody in and proves nothing.
func TestWeakMeans(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "")
	for means, want := range map[access.Means]int{
		access.MeansMailLink: http.StatusSeeOther, access.MeansOIDC: http.StatusNoContent, access.MeansPasskey: http.StatusNoContent,
	} {
		b := k.browser()
		b.form("/in", url.Values{"person": {string(ada)}, "means": {string(means)}})
		if status, _ := b.letGo(); status != want {
			t.Errorf("just signed in by %s = %d, want %d", means, status, want)
		}
		if means == access.MeansMailLink {
			if got := b.get("/verify"); !strings.Contains(got.Body, "Sign in once more") {
				t.Errorf("who has neither passkey nor password: %s", said(got))
			}
			refused(t, b.form("/verify", url.Values{"password": {password}}), "Sign in once more")
		}
	}
}
