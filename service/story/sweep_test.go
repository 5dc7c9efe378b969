package story

import (
	"net/http"
	"strings"
	"testing"
)

// flagged lists what a sweep has flagged, as the brand's security officer sees
// it.
func (s *server) flagged(kind string) []string {
	s.t.Helper()
	var list struct {
		Items []struct {
			Kind string
			Unit *struct{ Serial string }
		}
	}
	s.as("security_officer", vendor, 0).get("/v1/flags?kind=" + kind).want(http.StatusOK).into(&list)
	var serials []string
	for _, flag := range list.Items {
		if flag.Unit != nil {
			serials = append(serials, flag.Unit.Serial)
		}
	}
	return serials
}

// One unit was sold again while the cloud still knew its first owner. The
// sweep finds that unit and no other, ends the old link, and leaves the new
// owner alone.
func TestASoldUnitThatIsStillBound(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(serial(soldButBound))
	owner := s.owner(u.Owner)
	const links = `SELECT count(*) FROM cloud_link l JOIN unit u USING (unit_id) WHERE u.serial = ? AND l.gone_at IS `
	if old, gone := s.count(links+`NULL`, u.Serial), s.count(links+`NOT NULL`, u.Serial); old != 2 || gone != 0 {
		t.Fatalf("before: %d links, %d gone; want the old owner's and the new one's", old, gone)
	}

	out := s.must("sweep", "sold-but-bound", "--data", s.data)
	if !strings.Contains(out, ", 1 flagged, 0 failed") {
		t.Errorf("sweep: %s", out)
	}
	if got := s.flagged("sold-but-bound"); len(got) != 1 || got[0] != u.Serial {
		t.Errorf("flagged: %v, want %s alone", got, u.Serial)
	}
	eventually(t, "the cloud ends the old link", func() bool { return s.count(links+`NOT NULL`, u.Serial) == 1 })
	if left := s.count(links+`NULL`, u.Serial); left != 1 {
		t.Errorf("%d links are left, want the new owner's", left)
	}
	if !owner.mine().has(u) {
		t.Error("the new owner lost the unit")
	}

	// The cloud reports what it has ended for a while yet; then there is
	// nothing to find, and at no time a second flag.
	eventually(t, "a sweep finds nothing more", func() bool {
		out := s.must("sweep", "sold-but-bound", "--data", s.data)
		if got := s.flagged("sold-but-bound"); len(got) != 1 || got[0] != u.Serial {
			t.Fatalf("after another sweep: %v", got)
		}
		return strings.Contains(out, ", 0 flagged, 0 failed")
	})
	s.clean()
}

// One unit changed hands and no desk ever saw it.
func TestAUnitResoldWithoutAReturn(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(serial(resoldWithoutReturn))
	for range 2 {
		s.must("sweep", "resold-without-return", "--data", s.data)
		if got := s.flagged("resold-without-return"); len(got) != 1 || got[0] != u.Serial {
			t.Errorf("flagged: %v, want %s alone", got, u.Serial)
		}
	}
	if !s.owner(u.Owner).mine().has(u) {
		t.Error("the new owner lost the unit: they may be an honest buyer")
	}
	if out, err := s.run("sweep", "no-such-job", "--data", s.data); err == nil || strings.Contains(out, "panic") {
		t.Errorf("a job that there is not: %v\n%s", err, out)
	}
}
