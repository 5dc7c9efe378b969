package main

import (
	"net/http"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/web"
)

// ofTheTree are the statements of the ledger's own tree: how many an entry takes
// hangs on how many were before it.
var ofTheTree = regexp.MustCompile(`(?s)^\s*(BEGIN|COMMIT|INSERT INTO (log_hash|checkpoint)|UPDATE log_head)\b`)

// TestAskingAnOwnerCostsWhatAskingNobodyCosts: a support agent's question about a
// unit that somebody has runs the statements of one that nobody has, that is
// another vendor's, or that never was; and is answered and logged alike, also
// when it has been asked too often.
func TestAskingAnOwnerCostsWhatAskingNobodyCosts(t *testing.T) {
	t.Parallel()
	w := newFormerWorld(t)
	s := w.newScene(t)
	at := slices.IndexFunc(w.peopled.callers, func(c caller) bool { return c.name == "support_agent of vendor" })
	agent := w.peopled.callers[at]
	made := func() *life { return (&life{t: t, s: s, v: s.never()}).made() }
	units := map[string]values{
		"somebody's": made().sell("shop").bind("ada").v, "sold": made().sell("shop").v, "in stock": made().v,
	}
	for _, r := range supportRows() {
		if r.route != "POST /v1/support/asks" && r.route != "POST /support/ask" {
			continue
		}
		d := doorOf(w, s, r)
		ask := func(v values) (answers []answer) {
			w.jump(25 * time.Hour) // the throttles forget
			for range 5 {
				answers = append(answers, w.watched(d, agent, v, ofTheTree))
			}
			return answers
		}
		ask(s.never()) // a token's last use is noted now and then
		want := ask(s.never())
		if want[0].status >= http.StatusBadRequest || want[4].status != http.StatusTooManyRequests {
			t.Fatalf("%s: %d at first, %d in the end; want 202 or 303, and 429", r.route, want[0].status, want[4].status)
		}
		for name, v := range units {
			for i, got := range ask(v) {
				if got.status != want[i].status || got.body != want[i].body || got.told != want[i].told {
					t.Errorf("%s about one that is %s, time %d: %d %s\n--\nof what never was %d %s", r.route, name, i, got.status, got.differs(want[i]), want[i].status, want[i].differs(got))
				}
			}
		}
	}
}

func doorOf(w *formerWorld, s *scene, r row) door {
	var found web.Route
	for _, route := range w.house.web.Routes().List() {
		if route.Method+" "+route.Path == r.route {
			found = route
		}
	}
	return door{w: w.accessWorld, scene: s, route: found, row: r, failed: new(atomic.Int64)}
}
