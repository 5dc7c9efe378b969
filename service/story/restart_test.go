package story

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A server that is stopped and started again goes on where it was: who was
// signed in is, the order is on the screen, and events come.
func TestARestart(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk := s.as("clerk", u.Seller, 0)
	v := s.signedIn(clerk.person)
	r := clerk.takeBack(u, u.Receipt)
	v.open("/desk/returns/"+r.ID).want(http.StatusOK).shows(t, u.Serial)

	for _, end := range []func(){s.stop, s.kill} {
		end()
		s.again()
		v.open("/desk/returns/"+r.ID).want(http.StatusOK).shows(t, u.Serial, "Taken back", "its hard reset is not proven yet.")
		v.open("/desk").want(http.StatusOK).shows(t, u.Serial)
	}

	events := s.follow(t, clerk, "/v1/returns/"+r.ID+"/events")
	if first := <-events; first.State != "returned" {
		t.Fatalf("the first event: %+v", first)
	}
	s.camera(u, "--hard-reset", firmware)
	deadline := time.After(patient)
	for state := ""; state != "reset"; {
		select {
		case now, open := <-events:
			if !open {
				t.Fatal("the stream ended")
			}
			state = now.State
		case <-deadline:
			t.Fatal("no event says that the reset is proven")
		}
	}
	// Somebody else's stream of it is not there, and nobody's neither.
	s.as("clerk", corner, 0).get("/v1/returns/ret_none/events").want(http.StatusNotFound)
	other := s.as("clerk", map[bool]string{true: corner, false: brightside}[u.Seller == brightside], 0)
	other.get("/v1/returns/" + r.ID + "/events").want(http.StatusNotFound)
	s.nobody().get("/v1/returns/" + r.ID + "/events").want(http.StatusUnauthorized)
	// An open stream keeps the server from ending no longer than it must.
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("with an open stream the server took %s to end", took)
	}
	for range events { // ends with the server
	}
}

// follow reads a stream of events until it ends.
func (s *server) follow(t *testing.T, c client, path string) <-chan taken {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	t.Cleanup(cancel)
	request, err := c.request(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("%s: %d, %s", path, response.StatusCode, kind)
	}
	events := make(chan taken, 100)
	go func() {
		defer close(events)
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
				var now taken
				if json.Unmarshal([]byte(data), &now) == nil {
					events <- now
				}
			}
		}
	}()
	return events
}
