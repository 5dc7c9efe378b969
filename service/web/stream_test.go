package web_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// serving is a site on a real port; stop begins the drain, and done yields
// what Serve returned.
func serving(t *testing.T, mount func(*web.Routes), change func(*web.Config)) (site *webtest.Site, url string, stop context.CancelFunc, done chan error) {
	t.Helper()
	site = webtest.New(t, mount, change)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done = make(chan error, 1)
	go func() { done <- site.Server.Serve(ctx, listener) }()
	t.Cleanup(stop)
	return site, "http://" + listener.Addr().String(), stop, done
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func waitFor[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	_, url, stop, done := serving(t, func(r *web.Routes) {
		r.GET("/v1/events", access.HomeRead, func(c echo.Context) error {
			return web.Stream(c, func(ctx context.Context, send func(string, string, any) error) error {
				if _, limited := ctx.Deadline(); limited {
					return errors.New("a stream has the deadline of a request")
				}
				if err := send("change", "42", map[string]string{"text": "two\nlines"}); err != nil {
					return err
				}
				<-ctx.Done()
				ended <- ctx.Err()
				return ctx.Err()
			})
		})
	}, func(c *web.Config) { c.Heartbeat = time.Millisecond })

	answer := get(t, url+"/v1/events")
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
		t.Errorf("Content-Type = %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	var text strings.Builder
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), ": still") && strings.Contains(text.String(), "event:") {
			break
		}
	}
	for _, want := range []string{"retry: 2000\n\n", "id: 42\nevent: change\ndata: {\"text\":\"two\\nlines\"}\n\n", ": still here\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the stream lacks %q:\n%s", want, text.String())
		}
	}

	// The server ends: the stream must not hold it up.
	stop()
	if err := waitFor(t, "the end of the stream", ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the stream ended by %v", err)
	}
	if err := waitFor(t, "the end of the server", done); err != nil {
		t.Errorf("Serve = %v, want nil after a drain", err)
	}
}

func TestStreamEndsWhenTheReaderLeaves(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	site, url, _, _ := serving(t, func(r *web.Routes) {
		r.GET("/v1/events", access.HomeRead, func(c echo.Context) error {
			return web.Stream(c, func(ctx context.Context, _ func(string, string, any) error) error {
				<-ctx.Done()
				close(ended)
				return nil
			})
		})
	}, nil)
	answer := get(t, url+"/v1/events")
	_ = answer.Body.Close()
	waitFor(t, "the end of the stream", ended)
	if log := site.Log.String(); strings.Contains(log, "request failed") {
		t.Errorf("a reader who leaves is logged as a failure: %s", log)
	}
}

// TestStreamRefusesWhatWouldBreakIt: a line break in an event's name or id
// would let data pose as another event.
func TestStreamRefusesWhatWouldBreakIt(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/events", access.HomeRead, func(c echo.Context) error {
			return web.Stream(c, func(_ context.Context, send func(string, string, any) error) error {
				if send("a\nb", "", 1) == nil || send("a", "1\r2", 1) == nil || send("a", "", make(chan int)) == nil {
					return errors.New("it was sent")
				}
				return nil
			})
		})
	}, nil)
	got := site.As(access.Anonymous()).Get("/v1/events")
	if got.Body != "retry: 2000\n\n" || strings.Contains(site.Log.String(), "it was sent") {
		t.Errorf("= %q, log %s", got.Body, site.Log)
	}
}

func TestStreamErrorIsLogged(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/events", access.HomeRead, func(c echo.Context) error {
			return web.Stream(c, func(context.Context, func(string, string, any) error) error { return lifecycle.ErrNotFound })
		})
	}, nil)
	got := site.As(access.Anonymous()).Get("/v1/events")
	if got.Status != 200 || strings.Count(site.Log.String(), "event stream: not found") != 1 {
		t.Errorf("= %d, log %s", got.Status, site.Log)
	}
}

// TestServeDrains: an open request is answered, a new one is not taken, and
// /healthz had said so.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	site, url, stop, done := serving(t, func(r *web.Routes) {
		r.GET("/v1/slow", access.HomeRead, func(c echo.Context) error {
			close(entered)
			<-leave
			return ok(c)
		})
	}, nil)
	status := make(chan int, 1)
	go func() {
		answer, err := http.Get(url + "/v1/slow")
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	waitFor(t, "the request", entered)
	stop()
	deadline := time.After(patience)
	for site.Do(httptest.NewRequest(http.MethodGet, "/healthz", nil)).Status != http.StatusServiceUnavailable {
		select {
		case <-deadline:
			t.Fatal("a draining server still says it is healthy")
		default:
		}
	}
	close(leave)
	if got := waitFor(t, "the answer", status); got != http.StatusOK {
		t.Errorf("the open request got %d, want its answer", got)
	}
	if err := waitFor(t, "the end", done); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeGivesUpOnWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	defer close(leave)
	_, url, stop, done := serving(t, func(r *web.Routes) {
		r.GET("/v1/stuck", access.HomeRead, func(echo.Context) error {
			close(entered)
			<-leave
			return nil
		})
	}, func(c *web.Config) { c.DrainTimeout = time.Millisecond })
	go func() {
		if answer, err := http.Get(url + "/v1/stuck"); err == nil {
			_ = answer.Body.Close()
		}
	}()
	waitFor(t, "the request", entered)
	stop()
	if err := waitFor(t, "the end", done); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := site.Server.Serve(context.Background(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve on a closed listener = %v", err)
	}
}
