package story

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A backup is made while four clerks take units back. Elsewhere it comes back
// with every return that was acknowledged before it began. Put back where newer
// things were shown, it does not start, and says what to do; under a new origin
// it does.
func TestABackupAmongReturns(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	keys := s.pinKeys(t)
	backup := filepath.Join(t.TempDir(), "backup")
	early := s.published(t, "early")
	before, all := s.backupAmongReturns(t, backup)
	// The backup may have begun after the last return: more must happen after it.
	was := string(s.nobody().get("/log/checkpoint").Body)
	s.must("user", "invite", "--data", s.data, "--org", refit, "--email", "later@refit.example", "--name", "Later", "--role", "technician")
	eventually(t, "a checkpoint of after the backup", func() bool {
		return string(s.nobody().get("/log/checkpoint").Body) != was
	})
	late := s.published(t, "late")
	s.stop()

	t.Run("elsewhere", func(t *testing.T) {
		there := s.moved(t)
		there.must("restore", "--from", backup, "--data", there.data, "--published", early)
		if out := there.must("verify", "--data", there.data, "--key", keys, "--checkpoint", early); !strings.Contains(out, " OK\n") {
			t.Errorf("verify: %s", out)
		}
		there.start()
		defer there.stop()
		for _, u := range before {
			if state := there.as("clerk", u.Seller, 0).look(u).State; state != "returned" && state != "reset" {
				t.Errorf("%s was taken back before the backup began, and is %s", u.Serial, state)
			}
		}
	})
	t.Run("where more was shown", func(t *testing.T) {
		there := s.moved(t)
		if out, err := there.run("restore", "--from", backup, "--data", there.data, "--published", late); err == nil || !strings.Contains(out, "must not go on") {
			t.Errorf("restored beside a newer checkpoint: %v\n%s", err, out)
		}
		there.must("restore", "--from", backup, "--data", there.data, "--published", early)
		// The directory is the old one: it remembers what it has shown.
		copyFile(t, late, filepath.Join(there.data, "published-checkpoint"))
		size := there.must("verify", "--data", there.data, "--key", keys)
		for range 2 {
			if err := there.tryStart(); err == nil {
				t.Fatal("it starts on a database that is older than what was published")
			}
		}
		for _, want := range []string{"must not go on", "two ways out", "quitclaim.example/log, size", "missing", "--new-origin quitclaim.example/log/2"} {
			if !strings.Contains(there.out.String(), want) {
				t.Errorf("the refusal does not say %q:\n%s", want, there.out)
			}
		}
		if again := there.must("verify", "--data", there.data, "--key", keys); again != size {
			t.Errorf("a start that was refused left %s, was %s", again, size)
		}
		there.must("restore", "--new-origin", "quitclaim.example/log/2", "--data", there.data)
		there.start()
		rest := slices.DeleteFunc(slices.Clone(there.world.Units), func(u unit) bool { return !in("bound")(u) || all[u.Serial] })
		there.as("clerk", rest[0].Seller, 0).takeBack(rest[0], rest[0].Receipt)
		eventually(t, "a checkpoint under the new name", func() bool {
			return strings.HasPrefix(string(there.nobody().get("/log/checkpoint").Body), "quitclaim.example/log/2\n")
		})
		there.stop()
		there.start() // the newest that was shown is of the new name now
		there.stop()
		out := there.must("verify", "--data", there.data, "--key", keys, "--checkpoint", late)
		if !strings.Contains(out, " OK\n") || !strings.Contains(out, "goes on as quitclaim.example/log/2") {
			t.Errorf("verify with the first key and the last checkpoint of the old name: %s", out)
		}
	})
}

// backupAmongReturns has four clerks take units back while a backup is made. It
// returns what was acknowledged before it began, and all that was tried.
func (s *server) backupAmongReturns(t *testing.T, to string) (before []unit, all map[string]bool) {
	t.Helper()
	var (
		mu    sync.Mutex
		begun bool // by mu: the backup
		group sync.WaitGroup
	)
	all = map[string]bool{}
	queue, enough := make(chan unit, len(s.world.Units)), make(chan struct{})
	bound := slices.DeleteFunc(slices.Clone(s.world.Units), func(u unit) bool { return !in("bound")(u) })
	for _, u := range bound[:len(bound)-1] { // one is for later
		queue <- u
		all[u.Serial] = true
	}
	close(queue)
	for range 4 {
		group.Go(func() {
			for u := range queue {
				got, err := s.as("clerk", u.Seller, 0).send(context.WithoutCancel(t.Context()), http.MethodPost, "/v1/returns", newKey(), returnOf(u, u.Receipt))
				if err != nil {
					t.Errorf("take %s back: %v", u.Serial, err)
					continue
				}
				mu.Lock()
				if got.Status == http.StatusCreated && !begun {
					if before = append(before, u); len(before) == 8 {
						close(enough)
					}
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	mu.Lock()
	begun = true
	mu.Unlock()
	if out := s.must("backup", "--data", s.data, "--to", to); !strings.Contains(out, "keys are not in it") {
		t.Errorf("backup: %s", out)
	}
	group.Wait()
	return before, all
}

// published keeps the newest checkpoint, as an auditor would.
func (s *server) published(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, s.nobody().get("/log/checkpoint").want(http.StatusOK).Body, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// moved is a server on another directory, which has the keys and nothing else.
// It takes no seat: the first one has ended.
func (s *server) moved(t *testing.T) *server {
	t.Helper()
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(s.data, "keys", "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("keys: %v, %v", names, err)
	}
	for _, name := range names {
		copyFile(t, name, filepath.Join(data, "keys", filepath.Base(name)))
	}
	args := []string{"serve", "--data", data, "--listen", "127.0.0.1:0", quick}
	there := &server{t: t, data: data, args: args, out: &output{}, world: s.world, taken: map[string]bool{}}
	t.Cleanup(func() {
		there.stop()
		if t.Failed() {
			t.Logf("the server said:\n%s", there.out)
		}
	})
	return there
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
