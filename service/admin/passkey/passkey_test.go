package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/web/webtest"
)

// The sentences of the page, as they begin.
const (
	wrong      = "This passkey does not fit here"
	late       = "That took too long"
	unreadable = "no passkey&#39;s answer"
	cloned     = "two copies of this passkey"
)

func TestEnrolAndSignIn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	key := k.signedIn(ada).enrol(ada, "phone")
	if got := k.list(ada); got != "phone 0 true;" {
		t.Errorf("passkeys %q", got)
	}
	b := k.browser()
	if got := b.signIn(key); got.Status != http.StatusOK || got.Body != `{"next":"/who"}` {
		t.Fatalf("sign in = %d %s", got.Status, got.Body)
	}
	b.is(string(ada) + " passkey")
	if got := b.form("/let-go", nil); got.Status != http.StatusNoContent {
		t.Errorf("just signed in by passkey: %d, want 204", got.Status)
	}
}

func TestFormSentTwice(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	b := k.signedIn(ada)
	key := webtest.NewAuthenticator(t, origin, rpID)
	made := string(key.Create(ada, b.options("/account/passkeys/options")))
	for range 2 {
		if got := b.form("/account/passkeys", url.Values{"name": {"phone"}, "response": {made}}); got.Status != http.StatusSeeOther {
			t.Fatalf("enrol = %d: %s", got.Status, said(got))
		}
	}
	if got := k.list(ada); got != "phone 0 true;" {
		t.Errorf("passkeys %q, want one", got)
	}
}

// TestATokenMakesNoPasskey: whoever has copied a token for a moment must not be
// able to come in for good. The ceremony's cookie is theirs to send as well.
func TestATokenMakesNoPasskey(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.person("ada", "hash")
	made, err := access.IssueToken(t.Context(), k.Opened, newID(), access.Credential{Kind: access.KindPerson, Person: ada}, k.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	program := k.browser()
	program.token = made.Text
	if got := program.get("/v1/account/passkeys"); got.Status != http.StatusOK {
		t.Fatalf("the token lists her passkeys: %d, want 200", got.Status)
	}
	if got := program.json("/account/passkeys/options", struct{}{}); got.Status != http.StatusForbidden {
		t.Errorf("begin by token: %d, want 403", got.Status)
	}
	owner := k.signedIn(ada)
	response := string(webtest.NewAuthenticator(t, origin, rpID).Create(ada, owner.options("/account/passkeys/options")))
	program.jar = owner.jar
	if got := program.form("/account/passkeys", url.Values{"name": {"thief"}, "response": {response}}); got.Status != http.StatusForbidden {
		t.Errorf("finish by token: %d, want 403", got.Status)
	}
	if got := k.list(ada); got != "" {
		t.Errorf("passkeys %q, want none", got)
	}
}

// TestEnrolmentRefused: what the browser sends fits the challenge, the origin,
// the site and the rule that the user was verified, or nothing is enrolled.
func TestEnrolmentRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada, ben := k.person("ada", "hash"), k.person("ben", "hash")
	for name, spoil := range map[string]func(*webtest.Authenticator){
		"another origin":      func(a *webtest.Authenticator) { a.Site.Origin = "https://quitclaim.test.evil.test" },
		"plain http":          func(a *webtest.Authenticator) { a.Site.Origin = "http://quitclaim.test" },
		"another port":        func(a *webtest.Authenticator) { a.Site.Origin = origin + ":8443" },
		"another RP id":       func(a *webtest.Authenticator) { a.Site.ID = "evil.test" },
		"user not verified":   func(a *webtest.Authenticator) { a.Made.Options.UserNotVerified = true },
		"nobody present":      func(a *webtest.Authenticator) { a.Made.Options.UserNotPresent = true },
		"backed up, not able": func(a *webtest.Authenticator) { a.Made.Options.BackupState = true },
	} {
		b, key := k.signedIn(ada), webtest.NewAuthenticator(t, origin, rpID)
		spoil(key)
		made := key.Create(ada, b.options("/account/passkeys/options"))
		t.Log(name)
		refused(t, b.form("/account/passkeys", url.Values{"name": {"x"}, "response": {string(made)}}), wrong)
	}
	b, key := k.signedIn(ada), webtest.NewAuthenticator(t, origin, rpID)
	options := b.options("/account/passkeys/options")
	made := string(key.Create(ada, options))
	refused(t, k.signedIn(ada).form("/account/passkeys", url.Values{"name": {"x"}, "response": {made}}), late) // another browser
	refused(t, b.form("/account/passkeys", url.Values{"name": {"x"}, "response": {"{}"}}), unreadable)
	b.options("/account/passkeys/options")
	refused(t, b.form("/account/passkeys", url.Values{"name": {"x"}, "response": {made}}), wrong) // an older challenge

	bens := k.signedIn(ben)
	had := bens.enrol(ben, "bens")
	b.options("/account/passkeys/options")
	copied := had.Create(ada, b.options("/account/passkeys/options"))
	refused(t, b.form("/account/passkeys", url.Values{"name": {"x"}, "response": {string(copied)}}), "on record already")
	made = string(key.Create(ada, b.options("/account/passkeys/options")))
	k.Clock.Add(passkey.CeremonyFor)
	b.form("/verify", url.Values{"password": {password}})
	refused(t, b.form("/account/passkeys", url.Values{"name": {"x"}, "response": {made}}), late)
	if got := k.list(ada); got != "" {
		t.Errorf("enrolled all the same: %q", got)
	}
}

func TestSignInRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada, ben := k.person("ada", "hash"), k.person("ben", "hash")
	key := k.signedIn(ada).enrol(ada, "phone")
	bens := k.signedIn(ben).enrol(ben, "bens")
	for name, spoil := range map[string]func(*webtest.Authenticator){
		"another origin":           func(a *webtest.Authenticator) { a.Site.Origin = "https://evil.test" },
		"another RP id":            func(a *webtest.Authenticator) { a.Site.ID = "evil.test" },
		"user not verified":        func(a *webtest.Authenticator) { a.Made.Options.UserNotVerified = true },
		"another person's handle":  func(a *webtest.Authenticator) { a.Made.Options.UserHandle = []byte(ben) },
		"no handle":                func(a *webtest.Authenticator) { a.Made.Options.UserHandle = nil },
		"another credential's id":  func(a *webtest.Authenticator) { a.Passkey.ID = bens.Passkey.ID },
		"a credential of nobody's": func(a *webtest.Authenticator) { a.Passkey.ID = []byte("never was, never will be") },
		"another key":              func(a *webtest.Authenticator) { a.Passkey.Key = bens.Passkey.Key },
	} {
		b, spoilt := k.browser(), *key
		spoil(&spoilt)
		t.Log(name)
		refused(t, b.signIn(&spoilt), wrong)
		b.is("nobody")
	}

	b := k.browser()
	response := key.Get(b.options("/sign-in/passkey/options"))
	refused(t, k.browser().json("/sign-in/passkey", answer{response, "/"}), late) // stolen by another browser
	if got := b.json("/sign-in/passkey", answer{response, "https://evil.test/"}); got.Status != 200 || got.Body != `{"next":"/"}` {
		t.Errorf("sign in = %d %s", got.Status, got.Body)
	}
	refused(t, b.json("/sign-in/passkey", answer{response, "/"}), late) // replayed
	b.options("/sign-in/passkey/options")
	refused(t, b.json("/sign-in/passkey", answer{response, "/"}), wrong) // replayed under a fresh challenge

	slow := k.browser()
	response = key.Get(slow.options("/sign-in/passkey/options"))
	k.Clock.Add(passkey.CeremonyFor)
	refused(t, slow.json("/sign-in/passkey", answer{response, "/"}), late)

	_, err := k.ChangePerson(t.Context(), ada, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = k.Clock.Now()
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, k.browser().signIn(key), wrong)
}

// TestPurposes: an answer to one ceremony is nothing in another.
func TestPurposes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada, ben := k.person("ada", "hash"), k.person("ben", "hash")
	b := k.signedIn(ada)
	key := b.enrol(ada, "phone")
	response := key.Get(b.options("/sign-in/passkey/options"))
	refused(t, b.json("/verify/passkey", answer{response, ""}), late)

	bens := k.signedIn(ben)
	bens.enrol(ben, "bens")
	bens.options("/verify/passkey/options")
	refused(t, bens.json("/verify/passkey", answer{key.Get(bens.options("/verify/passkey/options")), ""}), wrong) // ada's finger
}

