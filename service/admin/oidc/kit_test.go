package oidc_test

import (
	"crypto/rand"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/admin/oidc"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const password = "a long enough sentence"

// kit is the room and the sign-in on a real store, behind the real shell, on a
// real port; with a real provider beside it.
type kit struct {
	storetest.Opened
	url  string
	room *oidc.Room
	log  *webtest.Log
	op   *realProvider

	vendor, shop access.Organisation
	owners       access.Provider // the vendor's accounts
	staff        access.Provider // the shop's own
	admin, clerk access.Person   // of the shop
	owner        access.Person   // with a password, and the address that the provider gives everybody
	passwords    *access.Passwords
}

func newID() string { return strings.ToLower(rand.Text()) }

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{Opened: storetest.OpenNew(t), log: &webtest.Log{}, op: startProvider(t),
		passwords: access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})}
	k.Clock.Add(time.Since(k.Clock.Now())) // the provider's clock is the wall's
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	k.url = "http://localhost:" + port // another site than the provider's, as browsers see it
	k.room = oidc.New(oidc.Config{
		Store: k.Opened, KeyedHash: k.Ring.LookupHash, Now: k.Clock.Now, NewID: newID, URL: k.url, Log: slog.New(slog.NewJSONHandler(k.log, nil)),
	})
	k.serve(t, listener)
	k.furnish(t)
	k.op.knows(t, k.room.RedirectURL(k.owners), k.room.RedirectURL(k.staff))
	return k
}

func (k *kit) serve(t *testing.T, listener net.Listener) {
	t.Helper()
	entrance := signin.New(signin.Config{
		Store: k.Opened, Passwords: k.passwords, Now: k.Clock.Now, NewID: newID, URL: k.url, Providers: k.room, KeyedHash: k.Ring.LookupHash,
	})
	doors, err := signin.NewHandler(entrance)
	if err != nil {
		t.Fatal(err)
	}
	own, err := oidc.NewHandler(k.room)
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		doors.Mount(r)
		own.Mount(r)
		// Who is here, and since when that is proved.
		r.GET("/who", access.AccountRead, func(c echo.Context) error {
			p := web.Principal(c)
			return c.String(http.StatusOK, string(p.Person)+" "+string(p.Means)+" "+p.VerifiedAt.Format(time.RFC3339))
		})
	}, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.ExternalURL, c.NewID = k.Clock.Now, k.Opened, entrance, k.url, newID
	})
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: site.Server.Handler()}}
	server.Start()
	t.Cleanup(server.Close)
}

func (k *kit) furnish(t *testing.T) {
	t.Helper()
	k.vendor, k.shop = k.house(t, lifecycle.OrgVendor, "Acme"), k.house(t, lifecycle.OrgRetailer, "Shop")
	k.admin = k.person(t, k.shop.ID, "admin@shop.test", lifecycle.RoleAdmin)
	k.clerk = k.person(t, k.shop.ID, "clerk@shop.test", lifecycle.RoleClerk)
	k.owner = k.person(t, "", "owner@example.test", lifecycle.RoleOwner)
	k.owners = k.configure(t, k.vendor, access.AudienceOwners, "Acme account")
	k.staff = k.configure(t, k.shop, access.AudienceStaff, "Shop staff")
}

