// Package webtest lets a room's tests call its routes as anybody, through the
// whole of service/web: middleware, access table, errors, pages.
package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// start is what the clock of every Site shows at first.
var start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

// Site is a web.Server with made-up principals.
type Site struct {
	Server *web.Server
	Log    *Log // what the server logged

	t   testing.TB
	mu  sync.Mutex // guards what follows
	now time.Time
	ids int
	who map[string]access.Principal // by token hash
}

// New is a site with the routes that mount registers. change may be nil.
func New(t testing.TB, mount func(*web.Routes), change func(*web.Config)) *Site {
	t.Helper()
	site := &Site{t: t, Log: &Log{}, now: start, who: map[string]access.Principal{}}
	config := web.Config{
		Log:           slog.New(slog.NewJSONHandler(site.Log, nil)),
		Now:           site.Now,
		NewID:         site.newID,
		ExternalURL:   "http://quitclaim.test",
		Sessions:      &Sessions{},
		Authenticator: site,
		// Of a test on a slow machine none is cut short.
		RequestTimeout: 3 * time.Minute,
	}
	if change != nil {
		change(&config)
	}
	server, err := web.New(config)
	if err != nil {
		t.Fatalf("web.New: %v", err)
	}
	site.Server = server
	if mount != nil {
		mount(server.Routes())
	}
	return site
}

// Now is the site's clock.
func (s *Site) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Pass lets time pass.
func (s *Site) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *Site) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return fmt.Sprintf("id-%d", s.ids)
}

// PrincipalOfToken implements web.Authenticator for the clients of As.
func (s *Site) PrincipalOfToken(_ context.Context, hash string, onBehalfOf lifecycle.PersonID) (access.Principal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.who[hash]
	if !ok {
		return access.Principal{}, lifecycle.ErrUnauthenticated
	}
	p.OnBehalfOf = onBehalfOf
	return p, nil
}

// PrincipalOfPerson implements web.Authenticator: there are no sessions here
// unless a test brings its own Authenticator.
func (s *Site) PrincipalOfPerson(context.Context, lifecycle.PersonID, int64) (access.Principal, error) {
	return access.Principal{}, lifecycle.ErrUnauthenticated
}

// Client calls the site as one principal.
type Client struct {
	site  *Site
	token string
	p     access.Principal
	key   string
}

// As is a client for the principal.
func (s *Site) As(p access.Principal) *Client {
	client := &Client{site: s, p: p}
	if p.SignedIn() {
		client.token = access.NewToken()
		s.mu.Lock()
		s.who[access.TokenHash(client.token)] = p
		s.mu.Unlock()
	}
	return client
}

// WithToken is a client that sends this token, at a site whose Authenticator
// is not this package's.
func (s *Site) WithToken(text string) *Client { return &Client{site: s, token: text} }

// WithKey is the same client whose next changes carry this idempotency key;
// without it each carries a fresh one.
func (c *Client) WithKey(key string) *Client {
	with := *c
	with.key = key
	return &with
}

// Get reads.
func (c *Client) Get(path string) *Response { return c.do(http.MethodGet, path, "", "") }

// PostJSON sends v as JSON.
func (c *Client) PostJSON(path string, v any) *Response {
	c.site.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.site.t.Fatalf("marshal: %v", err)
	}
	return c.do(http.MethodPost, path, "application/json", string(body))
}

// PostForm sends a form as a page does.
func (c *Client) PostForm(path string, form url.Values) *Response {
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// Delete ends something.
func (c *Client) Delete(path string) *Response { return c.do(http.MethodDelete, path, "", "") }

func (c *Client) do(method, path, media, body string) *Response {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if method != http.MethodGet {
		request.Header.Set("Idempotency-Key", "test-key-"+c.site.newID())
	}
	return c.Do(request)
}

// Do sends any request as the client, with the client's key if it has one.
func (c *Client) Do(request *http.Request) *Response {
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.p.OnBehalfOf != "" {
		request.Header.Set("On-Behalf-Of", string(c.p.OnBehalfOf))
	}
	if c.key != "" {
		request.Header.Set("Idempotency-Key", c.key)
	}
	return c.site.Do(request)
}

// Do sends any request as it is.
func (s *Site) Do(request *http.Request) *Response {
	recorder := httptest.NewRecorder()
	s.Server.Handler().ServeHTTP(recorder, request)
	return &Response{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String(), t: s.t}
}

// Response is an answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   string
	t      testing.TB
}

// Decode reads the body as JSON.
func (r *Response) Decode(into any) {
	r.t.Helper()
	decoder := json.NewDecoder(bytes.NewBufferString(r.Body))
	if err := decoder.Decode(into); err != nil {
		r.t.Fatalf("decode %q: %v", r.Body, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		r.t.Fatalf("something follows the answer: %q", r.Body)
	}
}

// Problem reads the body as a problem document.
func (r *Response) Problem() web.Problem {
	r.t.Helper()
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Fatalf("Content-Type = %q, want a problem; body %s", got, r.Body)
	}
	var problem web.Problem
	r.Decode(&problem)
	return problem
}
