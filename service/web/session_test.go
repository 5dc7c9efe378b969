package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// people is an Authenticator with one person and a generation that tests move.
type people struct {
	mu         sync.Mutex
	generation int64
	err        error
}

// set moves it while requests are under way.
func (p *people) set(generation int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.generation, p.err = generation, err
}

func (p *people) PrincipalOfToken(context.Context, string, lifecycle.PersonID) (access.Principal, error) {
	return access.Principal{}, lifecycle.ErrUnauthenticated
}

func (p *people) PrincipalOfPerson(_ context.Context, person lifecycle.PersonID, generation int64) (access.Principal, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return access.Principal{}, p.err
	}
	if person != "psn_mara" || generation != p.generation {
		return access.Principal{}, lifecycle.ErrUnauthenticated
	}
	return clerk(), nil
}

// signedIn is a site whose POST /sign-in signs Mara in.
func signedIn(t *testing.T, external string) (*webtest.Site, *people, *webtest.Sessions) {
	t.Helper()
	who, sessions := &people{generation: 7}, &webtest.Sessions{}
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/sign-in", access.SessionStart, func(c echo.Context) error {
			if err := web.StartSession(c, "psn_mara", who.generation, access.MeansPassword); err != nil {
				return err
			}
			return web.SeeOther(c, web.LocalPath(c.FormValue("next")))
		})
		r.POST("/sign-out", access.SessionEnd, func(c echo.Context) error {
			if err := web.EndSession(c); err != nil {
				return err
			}
			return web.SeeOther(c, "/")
		})
		r.GET("/desk", access.ReturnOpen, ok)
	}, func(c *web.Config) {
		c.Sessions, c.Authenticator, c.ExternalURL = sessions, who, external
	})
	return site, who, sessions
}

// cookieOf is the session's, beside which a sign-in sets the browser's.
func cookieOf(t *testing.T, got *webtest.Response) *http.Cookie {
	t.Helper()
	response := http.Response{Header: got.Header}
	cookies := slices.DeleteFunc(response.Cookies(), func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "-browser") })
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want 1: %v", len(cookies), got.Header["Set-Cookie"])
	}
	return cookies[0]
}

