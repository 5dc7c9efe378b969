package signin_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestChangePassword(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	here, there := k.browser(), k.browser()
	wantTo(t, "here", here.signIn(mara.Email, password), "/")
	wantTo(t, "there", there.signIn(mara.Email, password), "/")
	const next = "another long sentence"
	wrong := here.post("/account/password", "current", "", "password", "short", "password_again", "x")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "current-mistake", "password-mistake", "password_again-mistake")
	guess := here.post("/account/password", "current", "a guess at it", "password", next, "password_again", next)
	wantStatus(t, "a guess", guess, http.StatusUnprocessableEntity)
	hasAll(t, guess.Body, "This is not your present password.")

	wantTo(t, "change", here.post("/account/password", "current", password, "password", next, "password_again", next), "/account?done=password-changed")
	if !here.in() {
		t.Error("the browser that changed it is out")
	}
	if there.in() {
		t.Error("another session goes on")
	}
	wantStatus(t, "the old one", k.browser().signIn(mara.Email, password), http.StatusUnprocessableEntity)
	wantTo(t, "the new one", k.browser().signIn(mara.Email, next), "/")
	for range 5 {
		here.post("/account/password", "current", "guess", "password", next, "password_again", next)
	}
	wantStatus(t, "too many guesses", here.post("/account/password", "current", "guess", "password", next, "password_again", next), http.StatusTooManyRequests)
	k.logTells(t, password, next, mara.Email)
}

// TestPasswordsLeaveNoDigest: what is kept beside an idempotency key must not
// let a reader of the database try passwords at full speed.
// TestAPasswordBesideAPasskey: whoever knows the password and has the open browser
// does not replace it for somebody who has a passkey.
func TestAPasswordBesideAPasskey(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.owner(t, true)
	b := k.browser()
	b.signIn(mara.Email, password)
	got := b.post("/account/password", "current", password, "password", fresh, "password_again", fresh)
	if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/verify") {
		t.Errorf("= %d to %q, want to be asked for the passkey", got.Status, got.Header.Get("Location"))
	}
	if after := k.browser(); after.signIn(mara.Email, fresh).Status == http.StatusSeeOther {
		t.Error("the password was replaced")
	}
}

func TestPasswordsLeaveNoDigest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	token := k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "app"})
	const body = `{"current":"` + password + `","password":"another long sentence"}`
	wantStatus(t, "change", k.bearer("POST", "/v1/account/password", token, "", body), http.StatusNoContent)
	sum := sha256.Sum256([]byte("/v1/account/password\n" + body))
	if len(k.digests) != 1 || k.digests[0] == "" || k.digests[0] == hex.EncodeToString(sum[:]) {
		t.Errorf("kept: %q", k.digests)
	}
}

func TestSessionsEndByGeneration(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara, john := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk), k.person(t, shop, "john@shop.example", lifecycle.RoleClerk)
	here, there, johns := k.browser(), k.browser(), k.browser()
	here.signIn(mara.Email, password)
	there.signIn(mara.Email, password)
	johns.signIn(john.Email, password)
	if !here.in() || !there.in() || !johns.in() {
		t.Fatal("not everybody is in")
	}
	wantTo(t, "end all", here.post("/account/sessions/end"), "/sign-in?done=signed-out-everywhere")
	if here.in() || there.in() || !johns.in() {
		t.Errorf("here %t, there %t, John %t; want out, out, in", here.in(), there.in(), johns.in())
	}
	if err := k.entrance.EndSessions(t.Context(), john.ID); err != nil {
		t.Fatal(err)
	}
	if johns.in() {
		t.Error("a session outlives its generation")
	}
}

// TestTheDisabledAreOut: sessions and tokens are dead from the next request,
// and stay dead when the person comes back.
func TestTheDisabledAreOut(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	b := k.browser()
	b.signIn(mara.Email, password)
	token := k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "script"})
	wantStatus(t, "her token", k.bearer("GET", "/v1/account", token, "", ""), http.StatusOK)
	k.disable(t, mara.ID)
	if b.in() {
		t.Error("her session goes on")
	}
	wantStatus(t, "her token", k.bearer("GET", "/v1/account", token, "", ""), http.StatusUnauthorized)
	wantStatus(t, "her password", k.browser().signIn(mara.Email, password), http.StatusUnprocessableEntity)
	_, err := k.ChangePerson(t.Context(), mara.ID, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = access.Person{}.DisabledAt
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantTo(t, "back again", k.browser().signIn(mara.Email, password), "/")
	if b.in() {
		t.Error("a session of before came back")
	}
	wantStatus(t, "her old token", k.bearer("GET", "/v1/account", token, "", ""), http.StatusUnauthorized)
}

