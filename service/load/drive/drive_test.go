package drive

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// counted is a source of so many equal requests, which hears what became of them.
type counted struct {
	left  int
	p     Posting
	heard map[int]int
}

func (c *counted) Next(int) (Posting, func(int), bool) {
	if c.left == 0 {
		return Posting{}, nil, false
	}
	c.left--
	return c.p, func(status int) { c.heard[status]++ }, true
}

func requests(n int) *counted {
	return &counted{left: n, heard: map[int]int{}, p: Posting{
		Path: "/v1/things", Token: "secret", Key: "a-key-of-it", Body: `{"a":1}`, Want: http.StatusCreated,
	}}
}

func serve(t *testing.T, handler http.HandlerFunc) (Target, *atomic.Int64) {
	t.Helper()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	to, err := NewTarget(server.URL, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return to, &connections
}

func TestDriveSendsEveryRequestOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	to, connections := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		seen[fmt.Sprint(r.Method, r.URL, r.Header.Get("Authorization"), r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), string(body))]++
		mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, strings.Repeat("x", 10_000)) // chunked
	})
	from := requests(100)
	r := Run(t.Context(), to, from, Plan{Clients: 4, Count: 60})
	want := map[string]int{`POST/v1/thingsBearer secreta-key-of-itapplication/json{"a":1}`: 60}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if r.Done() != 60 || r.failed() != 0 || r.exhausted || from.left != 40 || r.Err() != nil {
		t.Errorf("done %d, failed %d, exhausted %t, left %d, %v", r.Done(), r.failed(), r.exhausted, from.left, r.Err())
	}
	if n := connections.Load(); n > 4 {
		t.Errorf("%d connections for 4 clients: they are not kept", n)
	}
	if r = Run(t.Context(), to, from, Plan{Clients: 4}); r.Done() != 40 || !r.exhausted {
		t.Errorf("then done %d, exhausted %t, want the other 40", r.Done(), r.exhausted)
	}
}

func TestDriveCountsWhatWasNotWanted(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	to, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 4 {
		case 0:
			http.Error(w, "not now", http.StatusServiceUnavailable)
		case 1:
			panic(http.ErrAbortHandler) // no answer at all
		case 2:
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusCreated)
		default:
			w.WriteHeader(http.StatusCreated)
		}
	})
	from := requests(40)
	r := Run(t.Context(), to, from, Plan{Clients: 1})
	want := map[int]int{http.StatusServiceUnavailable: 10, 0: 10}
	if diff := cmp.Diff(want, r.statuses); diff != "" || r.Done() != 20 || r.failed() != 20 {
		t.Errorf("%d done; statuses (-want +got):\n%s", r.Done(), diff)
	}
	if from.heard[http.StatusCreated] != 20 || from.heard[0] != 10 {
		t.Errorf("the source heard %v", from.heard)
	}
	if !strings.Contains(r.first[http.StatusServiceUnavailable], "not now") || r.Err() == nil {
		t.Errorf("of the refusal is known: %q", r.first[http.StatusServiceUnavailable])
	}
	var out strings.Builder
	r.Write(&out)
	for _, want := range []string{"20 answered as wanted", "status 503: 10, e.g. /v1/things: not now", "no answer: 10", "ran out of units"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, &out)
		}
	}
}

// TestDriveEnds: on time, and not before what is under way is answered; and at
// once when it is told to.
func TestDriveEnds(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	to, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		<-released
		w.WriteHeader(http.StatusCreated)
	})
	time.AfterFunc(100*time.Millisecond, func() { close(released) })
	r := Run(t.Context(), to, requests(1_000_000), Plan{Clients: 2, Duration: 20 * time.Millisecond})
	if r.Done() != 2 || r.failed() != 0 {
		t.Errorf("done %d, failed %d; want the two that were under way", r.Done(), r.failed())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r = Run(ended, to, requests(10), Plan{Clients: 2}); r.Done() != 0 {
		t.Errorf("done %d after the end", r.Done())
	}
}

func TestDriveGivesUpOnAnAnswerThatTakesTooLong(t *testing.T) {
	t.Parallel()
	to, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that we hang up
		<-r.Context().Done()
	})
	to.timeout = 30 * time.Millisecond
	if r := Run(t.Context(), to, requests(2), Plan{Clients: 2}); r.statuses[0] != 2 {
		t.Errorf("statuses %v, want two without an answer", r.statuses)
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	cases := []struct {
		url, address string
		secure       bool
	}{
		{"http://127.0.0.1:80", "127.0.0.1:80", false},
		{"https://q.example/", "q.example:https", true},
		{"http://[::1]", "[::1]:http", false},
		{"ftp://q.example", "", false},
		{"q.example", "", false},
		{"http://%", "", false},
	}
	for _, c := range cases {
		to, err := NewTarget(c.url, time.Second)
		if (err != nil) != (c.address == "") || to.address != c.address || to.secure != c.secure {
			t.Errorf("%s: %+v, %v; want %s", c.url, to, err, c.address)
		}
	}
}
