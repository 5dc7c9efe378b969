package story

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Clients that hang up in the middle of a request: it is done whole or not at
// all, the same request again tells which, and nobody else notices.
func TestClientsThatHangUp(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	clerk := s.as("clerk", brightside, 0)
	type cut struct {
		unit unit
		key  string
	}
	var attempts []cut
	var all sync.WaitGroup
	gone := 0
	for i := range 12 {
		u := s.pick(in("bound"), soldBy(brightside))
		a := cut{u, newKey()}
		attempts = append(attempts, a)
		all.Go(func() {
			ctx, hangUp := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond)
			defer hangUp()
			_, _ = clerk.send(ctx, http.MethodPost, "/v1/returns", a.key, returnOf(u, u.Receipt)) // what came of it is asked below
		})
	}
	patient := s.pick(in("bound"), soldBy(brightside))
	all.Go(func() {
		got, err := clerk.send(t.Context(), http.MethodPost, "/v1/returns", newKey(), returnOf(patient, patient.Receipt))
		if err != nil || got.Status != http.StatusCreated {
			t.Errorf("somebody who waits among them: %v, %d %s", err, got.Status, got.Body)
		}
	})
	all.Wait()
	maker := s.as("admin", vendor, 0)
	for _, a := range attempts {
		if now := maker.look(a.unit); now.State == "bound" {
			gone++
		}
		var r taken
		eventually(t, "nothing is in flight", func() bool {
			got := clerk.postAs(a.key, "/v1/returns", returnOf(a.unit, a.unit.Receipt))
			if got.Status == http.StatusConflict && got.problem().Code == "in-flight" {
				return false
			}
			got.want(http.StatusCreated).into(&r)
			return true
		})
		if r.Order == nil || r.Order.State != "open" {
			t.Errorf("%s: %+v", a.unit.Serial, r)
		}
	}
	t.Logf("%d of %d requests that were cut off had not happened", gone, len(attempts))
	s.halfARequest(t, clerk)
	s.clean()
}

// halfARequest sends half of what it promised, and hangs up.
func (s *server) halfARequest(t *testing.T, clerk client) {
	t.Helper()
	u := s.pick(in("bound"), soldBy(brightside))
	for _, half := range []string{
		"POST /v1/returns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + clerk.token + "\r\nIdempotency-Key: " + newKey() +
			"\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n" + `{"brand":"halden","serial":"` + u.Serial,
		"POST /v1/returns HTTP/1.1\r\nHost: x\r\nContent-Length: " + strconv.Itoa(1<<40) + "\r\n\r\n" + strings.Repeat("x", 100),
		"GET /v1/ret",
		"\x16\x03\x01 this is TLS",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(half)); err != nil {
			t.Errorf("write: %v", err)
		}
		if err := errors.Join(conn.(*net.TCPConn).SetLinger(0), conn.Close()); err != nil {
			t.Errorf("hang up: %v", err)
		}
	}
	if now := s.as("admin", vendor, 0).look(u); now.State != "bound" {
		t.Errorf("half a request has changed %s to %s", u.Serial, now.State)
	}
}