func with(method, path string, cookie *http.Cookie) *http.Request {
	request := httptest.NewRequest(method, path, nil)
	if cookie != nil {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	return request
}

// TestBrowserCookie: a browser keeps one secret across sessions, and what a
// script or a stranger put there is none.
func TestBrowserCookie(t *testing.T) {
	t.Parallel()
	site, _, sessions := signedIn(t, "https://quitclaim.test")
	browserOf := func(sent string) *http.Cookie {
		t.Helper()
		request := with("POST", "/sign-in", nil)
		if sent != "" {
			request.AddCookie(&http.Cookie{Name: "__Host-quitclaim-browser", Value: sent})
		}
		response := http.Response{Header: site.Do(request).Header}
		for _, cookie := range response.Cookies() {
			if cookie.Name == "__Host-quitclaim-browser" {
				return cookie
			}
		}
		t.Fatal("no cookie of the browser's")
		return nil
	}
	first := browserOf("")
	if !first.HttpOnly || !first.Secure || first.SameSite != http.SameSiteLaxMode || first.Path != "/" || first.MaxAge != int(access.BrowserFor/time.Second) {
		t.Errorf("cookie %v", first)
	}
	if again := browserOf(first.Value); again.Value != first.Value {
		t.Error("the browser has another secret at its next sign-in")
	}
	if planted := browserOf("short"); planted.Value == "short" {
		t.Error("a secret that is none is kept")
	}
	if text := fmt.Sprintf("%+v", sessions); strings.Contains(text, first.Value) {
		t.Error("the secret itself is kept")
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	tests := []struct{ external, name, text string }{
		{"http://quitclaim.test", "quitclaim", "; Path=/; HttpOnly; SameSite=Lax"},
		{"https://quitclaim.test", "__Host-quitclaim", "; Path=/; HttpOnly; Secure; SameSite=Lax"},
	}
	for _, tt := range tests {
		site, _, _ := signedIn(t, tt.external)
		got := site.Do(with("POST", "/sign-in", nil))
		cookie := cookieOf(t, got)
		header := got.Header.Get("Set-Cookie")
		if !strings.HasPrefix(header, tt.name+"=") || !strings.HasSuffix(header, cookie.Value+tt.text) {
			t.Errorf("Set-Cookie = %q, want %s=…%s", header, tt.name, tt.text)
		}
		if len(cookie.Value) < 43 {
			t.Errorf("the session token has %d characters, want 256 bits", len(cookie.Value))
		}
		if cc := got.Header["Cache-Control"]; len(cc) != 1 || cc[0] != "no-store" {
			t.Errorf("Cache-Control = %q", cc)
		}
	}
}

func TestSessionLetsIn(t *testing.T) {
	t.Parallel()
	site, _, _ := signedIn(t, "http://quitclaim.test")
	cookie := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	if got := site.Do(with("GET", "/desk", cookie)); got.Status != 200 {
		t.Errorf("with a session = %d, want 200", got.Status)
	}
	other := *cookie
	other.Value = "x" + cookie.Value // longer than any of ours, so no other session's
	for name, c := range map[string]*http.Cookie{"no cookie": nil, "a made-up cookie": &other} {
		if got := site.Do(with("GET", "/desk", c)); got.Status != 303 {
			t.Errorf("with %s = %d, want 303", name, got.Status)
		}
	}
}

// TestSessionsEndBySubject: advancing the generation kills every session of
// the person at once, on all their browsers.
func TestSessionsEndBySubject(t *testing.T) {
	t.Parallel()
	site, who, _ := signedIn(t, "http://quitclaim.test")
	first := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	second := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	who.generation++
	for _, cookie := range []*http.Cookie{first, second} {
		if got := site.Do(with("GET", "/desk", cookie)); got.Status != 303 {
			t.Errorf("a session of an older generation = %d, want 303", got.Status)
		}
	}
	again := cookieOf(t, site.Do(with("POST", "/sign-in", first)))
	if got := site.Do(with("GET", "/desk", again)); got.Status != 200 {
		t.Errorf("signed in anew = %d, want 200", got.Status)
	}
}

// TestSignInRenewsTheToken: a token planted before sign-in is worth nothing
// after it.
func TestSignInRenewsTheToken(t *testing.T) {
	t.Parallel()
	site, _, sessions := signedIn(t, "http://quitclaim.test")
	planted := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	fresh := cookieOf(t, site.Do(with("POST", "/sign-in", planted)))
	if planted.Value == fresh.Value {
		t.Fatal("sign-in kept the token")
	}
	if got := site.Do(with("GET", "/desk", planted)); got.Status != 303 {
		t.Errorf("the old token = %d, want 303", got.Status)
	}
	if sessions.Len() != 1 {
		t.Errorf("%d sessions are kept, want 1", sessions.Len())
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	site, _, sessions := signedIn(t, "http://quitclaim.test")
	cookie := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	gone := cookieOf(t, site.Do(with("POST", "/sign-out", cookie)))
	if gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("the cookie stays: %v", gone)
	}
	if got := site.Do(with("GET", "/desk", cookie)); got.Status != 303 || sessions.Len() != 0 {
		t.Errorf("after sign-out = %d, %d sessions, want 303 and none", got.Status, sessions.Len())
	}
}

func TestSessionTimes(t *testing.T) {
	t.Parallel()
	idle, _, _ := signedIn(t, "http://quitclaim.test")
	cookie := cookieOf(t, idle.Do(with("POST", "/sign-in", nil)))
	idle.Pass(web.SessionIdle - time.Second)
	if got := idle.Do(with("GET", "/desk", cookie)); got.Status != 200 {
		t.Fatalf("just before the idle end = %d, want 200", got.Status)
	}
	idle.Pass(web.SessionIdle - time.Second)
	if got := idle.Do(with("GET", "/desk", cookie)); got.Status != 200 {
		t.Fatalf("use did not prolong the session: %d", got.Status)
	}
	idle.Pass(web.SessionIdle)
	if got := idle.Do(with("GET", "/desk", cookie)); got.Status != 303 {
		t.Errorf("after the idle time = %d, want 303", got.Status)
	}

	absolute, _, _ := signedIn(t, "http://quitclaim.test")
	cookie = cookieOf(t, absolute.Do(with("POST", "/sign-in", nil)))
	for range 3 {
		absolute.Pass(web.SessionAbsolute/4 + time.Minute)
		if got := absolute.Do(with("GET", "/desk", cookie)); got.Status != 200 {
			t.Fatalf("in use = %d, want 200", got.Status)
		}
	}
	absolute.Pass(web.SessionAbsolute / 4)
	if got := absolute.Do(with("GET", "/desk", cookie)); got.Status != 303 {
		t.Errorf("after a day = %d, want 303 whatever the use", got.Status)
	}
}

// TestLookingIsNoWrite: a page view is not a durable write, but for one each
// few minutes.
func TestLookingIsNoWrite(t *testing.T) {
	t.Parallel()
	site, _, sessions := signedIn(t, "http://quitclaim.test")
	cookie := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	before := sessions.Commits
	for range 50 {
		site.Do(with("GET", "/desk", cookie))
	}
	if sessions.Commits != before {
		t.Errorf("50 page views made %d writes", sessions.Commits-before)
	}
	site.Pass(6 * time.Minute)
	site.Do(with("GET", "/desk", cookie))
	if sessions.Commits != before+1 {
		t.Errorf("use after six minutes made %d writes, want 1", sessions.Commits-before)
	}
}

func TestAuthenticatorDown(t *testing.T) {
	t.Parallel()
	site, who, _ := signedIn(t, "http://quitclaim.test")
	cookie := cookieOf(t, site.Do(with("POST", "/sign-in", nil)))
	who.err = lifecycle.ErrBusy
	if got := site.Do(with("GET", "/desk", cookie)); got.Status != 503 {
		t.Errorf("with a busy store = %d, want 503, not signed out", got.Status)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/desk":                 "/desk",
		"/desk?x=1#y":           "/desk?x=1#y",
		"/units/acme/A%2FB":     "/units/acme/A%2FB",
		"":                      "/",
		"desk":                  "/",
		"//evil.test":           "/",
		"/\\evil.test":          "/",
		"https://evil.test":     "/",
		"javascript:alert(1)":   "/",
		"/desk\r\nSet-Cookie:x": "/",
		"/%":                    "/",
		"\t//evil.test":         "/",
	} {
		if got := web.LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}
