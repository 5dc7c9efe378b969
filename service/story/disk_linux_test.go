package story

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// The operator limits how large a file may be, from the start on: nothing gets
// through, nothing is lost, and a start without the limit goes on.
func TestAFileThatMayNotGrow(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	s.stop()
	info, err := os.Stat(filepath.Join(s.data, "quitclaim.db"))
	if err != nil {
		t.Fatal(err)
	}
	// POSIX counts ulimit -f in blocks of 512 bytes.
	s.wrap = []string{"sh", "-c", fmt.Sprintf(`ulimit -f %d && exec "$0" "$@"`, (info.Size()+200<<10)/512)}
	s.again()
	kept := s.untilRefused(t)
	s.wrap = nil
	s.kill()
	s.again()
	s.goesOn(t, kept)
}

// made is a return that somebody was told of.
type made struct {
	unit unit
	by   client
	id   string
}

// untilRefused makes returns until the disk is full, and some more after that.
func (s *server) untilRefused(t *testing.T) (kept []made) {
	t.Helper()
	refused := 0
	for refused < 3 {
		u := s.pick(in("bound"))
		clerk := s.as("clerk", u.Seller, 0)
		got := clerk.post("/v1/returns", returnOf(u, u.Receipt))
		switch got.Status {
		case http.StatusCreated:
			var r taken
			got.into(&r)
			kept = append(kept, made{u, clerk, r.ID})
			s.larger(t)
		case http.StatusServiceUnavailable:
			refused++
			if p := got.problem(); p.Code != "busy" || got.Header.Get("Retry-After") == "" {
				t.Errorf("full: %s, Retry-After %q", got.Body, got.Header.Get("Retry-After"))
			}
			s.taken[u.Serial] = false // it is as it was
		default:
			t.Fatalf("on a full disk: %d %s", got.Status, got.Body)
		}
	}
	// Reading goes on.
	for _, m := range kept {
		if now := m.by.returned(m.id); now.State != "returned" && now.State != "reset" {
			t.Errorf("%s is %+v", m.unit.Serial, now)
		}
	}
	return kept
}

// larger writes what fills the disk sooner than returns alone.
func (s *server) larger(t *testing.T) {
	t.Helper()
	for range 20 {
		body := map[string]string{"brand": "halden", "serial": fmt.Sprintf("HI2-%d", 900_000+rand.IntN(90_000)), "gtin": "09506000135014"}
		if got := s.as("admin", vendor, 0).post("/v1/units", body); got.Status == http.StatusServiceUnavailable {
			return
		}
	}
}

// goesOn finds everything that was acknowledged, and makes one more.
func (s *server) goesOn(t *testing.T, kept []made) {
	t.Helper()
	if len(kept) == 0 {
		t.Error("nothing was acknowledged before the disk was full: this story says little")
	}
	u := s.pick(in("bound"))
	clerk := s.as("clerk", u.Seller, 0)
	eventually(t, "there is space again", func() bool {
		got := clerk.post("/v1/returns", returnOf(u, u.Receipt))
		if got.Status == http.StatusServiceUnavailable {
			return false
		}
		var r taken
		got.want(http.StatusCreated).into(&r)
		kept = append(kept, made{u, clerk, r.ID})
		return true
	})
	for _, m := range kept {
		eventually(t, "the cloud's tasks are proven", func() bool { return len(m.by.returned(m.id).open(false)) == 0 })
	}
	s.clean()
}
