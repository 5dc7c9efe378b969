package story

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// trouble is something that happens to the disk of a running server, and goes
// away again.
type trouble struct {
	name  string
	where func(*testing.T) string // the data directory; nil: any
	begin func(*testing.T, *server)
	end   func(*testing.T, *server)
	// fatal: the process may not survive it.
	fatal bool
}

func troubles() []trouble {
	return []trouble{
		{
			name:  "a full disk",
			where: smallDisk,
			begin: func(t *testing.T, s *server) { fillUp(t, filepath.Join(filepath.Dir(s.data), "filler")) },
			end: func(t *testing.T, s *server) {
				if err := os.Remove(filepath.Join(filepath.Dir(s.data), "filler")); err != nil {
					t.Fatal(err)
				}
			},
		}, {
			name: "files that may not grow",
			begin: func(t *testing.T, s *server) {
				// Less than any of the database's files: nothing can be added to one.
				tool(t, "prlimit", "--pid", fmt.Sprint(s.cmd.Process.Pid), "--fsize=4096:")
			},
			end: func(t *testing.T, s *server) {
				tool(t, "prlimit", "--pid", fmt.Sprint(s.cmd.Process.Pid), "--fsize=unlimited:")
			},
		}, {
			name:  "a database that becomes read-only",
			begin: func(t *testing.T, s *server) { immutable(t, s, "+i", "", "-wal") },
			end:   func(t *testing.T, s *server) { immutable(t, s, "-i", "", "-wal") },
		}, {
			// SQLite maps this file into memory: where the kernel cannot write a
			// page of it, it kills the process (sqlite.org/wal.html, "Read-Only
			// Databases" and "Implementation Of Shared-Memory").
			name:  "a file system that becomes read-only",
			begin: func(t *testing.T, s *server) { immutable(t, s, "+i", "", "-wal", "-shm") },
			end:   func(t *testing.T, s *server) { immutable(t, s, "-i", "", "-wal", "-shm") },
			fatal: true,
		},
	}
}

// In the middle of its work the disk refuses to take more. Who was told yes is
// kept, everybody else is told to come back, reading goes on; and when the disk
// is well again so is the server, without a restart and without minutes of
// waiting.
func TestTroubleWithTheDisk(t *testing.T) {
	t.Parallel()
	for _, trouble := range troubles() {
		if trouble.fatal && !long() {
			continue
		}
		t.Run(trouble.name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			if trouble.where != nil {
				data = trouble.where(t)
			}
			s := newServer(t, data, "demo", "--data", data, "--listen", "127.0.0.1:0", quick)
			t.Cleanup(s.stop) // before the disk goes
			s.start()
			s.readWorld()
			s.again() // with the log folded into the file, so that it has to grow
			l := newLoad(t, s, 10)
			v := s.signedIn(s.as("clerk", brightside, 0).person)
			end := l.background()
			defer end()
			eventually(t, "people are at work", func() bool { return l.record.so() > 15 || t.Failed() })
			trouble.begin(t, s)
			if trouble.fatal {
				died := s.died(t)
				trouble.end(t, s)
				end()
				if died {
					s.again()
				}
				l.settle(t, seeded(t), true)
				return
			}
			within(t, patient, "people are told to come again", func() bool { return s.fills(t) || t.Failed() })
			l.readsGoOn(t, v)
			trouble.end(t, s)
			l.recovers(t, end)
		})
	}
}

// fills writes what the disk must hold, and reports whether it was refused.
func (s *server) fills(t *testing.T) bool {
	t.Helper()
	body := map[string]string{"brand": "halden", "serial": "HI2-" + newKey(), "gtin": "09506000135014"}
	got := s.as("admin", vendor, 0).post("/v1/units", body)
	if got.Status != http.StatusServiceUnavailable {
		got.want(http.StatusCreated)
	}
	return got.Status == http.StatusServiceUnavailable
}

// background runs the load until it is told to end, and waits for it.
func (l *load) background() (end func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.run(ctx)
	}()
	return func() {
		cancel()
		<-over
	}
}