func TestOwnTokens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara, john := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk), k.person(t, shop, "john@shop.example", lifecycle.RoleClerk)
	b := k.browser()
	b.signIn(mara.Email, password)
	wrong := b.post("/account/tokens", "name", "")
	wantStatus(t, "without a name", wrong, http.StatusUnprocessableEntity)
	made := b.post("/account/tokens", "name", "my script")
	wantStatus(t, "make", made, http.StatusCreated)
	text := regexp.MustCompile(`qc_[A-Za-z0-9_-]{43}`).FindString(made.Body)
	if text == "" {
		t.Fatalf("no token in %s", made.Body)
	}
	if got := k.inbox(t, mara.ID); got != "factor-changed:token" {
		t.Errorf("she was told %q; a token does what she does, and is never asked again", got)
	}
	page := b.get("/account").Body
	hasAll(t, page, "my script")
	if strings.Contains(page, text) {
		t.Error("the token shows a second time")
	}
	account := k.bearer("GET", "/v1/account", text, "", "")
	wantStatus(t, "the token", account, http.StatusOK)
	hasAll(t, account.Body, `"id":"`+string(mara.ID)+`"`, `"name":"Corner Shop"`, `"roles":["clerk"]`)

	id := regexp.MustCompile(`/account/tokens/(tok_[a-z0-9]+)/end`).FindStringSubmatch(page)[1]
	other := k.browser()
	other.signIn(john.Email, password)
	theirs, never := other.post("/account/tokens/"+id+"/end"), other.post("/account/tokens/tok_never/end")
	if theirs.Status != http.StatusNotFound || theirs.Body != never.Body {
		t.Errorf("another's token: %d, one that never was: %d, bytes equal %t", theirs.Status, never.Status, theirs.Body == never.Body)
	}
	wantStatus(t, "still good", k.bearer("GET", "/v1/account", text, "", ""), http.StatusOK)
	wantTo(t, "end", b.post("/account/tokens/"+id+"/end"), "/account?done=token-ended")
	wantStatus(t, "ended", k.bearer("GET", "/v1/account", text, "", ""), http.StatusUnauthorized)
	wantTo(t, "end again", b.post("/account/tokens/"+id+"/end"), "/account?done=token-ended")
	k.logTells(t, text)
}

// TestTokensAreShownOnce: the same request again does not show another text.
func TestTokensAreShownOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	b := k.browser()
	b.signIn(mara.Email, password)
	form := map[string][]string{"name": {"script"}, "idempotency_key": {"the-same-key-twice"}}
	wantStatus(t, "make", b.do("POST", "/account/tokens", form), http.StatusCreated)
	again := b.do("POST", "/account/tokens", form)
	wantStatus(t, "make again", again, http.StatusConflict)
	hasAll(t, again.Body, "shown only once")
	list, _, err := k.CredentialsOf(t.Context(), mara.ID, lifecycle.Page{})
	if err != nil || len(list) != 1 {
		t.Errorf("%d tokens, %v", len(list), err)
	}
}

func TestAccountAPI(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	owner := k.person(t, access.Organisation{}, "owner@home.example", lifecycle.RoleOwner)
	b := k.browser()
	b.signIn(owner.Email, password)
	token := k.token(t, access.Credential{Kind: access.KindPerson, Person: owner.ID, Name: "app"})
	account := k.bearer("GET", "/v1/account", token, "", "")
	hasAll(t, account.Body, `"organisation":null`, `"roles":["owner"]`, `"email":"owner@home.example"`)

	made := k.bearer("POST", "/v1/account/tokens", token, "", `{"name":"second"}`)
	wantStatus(t, "make", made, http.StatusCreated)
	var body struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	made.Decode(&body)
	list := k.bearer("GET", "/v1/account/tokens", token, "", "")
	if strings.Contains(list.Body, body.Token) || !strings.Contains(list.Body, body.ID) {
		t.Errorf("list: %s", list.Body)
	}
	wantStatus(t, "end", k.bearer("DELETE", "/v1/account/tokens/"+body.ID, token, "", ""), http.StatusNoContent)
	wantStatus(t, "ended", k.bearer("GET", "/v1/account", body.Token, "", ""), http.StatusUnauthorized)

	wrong := k.bearer("POST", "/v1/account/password", token, "", `{"current":"","password":"short"}`)
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	if got := strings.Join(codes(wrong), ", "); got != "current field.required, password password.short" {
		t.Errorf("mistakes: %s", got)
	}
	change, _ := json.Marshal(map[string]string{"current": password, "password": "another long sentence"})
	wantStatus(t, "change", k.bearer("POST", "/v1/account/password", token, "", string(change)), http.StatusNoContent)
	if b.in() {
		t.Error("a session outlives its password")
	}
	b.signIn(owner.Email, "another long sentence")
	wantStatus(t, "end sessions", k.bearer("DELETE", "/v1/account/sessions", token, "", ""), http.StatusNoContent)
	if b.in() {
		t.Error("a session goes on")
	}
}

// TestScreens photographs the pages where -screens names a folder.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no folder given")
	}
	k := newKit(t)
	k.site.As(access.Anonymous()).Shoot(*screens, "/sign-in", "/sign-up", k.firstLink(t))
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk, lifecycle.RoleTechnician)
	k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "Stock script"})
	k.site.As(access.Anonymous()).Shoot(*screens, k.invitation(t, mara.ID))
	k.site.WithToken(k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "Pictures"})).Shoot(*screens, "/account")
}
