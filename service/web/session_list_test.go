package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// Agents as they are sent.
const (
	onPhone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
	onDesk    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
	onAndroid = "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
	noAgent   = "curl/8.5.0"
)

// desks is a site where Mara signs in at several browsers.
type desks struct {
	t    *testing.T
	site *webtest.Site
	who  *people
}

func newDesks(t *testing.T) *desks {
	t.Helper()
	d := &desks{t: t, who: &people{generation: 7}}
	d.site = webtest.New(t, func(r *web.Routes) {
		r.POST("/sign-in", access.SessionStart, func(c echo.Context) error {
			return errors.Join(web.StartSession(c, "psn_mara", 7, access.Means(c.QueryParam("by"))), c.NoContent(204))
		})
		r.GET("/desk", access.ReturnOpen, ok)
		r.GET("/sessions", access.AccountRead, func(c echo.Context) error {
			list, err := web.OpenSessions(c)
			if err != nil {
				return err
			}
			return web.JSON(c, 200, list)
		})
		r.POST("/end/:id", access.StationUse, func(c echo.Context) error {
			return errors.Join(web.EndSessionOf(c, web.Param(c, "id")), c.NoContent(204))
		})
		r.POST("/end-others", access.StationUse, func(c echo.Context) error {
			return errors.Join(web.EndOtherSessions(c), c.NoContent(204))
		})
	}, func(c *web.Config) { c.Sessions, c.Authenticator = &webtest.Sessions{}, d.who })
	return d
}

func (d *desks) signIn(agent string, by access.Means) *http.Cookie {
	d.t.Helper()
	request := with("POST", "/sign-in?by="+string(by), nil)
	request.Header.Set("User-Agent", agent)
	return cookieOf(d.t, d.site.Do(request))
}

func (d *desks) list(cookie *http.Cookie) []web.OpenSession {
	d.t.Helper()
	got := d.site.Do(with("GET", "/sessions", cookie))
	var list []web.OpenSession
	if err := json.Unmarshal([]byte(got.Body), &list); got.Status != 200 || err != nil {
		d.t.Fatalf("list = %d %v: %s", got.Status, err, got.Body)
	}
	return list
}

// TestOpenSessions: everybody sees where they are signed in, this browser first,
// and can end each.
func TestOpenSessions(t *testing.T) {
	t.Parallel()
	d := newDesks(t)
	phone := d.signIn(onPhone, access.MeansPasskey)
	d.site.Pass(time.Minute)
	desk := d.signIn(onDesk, access.MeansPassword)
	d.site.Pass(time.Minute)
	android := d.signIn(onAndroid, access.MeansMailLink)
	start := d.site.Now()
	list := d.list(desk)
	for i := range list {
		if !strings.HasPrefix(list[i].ID, "ses_") {
			t.Errorf("id %q", list[i].ID)
		}
	}
	want := []web.OpenSession{
		{Means: "password", Browser: "Edge", System: "Windows", Since: start.Add(-time.Minute), Seen: start.Add(-time.Minute), Here: true},
		{Means: "mail-link", Browser: "Firefox", System: "Android", Since: start, Seen: start},
		{Means: "passkey", Browser: "Safari", System: "iPhone", Since: start.Add(-2 * time.Minute), Seen: start.Add(-2 * time.Minute)},
	}
	unnamed := append([]web.OpenSession(nil), list...)
	for i := range unnamed {
		unnamed[i].ID = ""
	}
	if diff := cmp.Diff(want, unnamed); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}

	if got := d.site.Do(with("POST", "/end/"+list[2].ID, desk)); got.Status != 204 {
		t.Fatalf("end = %d", got.Status)
	}
	for cookie, status := range map[*http.Cookie]int{phone: 303, desk: 200, android: 200} {
		if got := d.site.Do(with("GET", "/desk", cookie)); got.Status != status {
			t.Errorf("after one was ended: %d, want %d", got.Status, status)
		}
	}
	d.signIn(noAgent, access.MeansPassword)
	if got := d.site.Do(with("POST", "/end-others", desk)); got.Status != 204 {
		t.Fatalf("end others = %d", got.Status)
	}
	if list := d.list(desk); len(list) != 1 || !list[0].Here {
		t.Errorf("left: %+v, want this one", list)
	}
	if got := d.site.Do(with("GET", "/desk", android)); got.Status != 303 {
		t.Errorf("another = %d, want 303", got.Status)
	}
	d.site.Pass(web.SessionIdle - time.Second)
	again := d.signIn(noAgent, access.MeansPassword)
	d.site.Pass(time.Second)
	if list := d.list(again); len(list) != 1 || list[0].Browser != "" || list[0].System != "" {
		t.Errorf("after a rest: %+v, want the new one alone", list)
	}
}

// TestStreamEndsWithItsSession: nobody goes on reading who has been signed out,
// wherever that was done.
func TestStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*people, *webtest.Sessions, *http.Cookie){
		"the session is ended": func(_ *people, s *webtest.Sessions, _ *http.Cookie) {
			if err := s.EndOtherSessions(context.Background(), "psn_mara", ""); err != nil {
				t.Error(err)
			}
		},
		"every session is ended": func(p *people, _ *webtest.Sessions, _ *http.Cookie) { p.set(8, nil) },
		"a role is taken":        func(p *people, _ *webtest.Sessions, _ *http.Cookie) { p.set(7, lifecycle.ErrForbidden) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			who, sessions, ended := &people{generation: 7}, &webtest.Sessions{}, make(chan struct{})
			site, url, _, _ := serving(t, func(r *web.Routes) {
				r.POST("/sign-in", access.SessionStart, func(c echo.Context) error {
					return errors.Join(web.StartSession(c, "psn_mara", 7, access.MeansPassword), c.NoContent(204))
				})
				r.GET("/v1/events", access.ReturnRead, func(c echo.Context) error {
					return web.Stream(c, func(ctx context.Context, send func(string, string, any) error) error {
						defer close(ended)
						if err := send("change", "", nil); err != nil {
							return err
						}
						<-ctx.Done()
						return ctx.Err()
					})
				})
			}, func(c *web.Config) {
				c.Sessions, c.Authenticator, c.Recheck, c.Heartbeat = sessions, who, 10*time.Millisecond, 5*time.Millisecond
			})
			cookie := cookieOf(t, site.Do(httptest.NewRequest("POST", "/sign-in", nil)))
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			// A store that is busy ends nothing, and reading is no use of a session.
			before := sessions.Writes()
			who.set(7, lifecycle.ErrBusy)
			seen := make([]byte, 400)
			for n := 0; n < len(seen); {
				m, err := answer.Body.Read(seen[n:])
				if n += m; err != nil {
					t.Fatalf("the stream ended: %v\n%s", err, seen[:n])
				}
			}
			who.set(7, nil)
			if got := sessions.Writes(); got != before {
				t.Errorf("looking again made %d writes", got-before)
			}
			end(who, sessions, cookie)
			waitFor(t, "the end of the stream", ended)
		})
	}
}
