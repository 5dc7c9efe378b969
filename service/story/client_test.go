package story

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func newKey() string { return rand.Text() }

// client is one caller over the interface for programs: a person of the demo
// with their token, or nobody.
type client struct {
	s     *server
	token string
	// behalf is the id of the person for whom a machine acts.
	behalf string
	person
}

// as is the n-th person of a role and organisation (empty: any).
func (s *server) as(role, org string, n int) client {
	s.t.Helper()
	for _, p := range s.world.People {
		if p.Role != role || org != "" && p.Org != org {
			continue
		}
		if n == 0 {
			return client{s: s, token: p.Token, person: p}
		}
		n--
	}
	s.t.Fatalf("the demo has no such %s", role)
	return client{}
}

// owner is the person with this address.
func (s *server) owner(email string) client {
	s.t.Helper()
	for _, p := range s.world.People {
		if p.Email == email {
			return client{s: s, token: p.Token, person: p}
		}
	}
	s.t.Fatalf("nobody has the address %q", email)
	return client{}
}

// stranger is an owner who is none of these people.
func (s *server) stranger(known ...client) client {
	s.t.Helper()
	for _, p := range s.world.People {
		here := func(c client) bool { return c.Email == p.Email }
		if p.Role == "owner" && !slices.ContainsFunc(known, here) {
			return client{s: s, token: p.Token, person: p}
		}
	}
	s.t.Fatal("the demo has too few owners")
	return client{}
}

// nobody is a caller without a token.
func (s *server) nobody() client { return client{s: s} }

// machine is a program of the person's organisation that acts for them, with a
// token made on the command line.
func (s *server) machine(of client, scopes string) client {
	s.t.Helper()
	out := s.must("token", "create", "--data", s.data, "--org", of.Org, "--name", "story", "--scopes", scopes)
	lines := strings.Fields(out)
	var account struct{ ID string }
	of.get("/v1/account").want(http.StatusOK).into(&account)
	return client{s: s, token: lines[len(lines)-1], behalf: account.ID, person: of.person}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	Status int
	Header http.Header
	Body   []byte
}

func (c client) get(path string) answer {
	c.s.t.Helper()
	return c.must(c.send(c.s.t.Context(), http.MethodGet, path, "", nil))
}

// post sends JSON under a key of its own.
func (c client) post(path string, body any) answer {
	c.s.t.Helper()
	return c.postAs(newKey(), path, body)
}

// postAs sends JSON under this idempotency key.
func (c client) postAs(key, path string, body any) answer {
	c.s.t.Helper()
	return c.must(c.send(c.s.t.Context(), http.MethodPost, path, key, body))
}

func (c client) must(a answer, err error) answer {
	c.s.t.Helper()
	if err != nil {
		c.s.t.Fatalf("%v\n%s", err, c.s.out)
	}
	return a
}

// send is for goroutines, and for servers that may not answer: it fails no
// test. A string is sent as it is, anything else as JSON.
func (c client) send(ctx context.Context, method, path, key string, body any) (answer, error) {
	request, err := c.request(ctx, method, path, key, body)
	if err != nil {
		return answer{}, err
	}
	return c.try(request)
}

// fetch is for a request that is not like the others.
func (c client) fetch(request *http.Request) answer {
	c.s.t.Helper()
	return c.must(c.try(request))
}

func (c client) try(request *http.Request) (answer, error) {
	what := request.Method + " " + request.URL.RequestURI()
	response, err := (&http.Client{Timeout: patient}).Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", what, err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", what, err)
	}
	return answer{c.s.t, what, response.StatusCode, response.Header, got}, nil
}

func (c client) request(ctx context.Context, method, path, key string, body any) (*http.Request, error) {
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = strings.NewReader(string(text))
	}
	request, err := http.NewRequestWithContext(ctx, method, c.s.url+path, reader)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.behalf != "" {
		request.Header.Set("On-Behalf-Of", c.behalf)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return request, nil
}

// want fails the story unless the status is this one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: %d, want %d\n%s", a.what, a.Status, status, a.Body)
	}
	return a
}

// into reads the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.what, err, a.Body)
	}
}

// problem is what an error says (RFC 9457).
type problem struct {
	Status        int
	Title, Detail string
	Code          string
	Reasons       reasons
}

type reasons []struct{ Code, Field, Detail string }

func (r reasons) codes() []string {
	codes := make([]string, len(r))
	for i, reason := range r {
		codes[i] = reason.Code
	}
	return codes
}

// problem reads an error, which must have a sentence for people.
func (a answer) problem() problem {
	a.t.Helper()
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		a.t.Fatalf("%s: %d is %q, want a problem document\n%s", a.what, a.Status, kind, a.Body)
	}
	var p problem
	a.into(&p)
	if p.Title == "" || p.Detail == "" || p.Status != a.Status {
		a.t.Errorf("%s: an error that says nothing: %s", a.what, a.Body)
	}
	return p
}

// refused fails the story unless it is a problem of this status with these
// reasons among its own.
func (a answer) refused(status int, want ...string) problem {
	a.t.Helper()
	p := a.want(status).problem()
	if !has(p.Reasons.codes(), want...) {
		a.t.Fatalf("%s: reasons %v, want %v", a.what, p.Reasons.codes(), want)
	}
	return p
}

// same reports whether two answers cannot be told apart by their bodies.
func (a answer) same(b answer) bool { return a.Status == b.Status && string(a.Body) == string(b.Body) }

func has(list []string, want ...string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(list, w) })
}

// eventually asks again until the condition holds, or fails the story.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	within(t, patient, what, holds)
}

func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("after %s still not: %s", limit, what)
		case <-again.C:
		}
	}
}

// pass lets real time go by: for what must not happen meanwhile.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	}
}
