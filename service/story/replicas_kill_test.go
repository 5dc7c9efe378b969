package story

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// One of three is killed in the middle of its work, again and again, among them
// the one that gives entries their places. Whoever was told yes is kept their
// word, nobody's work is done twice, and the others go on without waiting for
// the dead one.
func TestAKilledReplica(t *testing.T) {
	t.Parallel()
	rounds, lives := 4, 8
	if long() {
		rounds, lives = 60, 16
	}
	random := seeded(t)
	r := newReplicas(t, 3)
	l := newLoad(t, r.server, lives)
	visitor := r.signedIn(l.lives[0].clerk.person)
	counts := map[string]int{}
	for round := range rounds {
		end := l.background()
		reader := r.reads(t, random.IntN(len(r.each)))
		<-time.After(time.Duration(150+random.IntN(400)) * time.Millisecond)
		dead, how := reader.at, "under load"
		if round%2 == 1 {
			dead, how = r.inItsTurn(t)
		}
		counts[how]++
		r.kill(dead)

		// The others go on: with the ledger at once, with the dead one's work when
		// its leases are over.
		done := l.record.so()
		within(t, patient, "people go on at the others", func() bool { return l.record.so() > done+3 || t.Failed() })
		end()
		within(t, patient, "the others place every entry", func() bool { return r.unplaced() == 0 })
		r.leasesEnd(t)
		reader.finish(t)
		r.begin(dead)
		l.settle(t, random, round%10 == 9)
		if t.Failed() {
			t.Fatalf("in round %d, killed %s", round, how)
		}
	}
	visitor.open("/desk").want(http.StatusOK)
	l.finish(t)
	sums(t, counts, l)
}

// kill ends one as a power cut would, and the front learns of it.
func (r *replicas) kill(i int) {
	r.front.drop(r.each[i].url)
	r.each[i].server.kill()
}

// inItsTurn waits until one holds the turn to sequence, and stops it there.
func (r *replicas) inItsTurn(t *testing.T) (holder int, how string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	db, err := sql.Open("pgx", r.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hash := fnv.New64a() // as the engine numbers its locks
	_, _ = hash.Write([]byte("quitclaim ledger"))
	key := hash.Sum64()
	for ctx.Err() == nil {
		var name string
		err := conn.QueryRowContext(ctx, `
SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid`,
			int64(key>>32), int64(key&0xffffffff)).Scan(&name)
		if err != nil {
			continue // nobody has it now
		}
		for i, one := range r.each {
			if filepath.Base(one.data) == name {
				_ = one.cmd.Process.Signal(syscall.SIGSTOP)
				return i, "in its turn"
			}
		}
	}
	t.Log("nobody was seen in their turn")
	return 0, "under load"
}

// leasesEnd lets two minutes go by for what the dead one had leased, and waits
// until somebody else has done it. Whoever lives and holds a lease loses it too:
// their late result is turned away.
func (r *replicas) leasesEnd(t *testing.T) {
	t.Helper()
	db, err := sql.Open("pgx", r.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.ExecContext(t.Context(), `UPDATE work SET lease_until = 0, next_at = least(next_at, lease_until) WHERE lease_until > 0 AND done_at IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := result.RowsAffected(); err == nil && rows > 0 {
		t.Logf("%d leases ended", rows)
	}
	within(t, patient, "the dead one's work is done elsewhere", func() bool {
		return len(r.texts(`SELECT order_id FROM work WHERE lease_until = 0 AND done_at IS NULL`)) == 0
	})
}

// reader follows a return by server-sent events, and comes back with the id of
// the last one it got, to whoever is there.
type reader struct {
	at    int // the replica that it reads from at first
	back  taken
	clerk client
	unit  unit
	r     *replicas
	end   chan error
	ids   chan []int64
}

// reads takes a unit back and follows its return.
func (r *replicas) reads(t *testing.T, at int) *reader {
	t.Helper()
	u := r.pick(in("bound"), func(u unit) bool { return model("HI2")(u) || model("HOP")(u) })
	read := &reader{at: at, unit: u, clerk: r.as("clerk", u.Seller, 0), r: r, end: make(chan error, 1), ids: make(chan []int64, 1)}
	read.back = read.clerk.takeBack(u, u.Receipt)
	go func() { read.end <- read.follow(t.Context()) }()
	return read
}

// follow reads until the return's order is whole.
func (e *reader) follow(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, patient)
	defer stop()
	last, url := "", e.r.each[e.at].url
	var ids []int64
	for ctx.Err() == nil {
		one := e.clerk
		one.s = &server{t: e.r.t, url: url}
		over, err := e.read(ctx, one, &last, &ids)
		if err != nil || over {
			e.ids <- ids
			return err
		}
		url = e.r.url // wherever the front leads
		<-time.After(20 * time.Millisecond)
	}
	return ctx.Err()
}

// read is one stream, to its end. Over: there is nothing more to come.
func (e *reader) read(ctx context.Context, c client, last *string, ids *[]int64) (over bool, err error) {
	request, err := c.request(ctx, http.MethodGet, "/v1/returns/"+e.back.ID+"/events", "", nil)
	if err != nil {
		return false, err
	}
	if *last != "" {
		request.Header.Set("Last-Event-ID", *last)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, nil // it is dead; the next one
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable {
		return false, nil
	}
	if response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("events: %d", response.StatusCode)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if id, found := strings.CutPrefix(lines.Text(), "id: "); found {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return false, err
			}
			*last, *ids = id, append(*ids, n)
		}
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		var now taken
		if err := json.Unmarshal([]byte(data), &now); err != nil {
			return false, err
		}
		if now.State == "reset" {
			return true, nil
		}
	}
	return false, nil
}

// finish proves the reset, and wants the reader to hear of it.
func (e *reader) finish(t *testing.T) {
	t.Helper()
	e.r.camera(e.unit, "--hard-reset", firmware)
	select {
	case err := <-e.end:
		if err != nil {
			t.Errorf("who followed the return: %v", err)
			return
		}
	case <-time.After(patient):
		t.Fatalf("who follows the return of %s never hears that it is whole: %+v", e.unit.Serial, e.clerk.returned(e.back.ID))
	}
	if ids := <-e.ids; !slices.IsSorted(ids) {
		t.Errorf("events went back: %v", ids)
	}
	e.r.provenOnce(t, e.back.Order.ID)
}
