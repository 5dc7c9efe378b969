package signin_test

import (
	"context"
	"crypto/rand"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var screens = flag.String("screens", "", "folder for pictures of the pages")

const (
	password = "a long enough sentence"
	operator = "qc_the-operators-own-token"
)

// recorder is the real store; it notes which of its people were asked for.
type recorder struct {
	storetest.Opened
	mu      sync.Mutex
	calls   []string
	digests []string // of the idempotency keys under which people were changed
}

func (r *recorder) note(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

func (r *recorder) taken() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := strings.Join(r.calls, " ")
	r.calls = nil
	return calls
}

func (r *recorder) Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error) {
	r.note("Person")
	return r.Opened.Person(ctx, id)
}

func (r *recorder) PersonByEmail(ctx context.Context, email string) (access.Person, error) {
	r.note("PersonByEmail")
	return r.Opened.PersonByEmail(ctx, email)
}

func (r *recorder) ChangePerson(ctx context.Context, id lifecycle.PersonID, change func(access.Person, int) (access.Person, error)) (access.Person, error) {
	attempt, _ := access.IdempotencyFrom(ctx)
	r.digests = append(r.digests, attempt.BodyDigest)
	return r.Opened.ChangePerson(ctx, id, change)
}

func (r *recorder) SignUp(ctx context.Context, p access.Person) error {
	r.note("SignUp")
	return r.Opened.SignUp(ctx, p)
}

func (r *recorder) SaveMailLink(ctx context.Context, link access.MailLink, mail notice.Notice) error {
	r.note("SaveMailLink")
	return r.Opened.SaveMailLink(ctx, link, mail)
}

func (r *recorder) SignUpByMail(ctx context.Context, p access.Person, link access.MailLink, welcome, known notice.Notice) error {
	r.note("SignUpByMail")
	return r.Opened.SignUpByMail(ctx, p, link, welcome, known)
}

func (r *recorder) ChangeAttempts(ctx context.Context, key string, change func(access.Attempts) (access.Attempts, error)) error {
	r.note("ChangeAttempts")
	return r.Opened.ChangeAttempts(ctx, key, change)
}

func (r *recorder) Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error) {
	r.note("Organisation")
	return r.Opened.Organisation(ctx, id)
}

// kit is the entrance on a real store, behind the real shell with real
// sessions.
type kit struct {
	*recorder
	site     *webtest.Site
	entrance *signin.Entrance
	cheap    *access.Passwords
	byMail   bool
}

func newKit(t *testing.T) *kit {
	return newKitWith(t, access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
}

func newKitWith(t *testing.T, cost access.PasswordConfig) *kit {
	t.Helper()
	return newKitOf(t, cost, false)
}

// newMailKit is an entrance that mails links.
func newMailKit(t *testing.T) *kit {
	t.Helper()
	return newKitOf(t, access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1}, true)
}

func newKitOf(t *testing.T, cost access.PasswordConfig, mail bool) *kit {
	t.Helper()
	k := &kit{recorder: &recorder{Opened: storetest.OpenNew(t)}, cheap: access.NewPasswords(cost), byMail: mail}
	k.entrance = k.another()
	handler, err := signin.NewHandler(k.entrance)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.Passkeys = k.Clock.Now, k.Opened, k.entrance, k.Opened
	})
	return k
}

// another is the entrance of one more process over the same store.
func (k *kit) another() *signin.Entrance {
	return signin.New(signin.Config{
		Store: k.recorder, Passwords: k.cheap, Now: k.Clock.Now, NewID: newID, URL: "http://quitclaim.test/",
		OperatorHash: access.TokenHash(operator), Mail: k.byMail, KeyedHash: k.Ring.LookupHash,
	})
}

func newID() string { return strings.ToLower(rand.Text()) }

