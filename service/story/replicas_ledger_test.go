package story

import (
	"context"
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/ledger"
)

// tasksShared takes many units back at once. Whoever works a task has it by
// lease: each task is proven by one entry of the ledger.
func tasksShared(t *testing.T, r *replicas) {
	var clerks []client
	var backs []taken
	for i := range 10 {
		u := r.pick(in("bound"))
		clerk := r.as("clerk", u.Seller, 0)
		clerks = append(clerks, clerk)
		backs = append(backs, clerk.at(r.each[i%3]).takeBack(u, u.Receipt))
	}
	eventually(t, "the clouds' tasks are proven", func() bool {
		for i, back := range backs {
			if len(clerks[i].returned(back.ID).open(false)) > 0 {
				return false
			}
		}
		return true
	})
	for i, back := range backs {
		now := clerks[i].returned(back.ID)
		r.provenOnce(t, now.Order.ID)
	}
}

// provenOnce replays an order's entries: no task is proven twice.
func (s *server) provenOnce(t *testing.T, order string) {
	t.Helper()
	proven := map[string]int{}
	was := map[string]string{}
	for _, body := range s.bodies(t, order) {
		var change struct {
			Orders []struct {
				ID    string
				Tasks []struct{ ID, State string }
			}
		}
		if err := json.Unmarshal(body, &change); err != nil {
			t.Fatal(err)
		}
		for _, o := range change.Orders {
			if o.ID != order {
				continue
			}
			for _, task := range o.Tasks {
				if task.State == "proven" && was[task.ID] != "proven" {
					proven[task.ID]++
				}
				was[task.ID] = task.State
			}
		}
	}
	if len(proven) == 0 {
		t.Errorf("no entry of order %s proves a task", order)
	}
	for task, times := range proven {
		if times != 1 {
			t.Errorf("%s of order %s was proven %d times", task, order, times)
		}
	}
}

// bodies are the changes of the unit that an order is about, in order.
func (s *server) bodies(t *testing.T, order string) (list [][]byte) {
	t.Helper()
	db, err := s.base()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `
SELECT entry FROM log_entry WHERE subject = (SELECT unit_id FROM reset_order WHERE order_id = $1) AND idx IS NOT NULL
ORDER BY idx`, order)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var entry []byte
		if err := rows.Scan(&entry); err != nil {
			t.Fatal(err)
		}
		leaf, err := ledger.DecodeLeaf(entry)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, leaf.Body)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// oneLedger loads all three, and looks from outside: there is one tree, its
// checkpoints agree whoever shows them, and entries do not wait long for their
// places.
func oneLedger(t *testing.T, r *replicas) {
	ctx, stop := context.WithCancel(t.Context())
	delays := make(chan []time.Duration, 1)
	go func() { delays <- r.waits(ctx) }()
	l := newLoad(t, r.server, 8)
	end := l.background()
	<-time.After(4 * time.Second)
	for range 20 {
		r.checkpoints(t, l.witness)
	}
	end()
	stop()
	report(t, "entries waited for their places", <-delays)
	within(t, patient, "every entry has its place", func() bool { return r.unplaced() == 0 })
	l.settle(t, rand.New(rand.NewPCG(1, 1)), true)
	sums(t, nil, l)
}

// checkpoints asks all three for theirs: none may be behind one that was seen
// before.
func (r *replicas) checkpoints(t *testing.T, w *witness) {
	t.Helper()
	var last ledger.Checkpoint
	for _, one := range r.each {
		got := one.nobody().get("/log/checkpoint").want(http.StatusOK)
		seen, err := ledger.OpenCheckpoint(got.Body, w.keys)
		if err != nil {
			t.Fatal(err)
		}
		if seen.Size < last.Size || seen.Size == last.Size && seen.Root != last.Root {
			t.Errorf("%s shows %d %v after %d %v", one.url, seen.Size, seen.Root, last.Size, last.Root)
		}
		last = seen
	}
}

func (r *replicas) unplaced() int {
	return len(r.texts(`SELECT entry_id FROM log_entry WHERE idx IS NULL`))
}

// waits looks every few milliseconds at what has no place yet, until ctx ends,
// and says how long each was seen so.
func (r *replicas) waits(ctx context.Context) (waited []time.Duration) {
	db, err := sql.Open("pgx", r.dsn)
	if err != nil {
		r.t.Error(err)
		return nil
	}
	defer db.Close()
	since := map[string]time.Time{}
	for ctx.Err() == nil {
		var list sql.NullString
		if err := db.QueryRowContext(ctx, `SELECT string_agg(entry_id, ' ') FROM log_entry WHERE idx IS NULL`).Scan(&list); err != nil {
			if ctx.Err() == nil {
				r.t.Errorf("look at the ledger: %v", err)
			}
			return waited
		}
		now, waiting := time.Now(), strings.Fields(list.String)
		for id, at := range since {
			if !slices.Contains(waiting, id) {
				waited = append(waited, now.Sub(at))
				delete(since, id)
			}
		}
		for _, id := range waiting {
			if _, known := since[id]; !known {
				since[id] = now
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Millisecond):
		}
	}
	return waited
}

// report prints a distribution: the longest of it is the machine's as much as
// ours. What half of them waited is ours.
func report(t *testing.T, what string, list []time.Duration) {
	t.Helper()
	if len(list) == 0 {
		t.Errorf("%s: nothing was seen", what)
		return
	}
	slices.Sort(list)
	at := func(part float64) time.Duration {
		return list[int(part*float64(len(list)-1))].Round(time.Millisecond / 10)
	}
	t.Logf("%s: n %d, p50 %s, p99 %s, max %s", what, len(list), at(0.5), at(0.99), at(1))
	if at(0.5) > 5*time.Second {
		t.Errorf("%s: half of them longer than %s", what, at(0.5))
	}
}
