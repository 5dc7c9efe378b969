package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

const (
	// streamRetry is how long a browser waits before it comes back.
	streamRetry = 2 * time.Second
	// streamWrite is how long one event may take to leave; a reader that does
	// not take it is gone.
	streamWrite = 10 * time.Second
)

// Stream answers with server-sent events (HTML Living Standard section 9.2).
// produce sends until its context ends: when the reader leaves or the server
// drains, or within Config.Recheck of the end of the reader's session. It looks
// itself, at each event, whether the reader may still see it. data is sent as
// JSON.
func Stream(c echo.Context, produce func(ctx context.Context, send func(event, id string, data any) error) error) error {
	s := serverOf(c)
	ctx := c.Request().Context()
	if untimed, ok := ctx.Value(untimedKey{}).(context.Context); ok {
		ctx = untimed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.SetRequest(c.Request().WithContext(ctx)) // what looks again later has no deadline either

	out := openStream(c)
	if err := out.write([]byte(fmt.Sprintf("retry: %d\n\n", streamRetry.Milliseconds()))); err != nil {
		return nil // gone already
	}
	var beating sync.WaitGroup
	beating.Go(func() {
		defer cancel()
		s.beat(ctx, c, out)
	})
	err := produce(ctx, out.send)
	cancel()
	beating.Wait()
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errGone) {
		return fmt.Errorf("event stream: %w", err)
	}
	return nil
}

// beat keeps proxies from closing a quiet stream, and ends it with the server
// or with the right to read it.
func (s *Server) beat(ctx context.Context, c echo.Context, out *stream) {
	ticker, recheck := time.NewTicker(s.config.Heartbeat), time.NewTicker(s.config.Recheck)
	defer ticker.Stop()
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.draining:
			return
		case <-ticker.C:
			if out.write([]byte(": still here\n\n")) != nil {
				return
			}
		case <-recheck.C:
			if !s.mayStillRead(ctx, c) {
				return
			}
		}
	}
}

// mayStillRead looks again whether the reader of a stream is somebody, and may
// do what they did when they opened it. It does not count as use of a session.
// Behind the cover of a station the page waits, stream and all.
func (s *Server) mayStillRead(ctx context.Context, c echo.Context) bool {
	principal, err := s.presentPrincipal(ctx, c)
	if errors.Is(err, errCovered) {
		return true
	}
	if err == nil {
		route := s.routes.actions[http.MethodGet+" "+c.Path()]
		err = access.Check(principal, route.Action)
	}
	// A store that is busy takes nobody's stream away.
	return !errors.Is(err, lifecycle.ErrUnauthenticated) && !errors.Is(err, lifecycle.ErrForbidden)
}

// presentPrincipal is principalOf that leaves no trace.
func (s *Server) presentPrincipal(ctx context.Context, c echo.Context) (access.Principal, error) {
	if header := c.Request().Header.Get(echo.HeaderAuthorization); header != "" {
		return s.principalOfBearer(c, header)
	}
	cookie, err := c.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return access.Anonymous(), nil
	}
	held, err := s.sessions.Load(ctx, cookie.Value)
	if err != nil {
		return access.Principal{}, fmt.Errorf("load session: %w", err)
	}
	principal, _, err := s.heldSession(held, c)
	return principal, err
}

var errGone = errors.New("the reader is gone")

// stream is one open answer; mu keeps a heartbeat out of the middle of an
// event.
type stream struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
}

func openStream(c echo.Context) *stream {
	w := c.Response()
	control := http.NewResponseController(w)
	// The server's limits are for requests that end. Not every writer has
	// deadlines (tests), so errors do not matter here.
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
	w.Header().Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return &stream{w: w, control: control}
}

func (o *stream) send(event, id string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if strings.ContainsAny(event+id, "\r\n\x00") {
		return fmt.Errorf("event %q or id %q would break the stream", event, id)
	}
	var text bytes.Buffer
	if id != "" {
		fmt.Fprintf(&text, "id: %s\n", id)
	}
	fmt.Fprintf(&text, "event: %s\ndata: %s\n\n", event, body)
	return o.write(text.Bytes())
}

func (o *stream) write(text []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	// A deadline long past ends a write that hangs; that needs no clock.
	watchdog := time.AfterFunc(streamWrite, func() { _ = o.control.SetWriteDeadline(time.Unix(1, 0)) })
	defer watchdog.Stop()
	if _, err := o.w.Write(text); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if err := o.control.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}