// readsGoOn looks at the server while it can write nothing.
func (l *load) readsGoOn(t *testing.T, v visitor) {
	t.Helper()
	s := l.s
	u := s.pick(in("bound"), soldBy(brightside))
	clerk := s.as("clerk", brightside, 0)
	if got := clerk.scan(u.Payload, "return"); got.Verdict != "bound" {
		t.Errorf("scan: %+v", got)
	}
	s.as("admin", vendor, 0).get(u.path()).want(http.StatusOK)
	s.nobody().get("/log/checkpoint").want(http.StatusOK)
	s.nobody().get("/healthz").want(http.StatusOK)
	s.owner(u.Owner).get("/v1/mine").want(http.StatusOK)
	v.open("/desk").want(http.StatusOK)

	refused := clerk.post("/v1/returns", returnOf(u, u.Receipt)).want(http.StatusServiceUnavailable)
	if p := refused.problem(); p.Code != "busy" || refused.Header.Get("Retry-After") == "" {
		t.Errorf("a return: %v %s", refused.Header, refused.Body)
	}
	page := v.read(v.http.PostForm(s.url+"/desk/returns", url.Values{
		"idempotency_key": {newKey()}, "brand": {u.Brand}, "serial": {u.Serial}, "receipt": {u.Receipt},
		"condition": {"used"}, "reason": {"changed-mind"}, "customer_present": {"true"},
	})).want(http.StatusServiceUnavailable)
	page.shows(t, "Busy right now", "Nothing is lost.")
	if page.Header.Get("Retry-After") == "" {
		t.Errorf("the page has no Retry-After: %v", page.Header)
	}
	if !s.owner(u.Owner).mine().has(u) {
		t.Errorf("a return that was refused has taken %s from its owner", u.Serial)
	}
}

// recovers waits until every camera is on its way again, and looks whether all
// is there.
func (l *load) recovers(t *testing.T, end func()) {
	t.Helper()
	began, at := time.Now(), l.stations()
	within(t, patient, "every camera goes on", func() bool {
		moved := true
		for serial, now := range l.stations() {
			moved = moved && now > at[serial]
		}
		return moved || t.Failed()
	})
	t.Logf("all went on after %s", time.Since(began).Round(time.Millisecond))
	end()
	l.settle(t, seeded(t), true)
	sums(t, nil, l)
}

// stations counts what was acknowledged about each camera.
func (l *load) stations() map[string]int {
	l.record.mu.Lock()
	defer l.record.mu.Unlock()
	counts := map[string]int{}
	for _, life := range l.lives {
		counts[life.unit.Serial] = l.record.of[life.unit.Serial]
	}
	return counts
}

// fillUp leaves nothing, however quick others are.
func fillUp(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if n, err := file.Write(make([]byte, size)); err != nil && n == 0 {
			size /= 2
		}
	}
}

// smallDisk is a data directory on a disk of 64 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("cannot mount a small disk: %v; the limit on files stands for it", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return filepath.Join(disk, "data")
}

// immutable changes the attribute that keeps even root from writing a file,
// also through handles that were opened before.
func immutable(t *testing.T, s *server, flag string, files ...string) {
	t.Helper()
	args := []string{flag}
	for _, file := range files {
		args = append(args, filepath.Join(s.data, "quitclaim.db"+file))
	}
	if flag == "+i" {
		t.Cleanup(func() { _ = exec.Command("chattr", append([]string{"-i"}, args[1:]...)...).Run() })
	}
	tool(t, "chattr", args...)
}

// died waits whether the process ends by itself.
func (s *server) died(t *testing.T) bool {
	t.Helper()
	select {
	case err := <-s.ended:
		t.Logf("the process ended: %v", err)
		s.cmd, s.out = nil, &output{} // what it said at last is no fault of ours
		return true
	case <-time.After(10 * time.Second):
		t.Log("the process lives on")
		return false
	}
}

// tool runs a program of the operating system; where that is not possible, the
// test is skipped.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Skipf("%s %s: %v %s", name, strings.Join(args, " "), err, out)
	}
}