// org puts an organisation on record.
func (k *kit) org(t *testing.T, kind lifecycle.OrgKind, name string) access.Organisation {
	t.Helper()
	org, err := k.SaveOrganisation(t.Context(), access.Organisation{
		ID: lifecycle.OrgID("org_" + newID()), Kind: kind, Name: name, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatalf("save organisation: %v", err)
	}
	return org
}

// person puts somebody on record, with the password of these tests.
func (k *kit) person(t *testing.T, org access.Organisation, email string, roles ...lifecycle.Role) access.Person {
	t.Helper()
	hash, err := k.cheap.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	person, err := k.SavePerson(t.Context(), access.Person{
		ID: lifecycle.PersonID("psn_" + newID()), Org: org.ID, Roles: roles, Name: "Name of " + email, Email: email,
		PasswordHash: hash, Generation: 1, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatalf("save person: %v", err)
	}
	return person
}

func (k *kit) disable(t *testing.T, id lifecycle.PersonID) {
	t.Helper()
	_, err := k.ChangePerson(t.Context(), id, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = k.Clock.Now()
		p.Generation++
		return p, nil
	})
	if err != nil {
		t.Fatalf("disable: %v", err)
	}
}

// token puts a token on record.
func (k *kit) token(t *testing.T, c access.Credential) string {
	t.Helper()
	made, err := access.IssueToken(t.Context(), k.Opened, newID(), c, k.Clock.Now())
	if err != nil {
		t.Fatalf("make token: %v", err)
	}
	return made.Text
}

// browser keeps cookies, as a browser does.
type browser struct {
	site    *webtest.Site
	cookies map[string]*http.Cookie
	network string
}

func (k *kit) browser() *browser {
	return &browser{k.site, map[string]*http.Cookie{}, "192.0.2.1:4711"}
}

func (b *browser) do(method, path string, form url.Values) *webtest.Response {
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	request.RemoteAddr = b.network
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, cookie := range b.cookies {
		request.AddCookie(cookie)
	}
	response := b.site.Do(request)
	for _, cookie := range (&http.Response{Header: response.Header}).Cookies() {
		if cookie.MaxAge < 0 || cookie.Value == "" {
			delete(b.cookies, cookie.Name)
			continue
		}
		b.cookies[cookie.Name] = cookie
	}
	return response
}

func (b *browser) get(path string) *webtest.Response { return b.do(http.MethodGet, path, nil) }

// post sends a form, with a key as every form of ours has one.
func (b *browser) post(path string, fields ...string) *webtest.Response {
	form := url.Values{"idempotency_key": {newID()}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) signIn(email, secret string) *webtest.Response {
	return b.post("/sign-in", "email", email, "password", secret)
}

// in reports whether the browser is signed in.
func (b *browser) in() bool { return b.get("/account").Status == http.StatusOK }

// bearer asks with a token.
func (k *kit) bearer(method, path, token, onBehalfOf, body string) *webtest.Response {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Idempotency-Key", newID())
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if onBehalfOf != "" {
		request.Header.Set("On-Behalf-Of", onBehalfOf)
	}
	return k.site.Do(request)
}

func wantStatus(t *testing.T, what string, got *webtest.Response, want int) {
	t.Helper()
	if got.Status != want {
		t.Fatalf("%s: %d, want %d: %s", what, got.Status, want, got.Body)
	}
}

func wantTo(t *testing.T, what string, got *webtest.Response, want string) {
	t.Helper()
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != want {
		t.Fatalf("%s: %d to %q, want %q: %s", what, got.Status, got.Header.Get("Location"), want, got.Body)
	}
}

func hasAll(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%q is missing in %s", part, body)
		}
	}
}

func codes(got *webtest.Response) []string {
	var all []string
	for _, reason := range got.Problem().Reasons {
		all = append(all, reason.Field+" "+reason.Code)
	}
	slices.Sort(all)
	return all
}

// logTells fails where the log holds something that it must not.
func (k *kit) logTells(t *testing.T, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(k.site.Log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(k.site.Log.String(), `"route"`) {
		t.Error("nothing was logged at all")
	}
}

// asker is a browser as the entrance sees it.
func (k *kit) asker(b *browser) signin.Asker {
	secret, _, _ := strings.Cut(b.cookies["quitclaim-asked"].Value, ".")
	return signin.Asker{Network: b.network, Browser: secret}
}
