package story

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// cappedTogether: a clerk who runs from replica to replica has five an hour,
// and no sixth (rule 1).
func cappedTogether(t *testing.T, r *replicas) {
	clerk := r.as("clerk", brightside, 1)
	var units []unit
	for range 8 {
		units = append(units, r.pick(in("bound")))
	}
	statuses := make([]answer, len(units))
	failures := make([]error, len(units))
	var all sync.WaitGroup
	for i, u := range units {
		all.Go(func() {
			statuses[i], failures[i] = clerk.at(r.each[i%len(r.each)]).send(t.Context(), http.MethodPost, "/v1/returns", newKey(), returnOf(u, ""))
		})
	}
	all.Wait()
	done := 0
	for i, got := range statuses {
		if failures[i] != nil {
			t.Fatal(failures[i])
		}
		if got.Status == http.StatusCreated {
			done++
			continue
		}
		got.refused(http.StatusConflict, "return.cap")
	}
	if done != 5 {
		t.Errorf("%d returns without proof passed, want 5", done)
	}
}

// twoAtOnce: two desks, two tills and two owners, each at a replica of their
// own.
func twoAtOnce(t *testing.T, r *replicas) {
	one, two := r.as("clerk", brightside, 0), r.as("clerk", brightside, 1)
	for i := range 3 {
		a, b := r.each[i%3], r.each[(i+1)%3]
		u := r.pick(in("bound"), soldBy(brightside))
		answers, won := atOnce(t, attempt{one.at(a), "/v1/returns", returnOf(u, u.Receipt)}, attempt{two.at(b), "/v1/returns", returnOf(u, u.Receipt)})
		answers[1-won].refused(http.StatusConflict, "return.returned")
		r.once(t, u, "return")
	}
	for i, state := range []string{"stock", "certified", "stock"} {
		a, b := r.each[i%3], r.each[(i+1)%3]
		u := r.pick(in(state), custodyOf(brightside))
		answers, won := atOnce(t, attempt{one.at(a), "/v1/sales", saleOf(u, "R-ONE")}, attempt{two.at(b), "/v1/sales", saleOf(u, "R-TWO")})
		answers[1-won].refused(http.StatusConflict, "sell.sold")
		r.once(t, u, "sell")
	}
	people := []client{r.as("owner", "", 3), r.as("owner", "", 4)}
	for i := range 4 {
		a, b := r.each[i%3], r.each[(i+1)%3]
		u := r.pick(in("sold"))
		body := map[string]any{"brand": u.Brand, "serial": u.Serial, "proof": r.camera(u)}
		answers, won := atOnce(t, attempt{people[0].at(a), "/v1/bindings", body}, attempt{people[1].at(b), "/v1/bindings", body})
		answers[1-won].refused(http.StatusConflict, "bind.bound")
		if !people[won].at(b).mine().has(u) || people[1-won].at(a).mine().has(u) {
			t.Errorf("%s is not the winner's alone", u.Serial)
		}
		r.once(t, u, "bind")
	}
}

const sqlOfEpoch = `
SELECT e.entry_id FROM log_entry e JOIN unit u ON u.unit_id = e.subject
WHERE u.serial = $1 AND e.event = $2 AND e.epoch = u.epoch`

// once: the ledger has one such entry of the unit's present epoch.
func (r *replicas) once(t *testing.T, u unit, event string) {
	t.Helper()
	if entries := r.texts(sqlOfEpoch, u.Serial, event); len(entries) != 1 {
		t.Errorf("%s of %s is on the ledger %d times", event, u.Serial, len(entries))
	}
}

// sweptOnce: three operators sweep at the same instant. What was found is one
// flag and one entry; and of a slot that cron gave there is one run.
func sweptOnce(t *testing.T, r *replicas) {
	outs := make([]string, len(r.each))
	var all sync.WaitGroup
	for i, one := range r.each {
		all.Go(func() {
			out, err := one.run("sweep", "sold-but-bound", "--data", one.data)
			// In the same millisecond it is the same slot, which one of them has.
			if err != nil && !strings.Contains(out, "being worked on right now") {
				t.Errorf("sweep at %s: %v", one.data, err)
			}
			outs[i] = out
		})
	}
	all.Wait()
	if !slices.ContainsFunc(outs, func(out string) bool { return strings.Contains(out, ", 0 failed") }) {
		t.Errorf("nobody has swept: %q", outs)
	}
	if got := r.flagged("sold-but-bound"); len(got) != 1 || got[0] != soldButBound {
		t.Errorf("flagged: %v, want %s alone; the sweeps said %q", got, soldButBound, outs)
	}
	if raised := r.texts(`SELECT entry_id FROM log_entry WHERE kind = 'flag' AND event = 'raise' AND subject IN (SELECT flag_id FROM flag WHERE kind = 'sold-but-bound')`); len(raised) > 1 {
		t.Errorf("raised %d times", len(raised))
	}
	if twice := r.texts(`SELECT job FROM sweep_run GROUP BY job, slot HAVING count(*) > 1`); len(twice) > 0 {
		t.Errorf("ran twice in one slot: %v", twice)
	}
}
