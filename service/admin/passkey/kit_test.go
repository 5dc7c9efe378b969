package passkey_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const (
	origin   = "https://quitclaim.test"
	rpID     = "quitclaim.test"
	password = "a long enough sentence"
)

// kit is the passkeys on a real store, behind the real shell with real
// sessions.
type kit struct {
	storetest.Opened
	t        *testing.T
	site     *webtest.Site
	passkeys *passkey.Passkeys
}

func newKit(t *testing.T) *kit { return newKitAt(t, origin) }

func newKitAt(t *testing.T, url string) *kit {
	t.Helper()
	k := &kit{Opened: storetest.OpenNew(t), t: t}
	var err error
	k.passkeys, err = passkey.New(passkey.Config{
		Store: k.Opened, URL: url, Name: "Quitclaim", Now: k.Clock.Now, NewID: newID, Prove: prove,
	})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := passkey.NewHandler(k.passkeys)
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, func(r *web.Routes) {
		handler.Mount(r)
		// A way in, an action that asks for a proof, and one that does not.
		r.POST("/in", access.SessionStart, func(c echo.Context) error {
			person, err := k.Person(c.Request().Context(), lifecycle.PersonID(c.FormValue("person")))
			if err != nil {
				return err
			}
			if err := web.StartSession(c, person.ID, person.Generation, access.Means(c.FormValue("means"))); err != nil {
				return err
			}
			return c.NoContent(http.StatusNoContent)
		})
		r.POST("/let-go", access.PasskeyBegin, func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
		r.POST("/v1/let-go", access.PasskeyBegin, func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
		r.GET("/who", access.AccountRead, func(c echo.Context) error {
			return c.String(http.StatusOK, string(web.Principal(c).Person)+" "+string(web.Principal(c).Means))
		})
	}, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.Passkeys, c.ExternalURL = k.Clock.Now, k.Opened, k, k.Opened, url
	})
	return k
}

func newID() string { return strings.ToLower(rand.Text()) }

// prove stands for signin.
func prove(_ context.Context, _ lifecycle.PersonID, said string) error {
	if said == password {
		return nil
	}
	var invalid lifecycle.Invalid
	invalid.Add("password", "password.wrong")
	return invalid.Err()
}

// PrincipalOfToken implements web.Authenticator, for tokens that a test has
// saved.
func (k *kit) PrincipalOfToken(ctx context.Context, hash string, _ lifecycle.PersonID) (access.Principal, error) {
	c, err := k.CredentialByHash(ctx, hash)
	if err != nil {
		return access.Principal{}, lifecycle.ErrUnauthenticated
	}
	return k.PrincipalOfPerson(ctx, c.Person, 1)
}

// PrincipalOfPerson implements web.Authenticator.
func (k *kit) PrincipalOfPerson(ctx context.Context, id lifecycle.PersonID, generation int64) (access.Principal, error) {
	person, err := k.Person(ctx, id)
	if err != nil || person.Generation != generation || !person.DisabledAt.IsZero() {
		return access.Principal{}, lifecycle.ErrUnauthenticated
	}
	return access.Principal{Kind: access.KindPerson, Person: id, Roles: person.Roles, Name: person.Email}, nil
}

