package admin_test

import (
	"crypto/rand"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/admin"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var screens = flag.String("screens", "", "folder for pictures of the pages")

const (
	password = "a long enough sentence"
	operator = "qc_the-operators-own-token"
)

// kit is both rooms on a real store, behind the real shell: whoever asks is
// looked up as in production.
type kit struct {
	storetest.Opened
	site      *webtest.Site
	passwords *access.Passwords

	host, shop access.Organisation // a vendor who hosts, and a retailer
	ada, sam   *client             // their admins
}

func newID() string { return strings.ToLower(rand.Text()) }

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{Opened: storetest.OpenNew(t), passwords: access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})}
	entrance := signin.New(signin.Config{
		Store: k.Opened, Passwords: k.passwords, Now: k.Clock.Now, NewID: newID, URL: "http://quitclaim.test",
		OperatorHash: access.TokenHash(operator),
	})
	doors, err := signin.NewHandler(entrance)
	if err != nil {
		t.Fatal(err)
	}
	room, err := admin.NewHandler(admin.New(admin.Config{
		Store: k.Opened, Links: entrance, Clouds: []string{"acme-cloud", "builtin"}, Now: k.Clock.Now, NewID: newID,
	}))
	if err != nil {
		t.Fatal(err)
	}
	mount := func(r *web.Routes) { doors.Mount(r); room.Mount(r) }
	k.site = webtest.New(t, mount, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator = k.Clock.Now, k.Opened, entrance
	})
	k.host = k.org(t, lifecycle.OrgVendor, "Acme", "acme", "acme-home")
	k.Clock.Add(1)
	k.shop = k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	k.ada = k.staff(t, k.host, "ada@acme.example", lifecycle.RoleAdmin)
	k.sam = k.staff(t, k.shop, "sam@shop.example", lifecycle.RoleAdmin)
	return k
}

func (k *kit) org(t *testing.T, kind lifecycle.OrgKind, name string, brands ...string) access.Organisation {
	t.Helper()
	k.Clock.Add(1e9)
	org, err := k.SaveOrganisation(t.Context(), access.Organisation{
		ID: lifecycle.OrgID("org_" + newID()), Kind: kind, Name: name, Brands: brands, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatalf("save organisation: %v", err)
	}
	return org
}

// staff puts somebody on record who can sign in, with a token of their own.
func (k *kit) staff(t *testing.T, org access.Organisation, email string, roles ...lifecycle.Role) *client {
	t.Helper()
	hash, err := k.passwords.Hash(t.Context(), password)
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
	made, err := access.IssueToken(t.Context(), k.Opened, newID(), access.Credential{Kind: access.KindPerson, Person: person.ID, Name: "test"}, k.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return &client{k: k, id: person.ID, token: made.Text}
}

// client asks with a token.
type client struct {
	k          *kit
	id         lifecycle.PersonID
	token      string
	onBehalfOf lifecycle.PersonID
	key        string // idempotency key; empty: a fresh one each time
}

func (k *kit) operator() *client { return &client{k: k, token: operator} }

func (c *client) withKey(key string) *client {
	with := *c
	with.key = key
	return &with
}

func (c *client) do(method, path, media, body string) *webtest.Response {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+c.token)
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	key := c.key
	if key == "" {
		key = newID()
	}
	request.Header.Set("Idempotency-Key", key)
	if c.onBehalfOf != "" {
		request.Header.Set("On-Behalf-Of", string(c.onBehalfOf))
	}
	return c.k.site.Do(request)
}

func (c *client) get(path string) *webtest.Response { return c.do(http.MethodGet, path, "", "") }

func (c *client) delete(path string) *webtest.Response { return c.do(http.MethodDelete, path, "", "") }

func (c *client) send(method, path string, v any) *webtest.Response {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return c.do(method, path, "application/json", string(body))
}

func (c *client) post(path string, v any) *webtest.Response { return c.send(http.MethodPost, path, v) }

func (c *client) form(path string, fields ...string) *webtest.Response {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

type fields = map[string]any

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

// wantCodes: the mistakes, or the reasons, are these and no others.
func wantCodes(t *testing.T, what string, got *webtest.Response, want ...string) {
	t.Helper()
	if got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusConflict {
		t.Errorf("%s: %d %s", what, got.Status, got.Body)
		return
	}
	found := []string{}
	for _, reason := range got.Problem().Reasons {
		found = append(found, strings.TrimSpace(reason.Field+" "+reason.Code))
	}
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("%s: %q, want %q", what, found, want)
	}
}

// sameNothing: what belongs to another and what never was look alike.
func sameNothing(t *testing.T, what string, theirs, never *webtest.Response) {
	t.Helper()
	theirs.Header.Del("X-Request-Id")
	never.Header.Del("X-Request-Id")
	if theirs.Status != http.StatusNotFound || never.Status != http.StatusNotFound || theirs.Body != never.Body {
		t.Errorf("%s: another's is %d %s, what never was %d %s", what, theirs.Status, theirs.Body, never.Status, never.Body)
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

func hasNone(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(body, part) {
			t.Errorf("%q stands in %s", part, body)
		}
	}
}

// personOf reads a person out of an answer.
type personOf struct {
	ID    lifecycle.PersonID `json:"id"`
	Roles []lifecycle.Role   `json:"roles"`
	State string             `json:"state"`
	Link  string             `json:"link"`
}

func readPerson(t *testing.T, got *webtest.Response) personOf {
	t.Helper()
	var p personOf
	if err := json.Unmarshal([]byte(got.Body), &p); err != nil {
		t.Fatalf("read person: %v in %s", err, got.Body)
	}
	return p
}

// accept uses a one-time link as its person does.
func (k *kit) accept(link string) *webtest.Response {
	form := url.Values{"password": {password}, "password_again": {password}}
	request := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(link, "http://quitclaim.test"), strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return k.site.Do(request)
}
