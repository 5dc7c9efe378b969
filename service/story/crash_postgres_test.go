package story

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"quitclaim/service/store/storetest"
)

// withoutRace skips what is about other processes than ours: the race detector
// sees nothing of them, and makes all of it ten times as slow.
func withoutRace(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector sees nothing of PostgreSQL")
	}
}

// onPostgres starts the demo over a cluster, by way of address.
func onPostgres(t *testing.T, c *storetest.Cluster, address string) *server {
	t.Helper()
	data := t.TempDir()
	s := newServer(t, data, "demo", "--data", data, "--listen", "127.0.0.1:0", quick, "--workers=16", "--database", c.URLAt(address))
	s.dsn = c.URL()
	s.start()
	s.readWorld()
	return s
}

// The same plugs are pulled where the database is another process, which goes
// on: what the dead one had begun must end, and what it had claimed come back.
func TestKillsUnderLoadOnPostgreSQL(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	rounds, lives := forms(3, 25), forms(8, 16)
	var without []plug
	for _, plug := range plugs() {
		if plug.name != "at a checkpoint" {
			without = append(without, plug)
		}
	}
	for world := range forms(1, 2) {
		t.Run(fmt.Sprintf("world %d", world), func(t *testing.T) {
			c := storetest.NewCluster(t)
			killed(t, onPostgres(t, c, c.Address()), rounds, lives, without)
		})
	}
}

// PostgreSQL itself is killed under load and started again, while our process
// runs on: what was acknowledged is there, everybody else was told to come
// again, and nobody had to start us anew.
func TestPostgreSQLKilledUnderLoad(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	rounds, lives := forms(2, 40), forms(8, 16)
	random := seeded(t)
	c := storetest.NewCluster(t)
	s := onPostgres(t, c, c.Address())
	l := newLoad(t, s, lives)
	var slowest time.Duration
	for round := range rounds {
		end := l.background()
		<-time.After(time.Duration(100+random.IntN(900)) * time.Millisecond)
		c.Kill()
		<-time.After(time.Duration(random.IntN(1000)) * time.Millisecond)
		if round%3 == 0 {
			l.unserved(t)
		}
		c.Start()
		slowest = max(slowest, l.served(t))
		end()
		l.settle(t, random, !long() || round%5 == 4)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d times killed; served again at the latest %s after it takes connections", rounds, slowest.Round(time.Millisecond))
	l.finish(t)
	sums(t, nil, l)
}

// unserved looks at the server while there is no database: it says so, to
// programs, to people and to whoever watches over it.
func (l *load) unserved(t *testing.T) {
	t.Helper()
	s := l.s
	life := l.lives[0]
	for _, ask := range []func() (answer, error){
		func() (answer, error) {
			return life.clerk.send(t.Context(), http.MethodPost, "/v1/returns", newKey(), returnOf(life.unit, life.receipt))
		},
		func() (answer, error) { return life.owner().send(t.Context(), http.MethodGet, "/v1/mine", "", nil) },
		func() (answer, error) {
			return s.nobody().send(t.Context(), http.MethodGet, "/log/checkpoint", "", nil)
		},
		func() (answer, error) { return s.nobody().send(t.Context(), http.MethodGet, "/healthz", "", nil) },
	} {
		got, err := ask()
		if err != nil {
			t.Errorf("without a database: %v", err)
			continue
		}
		if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("%s without a database: %d, Retry-After %q, want 503 with one\n%s", got.what, got.Status, got.Header.Get("Retry-After"), got.Body)
		}
	}
}

// served waits until answers are acknowledged again, and says how long it took.
func (l *load) served(t *testing.T) time.Duration {
	t.Helper()
	began, so := time.Now(), l.record.so()
	within(t, patient, "answers are acknowledged again", func() bool { return l.record.so() > so+2 || t.Failed() })
	return time.Since(began)
}

// A start without the database says so at once and ends with 1; it does not
// print a password, nor does it leave anything behind that keeps the next start
// from going well.
func TestPostgreSQLAwayAtTheStart(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	c.Stop()
	data := t.TempDir()
	url := strings.Replace(c.URL(), "postgres@", "postgres:unspeakable@", 1)
	s := newServer(t, data, "serve", "--data", data, "--listen", "127.0.0.1:0", "--database", url)
	s.dsn = c.URL()
	for _, address := range []string{c.Address(), deaf(t)} {
		began := time.Now()
		out, err := s.run("serve", "--data", data, "--listen", "127.0.0.1:0", "--database", strings.Replace(url, c.Address(), address, 1))
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%s: %v, want exit status 1", address, err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("%s: it took %s to find out", address, took)
		}
		host, _, _ := strings.Cut(address, ":")
		if !strings.Contains(out, "PostgreSQL at "+host) || strings.Contains(out, "unspeakable") || strings.Contains(out, "panic") || strings.Contains(out, serves) {
			t.Errorf("%s: it says\n%s", address, out)
		}
	}
	c.Start()
	s.start()
	s.visitor().open(s.lastSetupLink(t)).want(http.StatusOK)
}

// deaf is an address where connections are taken and nothing is ever said.
func deaf(t *testing.T) string {
	t.Helper()
	w := newWire(t, "")
	return w.address
}

// The answer to a commit is lost on its way: nobody can know whether it was
// done. So nobody is told that it was, nor that it was refused; they are told to
// come again, and the same key then tells.
func TestTheAnswerToACommitIsLost(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	w := newWire(t, c.Address())
	s := onPostgres(t, c, w.address)
	clerk := s.as("clerk", brightside, 0)
	for _, c := range []struct {
		name string
		cut  cut
		done bool
	}{{"after it was done", afterCommit, true}, {"before it was done", beforeCommit, false}} {
		for range 3 {
			u := s.pick(in("bound"), soldBy(brightside))
			key, id := newKey(), s.texts(`SELECT unit_id FROM unit WHERE serial = $1`, u.Serial)[0]
			before := len(s.events(id))
			// The worker commits too, of this unit as of others: the plug is for the
			// commit that keeps this request's key, which is kept as a hash.
			kept := sha256.Sum256([]byte(key))
			w.cutAt(c.cut, hex.EncodeToString(kept[:]))
			got, err := clerk.send(t.Context(), http.MethodPost, "/v1/returns", key, returnOf(u, u.Receipt))
			if err != nil || got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || got.problem().Code != "busy" {
				t.Fatalf("%s: %v %d %s, want 503", c.name, err, got.Status, got.Body)
			}
			if happened := len(s.events(id)) > before; happened != c.done {
				t.Errorf("%s: on the ledger is %v, want %v", c.name, happened, c.done)
			}
			var r taken
			clerk.postAs(key, "/v1/returns", returnOf(u, u.Receipt)).want(http.StatusCreated).into(&r)
			if after := s.events(id); len(after) != before+1 || after[before] != "return" {
				t.Errorf("%s: after the repetition the ledger has %v", c.name, after[before:])
			}
			isNobody(t, s.owner(u.Owner), u)
		}
	}
}