func (k *kit) house(t *testing.T, kind lifecycle.OrgKind, name string) access.Organisation {
	t.Helper()
	org := access.Organisation{ID: lifecycle.OrgID("org_" + newID()), Kind: kind, Name: name, CreatedAt: k.Clock.Now()}
	if kind == lifecycle.OrgVendor {
		org.Brands = []string{strings.ToLower(name)}
	}
	org, err := k.SaveOrganisation(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func (k *kit) person(t *testing.T, org lifecycle.OrgID, email string, roles ...lifecycle.Role) access.Person {
	t.Helper()
	hash, err := k.passwords.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	person, err := k.SavePerson(t.Context(), access.Person{
		ID: lifecycle.PersonID("psn_" + newID()), Org: org, Roles: roles, Name: "Name of " + email, Email: email, PasswordHash: hash,
		Generation: 1, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// principal is somebody as the room is asked by them.
func principal(person access.Person, org access.Organisation, means access.Means) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: person.ID, Org: org.ID, OrgKind: org.Kind, Roles: person.Roles, Means: means,
	}
}

func (k *kit) configure(t *testing.T, org access.Organisation, audience access.Audience, name string) access.Provider {
	t.Helper()
	p, err := k.room.Configure(t.Context(), principal(access.Person{ID: "psn_x"}, org, access.MeansPassword), k.settings(audience, name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (k *kit) settings(audience access.Audience, name string) oidc.Settings {
	return oidc.Settings{Audience: audience, Name: name, Issuer: k.op.issuer, ClientID: clientID, Secret: clientSecret, Listed: true}
}

// demand has the staff's provider demand more.
func (k *kit) demand(t *testing.T, acr []string, maxAge time.Duration) {
	t.Helper()
	settings := k.settings(access.AudienceStaff, k.staff.Name)
	settings.ACR, settings.MaxAge = acr, maxAge
	if _, err := k.room.Change(t.Context(), principal(k.admin, k.shop, access.MeansPassword), k.staff.ID, settings); err != nil {
		t.Fatal(err)
	}
}

// link makes a person known at the staff's provider.
func (k *kit) link(t *testing.T, p access.Provider, person access.Person, user string) {
	t.Helper()
	err := k.LinkIdentity(t.Context(), access.Identity{
		Provider: p.ID, Subject: k.Ring.LookupHash("oidc-subject", k.op.issuer+"\nsub-of-"+user), Person: person.ID, LinkedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// browser keeps cookies, and follows where it is told to.
type browser struct {
	t      *testing.T
	k      *kit
	client *http.Client
	token  string // it is a program, with this
}

func (k *kit) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, k: k, client: &http.Client{
		Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type page struct {
	status   int
	body     string
	location string
}

func (b *browser) do(method, address string, form url.Values) page {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.k.url + address
	}
	request, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Idempotency-Key", newID())
		request.Header.Set("Referer", b.k.url+"/account/providers")
	}
	if b.token != "" {
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	answer, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := page{status: answer.StatusCode, body: string(body)}
	if to, err := answer.Location(); err == nil {
		p.location = to.String()
	}
	return p
}

func (b *browser) get(address string) page { b.t.Helper(); return b.do(http.MethodGet, address, nil) }
func (b *browser) post(address string, form url.Values) page {
	b.t.Helper()
	return b.do(http.MethodPost, address, form)
}

var onward = regexp.MustCompile(`<a class="button primary" href="([^"]+)"`)

// leave goes by a form of ours to the provider, and is the address there.
func (b *browser) leave(form string, values url.Values) string {
	b.t.Helper()
	passing := b.post(form, values)
	found := onward.FindStringSubmatch(passing.body)
	if passing.status != http.StatusOK || found == nil {
		b.t.Fatalf("POST %s = %d, %s", form, passing.status, text(passing.body))
	}
	return html.UnescapeString(found[1])
}

var authRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)

// prove signs in at the provider, and is the address back that its answer leads
// to, not yet gone to.
func (b *browser) prove(there, user string) string {
	b.t.Helper()
	at := b.get(there)
	for at.location != "" {
		at = b.get(at.location)
	}
	found := authRequest.FindStringSubmatch(at.body)
	if found == nil {
		b.t.Fatalf("no login page at the provider: %d, %s", at.status, text(at.body))
	}
	at = b.post(b.k.op.issuer+"/login/username", url.Values{"id": {found[1]}, "username": {user}, "password": {"verysecure"}})
	for strings.HasPrefix(at.location, b.k.op.issuer) {
		at = b.get(at.location)
	}
	if !strings.HasPrefix(at.location, b.k.url) {
		b.t.Fatalf("the provider leads to %q: %d, %s", at.location, at.status, text(at.body))
	}
	return at.location
}

// signIn goes the whole way, up to and with our answer.
func (b *browser) signIn(p access.Provider, user string) page {
	b.t.Helper()
	return b.get(b.prove(b.leave("/sign-in/with/"+p.ID, url.Values{"next": {"/who"}}), user))
}

// byPassword signs in without a provider.
func (b *browser) byPassword(email string) page {
	b.t.Helper()
	return b.post("/sign-in", url.Values{"email": {email}, "password": {password}, "next": {"/who"}})
}

// who is signed in: person, means and since when it is proved.
func (b *browser) who() (person, means string, proved time.Time) {
	b.t.Helper()
	answer := b.get("/who")
	if answer.status != http.StatusOK {
		return "", "", time.Time{}
	}
	fields := strings.Fields(answer.body)
	at, _ := time.Parse(time.RFC3339, fields[2])
	return fields[0], fields[1], at
}

var tags = regexp.MustCompile(`(?s)<(style|script).*?</(style|script)>|<[^>]+>`)

// text is a page without its tags, for a failing test.
func text(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}
