package station_test

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/admin/station"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const (
	password = "a long enough sentence"
	rightPIN = "730259"
)

// kit is the room and the sign-in on a real store, behind the real shell.
type kit struct {
	storetest.Opened
	site      *webtest.Site
	passwords *access.Passwords
	log       *webtest.Log

	org, other access.Organisation
	admin      access.Person
	tess, vera access.Person // a technician and a validator
}

func newID() string { return strings.ToLower(rand.Text()) }

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{
		Opened: storetest.OpenNew(t), log: &webtest.Log{},
		passwords: access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1}),
	}
	entrance := signin.New(signin.Config{
		Store: k.Opened, Passwords: k.passwords, Now: k.Clock.Now, NewID: newID, URL: "http://quitclaim.test",
	})
	doors, err := signin.NewHandler(entrance)
	if err != nil {
		t.Fatal(err)
	}
	room, err := station.NewHandler(station.New(station.Config{
		Store: k.Opened, Passwords: k.passwords, Verify: entrance.Verify, KeyedHash: k.Ring.LookupHash, Now: k.Clock.Now,
		NewID: newID, URL: "http://quitclaim.test", Log: slog.New(slog.NewJSONHandler(k.log, nil)),
	}))
	if err != nil {
		t.Fatal(err)
	}
	page := func(c echo.Context) error {
		return c.String(http.StatusOK, string(web.Principal(c).Person)+" "+c.FormValue("note"))
	}
	mount := func(r *web.Routes) {
		doors.Mount(r)
		room.Mount(r)
		r.GET("/bench", access.TaskAttest, page)
		r.POST("/bench", access.TaskAttest, page)
		r.GET("/flags", access.FlagRead, page)
	}
	k.site = webtest.New(t, mount, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.Stations = k.Clock.Now, k.Opened, entrance, k.Opened
	})
	k.org, k.other = k.house(t, "Refurb"), k.house(t, "Elsewhere")
	k.admin = k.person(t, k.org, "admin", lifecycle.RoleAdmin, lifecycle.RoleSecurityOfficer)
	k.tess = k.person(t, k.org, "tess", lifecycle.RoleTechnician, lifecycle.RoleAdmin)
	k.vera = k.person(t, k.org, "vera", lifecycle.RoleValidator)
	return k
}

func (k *kit) house(t *testing.T, name string) access.Organisation {
	t.Helper()
	org, err := k.SaveOrganisation(t.Context(), access.Organisation{
		ID: lifecycle.OrgID("org_" + newID()), Kind: lifecycle.OrgWarehouse, Name: name, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func (k *kit) person(t *testing.T, org access.Organisation, name string, roles ...lifecycle.Role) access.Person {
	t.Helper()
	hash, err := k.passwords.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	person, err := k.SavePerson(t.Context(), access.Person{
		ID: lifecycle.PersonID("psn_" + newID()), Org: org.ID, Roles: roles, Name: "Name of " + name,
		Email: name + "@" + strings.ToLower(org.Name) + ".example", PasswordHash: hash, Generation: 1, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// browser keeps cookies.
type browser struct {
	t       *testing.T
	site    *webtest.Site
	cookies map[string]string
}

func (k *kit) browser(t *testing.T) *browser {
	return &browser{t: t, site: k.site, cookies: map[string]string{}}
}

func (b *browser) do(method, path string, form url.Values) *webtest.Response {
	b.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Idempotency-Key", newID())
	}
	for name, value := range b.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got := b.site.Do(request)
	response := http.Response{Header: got.Header}
	for _, cookie := range response.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	return got
}

func (b *browser) get(path string) *webtest.Response { return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, fields ...string) *webtest.Response {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) signIn(p access.Person) {
	b.t.Helper()
	wantTo(b.t, b.post("/sign-in", "email", p.Email, "password", password, "next", "/bench"), "/bench")
}

func wantTo(t *testing.T, got *webtest.Response, want string) {
	t.Helper()
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != want {
		t.Fatalf("%d to %q, want %q: %.900s", got.Status, got.Header.Get("Location"), want, got.Body)
	}
}

func wantStatus(t *testing.T, got *webtest.Response, want int) {
	t.Helper()
	if got.Status != want {
		t.Fatalf("%d, want %d: %.900s", got.Status, want, got.Body)
	}
}

var (
	codeOnPage = regexp.MustCompile(`/switch/enrol/([A-Z2-7]{12})`)
)

// enrolled is a browser that is a station.
func (k *kit) enrolled(t *testing.T) (*browser, access.Station) {
	t.Helper()
	office, bench := k.browser(t), k.browser(t)
	office.signIn(k.admin)
	made := office.post("/stations", "name", "Bench 3", "idle", "2")
	wantStatus(t, made, http.StatusCreated)
	code := codeOnPage.FindStringSubmatch(made.Body)
	if code == nil {
		t.Fatalf("no code on the page: %s", made.Body)
	}
	wantTo(t, bench.post("/switch/enrol", "code", strings.ToLower(code[1])), "/switch?done=station-enrolled")
	list, _, err := k.Stations(t.Context(), k.org.ID, lifecycle.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return bench, list[len(list)-1]
}

// badge gives a person a badge and the right PIN, past the pages.
func (k *kit) badge(t *testing.T, p access.Person) string {
	t.Helper()
	code := access.NewBadgeCode()
	hash, err := k.passwords.Hash(t.Context(), k.Ring.LookupHash("pin", string(p.ID)+" "+rightPIN))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.SavePIN(t.Context(), access.PIN{Person: p.ID, Hash: hash, ChangedAt: k.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	_, err = k.SaveBadge(t.Context(), access.Badge{ID: "bdg_" + newID(), Person: p.ID, Hash: access.CodeHash(code), MadeAt: k.Clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return code
}