// TestClonedAuthenticator: a counter that goes backwards ends the passkey and
// every session of its person; one that never counts goes on.
func TestClonedAuthenticator(t *testing.T) {
	t.Parallel()
	for _, again := range []uint32{5, 4, 0} {
		k := newKit(t)
		ada := k.person("ada", "hash")
		elsewhere := k.signedIn(ada)
		key := elsewhere.enrol(ada, "phone")
		key.Passkey.Counter = 5
		if got := k.browser().signIn(key); got.Status != http.StatusOK {
			t.Fatalf("sign in = %d: %s", got.Status, said(got))
		}
		elsewhere.is(string(ada) + " password")
		key.Passkey.Counter = again
		refused(t, k.browser().signIn(key), cloned)
		elsewhere.is("nobody")
		if got := k.list(ada); got != "phone 5 false;" {
			t.Errorf("after counter %d: %q, want it disabled", again, got)
		}
		key.Passkey.Counter = 7
		refused(t, k.browser().signIn(key), wrong)
		if has, err := k.HasPasskey(t.Context(), ada); err != nil || has {
			t.Errorf("a disabled passkey still counts: %v %v", has, err)
		}
		if got := k.signedIn(ada).get("/account/passkeys"); !strings.Contains(got.Body, "Switched off") {
			t.Errorf("its person is not told: %s", said(got))
		}
	}
	k := newKit(t)
	ada := k.person("ada", "hash")
	key := k.signedIn(ada).enrol(ada, "phone")
	for range 3 {
		if got := k.browser().signIn(key); got.Status != http.StatusOK {
			t.Fatalf("a key that does not count: %d: %s", got.Status, said(got))
		}
	}
}

func TestManage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada, ben := k.person("ada", ""), k.person("ben", "hash")
	b := k.signedIn(ada)
	first := b.enrol(ada, "phone")
	list, err := k.passkeys.List(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	path := "/account/passkeys/" + list[0].ID
	if got := b.form(path+"/rename", url.Values{"name": {"old phone"}}); got.Status != http.StatusSeeOther {
		t.Errorf("rename = %d", got.Status)
	}
	if got := b.form(path+"/rename", url.Values{"name": {""}}); got.Status != 422 {
		t.Errorf("rename to nothing = %d", got.Status)
	}
	bens := k.signedIn(ben)
	for _, do := range []string{"/rename", "/remove"} {
		if got := bens.form(path+do, url.Values{"name": {"mine"}}); got.Status != http.StatusNotFound {
			t.Errorf("another's%s = %d, want 404", do, got.Status)
		}
	}
	if got := b.verify(first); got.Status != http.StatusOK {
		t.Fatalf("verify = %d: %s", got.Status, said(got))
	}
	refused(t, b.form(path+"/remove", nil), "the only way in")
	k.Clock.Add(time.Second)
	second := b.enrol(ada, "key ring")
	if got := b.form(path+"/remove", nil); got.Status != http.StatusSeeOther {
		t.Errorf("remove = %d: %s", got.Status, said(got))
	}
	if got := k.list(ada); got != "key ring 0 true;" {
		t.Errorf("left: %q", got)
	}
	refused(t, k.browser().signIn(first), wrong)
	if got := k.browser().signIn(second); got.Status != http.StatusOK {
		t.Errorf("the other one = %d", got.Status)
	}
}

// TestUnavailable: where browsers refuse, nothing is offered and nothing fails.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	k := newKitAt(t, "http://127.0.0.1:8080")
	for address, want := range map[string]bool{
		"https://quitclaim.test": true, "http://localhost:8080": true, "https://quitclaim.test:8443": true,
		"http://quitclaim.test": false, "http://127.0.0.1:8080": false, "https://192.0.2.1": false, "https://intranet": false,
	} {
		p, err := passkey.New(passkey.Config{Store: k.Opened, URL: address, Name: "Quitclaim", Now: k.Clock.Now, NewID: newID, Prove: prove})
		if err != nil || p.Available() != want {
			t.Errorf("%s: available %v, %v; want %v", address, p.Available(), err, want)
		}
	}
	b := k.signedIn(k.person("ada", "hash"))
	if got := b.json("/sign-in/passkey/options", struct{}{}); got.Status != http.StatusNotFound {
		t.Errorf("options = %d, want 404", got.Status)
	}
	if got := b.get("/account/passkeys"); got.Status != 200 || !strings.Contains(got.Body, "Browsers use no passkeys") {
		t.Errorf("page = %d: %s", got.Status, said(got))
	}
}