// person puts an owner on record; hash is empty for who has no password.
func (k *kit) person(name, hash string) lifecycle.PersonID {
	k.t.Helper()
	person, err := k.SavePerson(k.t.Context(), access.Person{
		ID: lifecycle.PersonID("psn_" + newID()), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: name + "@example.test",
		PasswordHash: hash, Generation: 1, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return person.ID
}

// browser keeps cookies.
type browser struct {
	k    *kit
	jar  map[string]string
	from string // the page whose form is sent

	token string // it is a program, with this
}

func (k *kit) browser() *browser { return &browser{k: k, jar: map[string]string{}} }

// signedIn is a browser in which somebody is, by password.
func (k *kit) signedIn(person lifecycle.PersonID) *browser {
	k.t.Helper()
	b := k.browser()
	if got := b.form("/in", url.Values{"person": {string(person)}, "means": {"password"}}); got.Status != http.StatusNoContent {
		k.t.Fatalf("sign in = %d: %s", got.Status, got.Body)
	}
	return b
}

func (b *browser) send(method, path, media, body string) *webtest.Response {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", media)
	request.Header.Set("Idempotency-Key", newID())
	request.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
	if b.from != "" {
		request.Header.Set("Referer", origin+b.from)
	}
	if b.token != "" {
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	for name, value := range b.jar {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got := b.k.site.Do(request)
	response := http.Response{Header: got.Header}
	for _, cookie := range response.Cookies() {
		if delete(b.jar, cookie.Name); cookie.MaxAge >= 0 && cookie.Value != "" {
			b.jar[cookie.Name] = cookie.Value
		}
	}
	return got
}

func (b *browser) get(path string) *webtest.Response { return b.send("GET", path, "", "") }

func (b *browser) form(path string, form url.Values) *webtest.Response {
	return b.send("POST", path, "application/x-www-form-urlencoded", form.Encode())
}

func (b *browser) json(path string, v any) *webtest.Response {
	body, err := json.Marshal(v)
	if err != nil {
		b.k.t.Fatal(err)
	}
	return b.send("POST", path, "application/json", string(body))
}

// options begins a ceremony.
func (b *browser) options(path string) string {
	b.k.t.Helper()
	got := b.json(path, struct{}{})
	if got.Status != http.StatusOK {
		b.k.t.Fatalf("%s = %d: %s", path, got.Status, got.Body)
	}
	return got.Body
}

type answer struct {
	Response json.RawMessage `json:"response"`
	Next     string          `json:"next"`
}

// enrol makes a passkey for the person of this browser.
func (b *browser) enrol(person lifecycle.PersonID, name string) *webtest.Authenticator {
	b.k.t.Helper()
	key := webtest.NewAuthenticator(b.k.t, origin, rpID)
	made := key.Create(person, b.options("/account/passkeys/options"))
	got := b.form("/account/passkeys", url.Values{"name": {name}, "response": {string(made)}})
	if got.Status != http.StatusSeeOther {
		b.k.t.Fatalf("enrol = %d: %s", got.Status, said(got))
	}
	return key
}

// signIn comes in by passkey.
func (b *browser) signIn(key *webtest.Authenticator) *webtest.Response {
	b.k.t.Helper()
	return b.json("/sign-in/passkey", answer{key.Get(b.options("/sign-in/passkey/options")), "/who"})
}

// verify proves who is there by passkey.
func (b *browser) verify(key *webtest.Authenticator) *webtest.Response {
	b.k.t.Helper()
	return b.json("/verify/passkey", answer{key.Get(b.options("/verify/passkey/options")), ""})
}

// is holds who the server says that the browser's person is.
func (b *browser) is(want string) {
	b.k.t.Helper()
	got := b.get("/who")
	if got.Status == http.StatusSeeOther {
		got.Body = "nobody"
	}
	if got.Body != want {
		b.k.t.Errorf("signed in: %q, want %q", got.Body, want)
	}
}

// said is what the page says went wrong.
func said(got *webtest.Response) string {
	if at := strings.Index(got.Body, "<main"); at >= 0 {
		return got.Body[at:min(len(got.Body), at+1500)]
	}
	return got.Body
}

// refused holds that a ceremony was refused with this sentence's code.
func refused(t *testing.T, got *webtest.Response, sentence string) {
	t.Helper()
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, sentence) {
		t.Errorf("got %d, want 422 with %q: %s", got.Status, sentence, said(got))
	}
}

// list is the names of a person's passkeys.
func (k *kit) list(person lifecycle.PersonID) string {
	k.t.Helper()
	list, err := k.passkeys.List(k.t.Context(), person)
	if err != nil {
		k.t.Fatal(err)
	}
	var names bytes.Buffer
	for _, p := range list {
		fmt.Fprintf(&names, "%s %d %v;", p.Name, p.Counter, p.Stands())
	}
	return names.String()
}
