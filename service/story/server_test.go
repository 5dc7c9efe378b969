package story

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// seats bounds how many servers run at the same time: a story that waits for
// others to finish is better than one that fails for want of a processor.
var seats = make(chan struct{}, 3)

// server is one running process and the world that it serves.
type server struct {
	t     *testing.T
	data  string
	dsn   string // of its database; empty: the file in data
	url   string
	args  []string // with which it runs
	env   []string // besides our own
	dir   string   // where it stands; empty: where we do
	wrap  []string // what it runs under, e.g. a shell with a limit
	cmd   *exec.Cmd
	ended chan error
	out   *output
	world world
	taken map[string]bool // serials that the story has picked
}

// world is demo.json.
type world struct {
	URL    string   `json:"url"`
	People []person `json:"people"`
	Units  []unit   `json:"units"`
}

type person struct{ Name, Role, Org, Email, Password, Token string }

type unit struct {
	Brand, Serial, GTIN, State, Custody, Payload, Owner, Receipt, Seller string
	Answers                                                              bool
}

// output keeps what a process prints, for the test that fails.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// demo starts `quitclaim demo` in a directory of its own, on a copy of a world
// that was made before.
func demo(t *testing.T, flags ...string) *server {
	t.Helper()
	data := t.TempDir()
	s := newServer(t, data, append([]string{"demo", "--data", data, "--listen", "127.0.0.1:0"}, flags...)...)
	first := worlds.first(t)
	copyAll(t, first.data, data)
	fmt.Fprint(s.out, first.out) // the keys are new once, and its first start said so
	s.start()
	s.readWorld()
	return s
}

// quick makes the built-in cloud forget in a moment, for stories that are not
// about how long it takes.
const quick = "--cloud-delay=200ms"

// newServer waits for a seat and keeps it until the story has ended.
func newServer(t *testing.T, data string, args ...string) *server {
	t.Helper()
	quitclaim(t)
	seats <- struct{}{}
	s := &server{t: t, data: data, args: args, out: &output{}, taken: map[string]bool{}}
	t.Cleanup(func() {
		s.stop()
		if said := s.out.String(); strings.Contains(said, "DATA RACE") || strings.Contains(said, "panic") {
			t.Errorf("the server raced or fell over")
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", s.out)
		}
		<-seats
	})
	return s
}

func (s *server) readWorld() {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "demo.json"))
	if err != nil {
		s.t.Fatalf("demo.json: %v\n%s", err, s.out)
	}
	s.world = world{}
	if err := json.Unmarshal(text, &s.world); err != nil {
		s.t.Fatalf("demo.json: %v", err)
	}
	if s.world.URL != s.url {
		s.t.Fatalf("demo.json says %s, the server says %s", s.world.URL, s.url)
	}
}

// serves is how the line begins that says that the server is up.
const serves = "quitclaim serves at "

// start runs the server, and waits until it says that it serves.
func (s *server) start() {
	s.t.Helper()
	if err := s.tryStart(); err != nil {
		s.t.Fatalf("the server does not start: %v\n%s", err, s.out)
	}
}

// tryStart answers with an error where the process ends before it serves.
func (s *server) tryStart() error {
	s.t.Helper()
	line := slices.Concat(s.wrap, []string{quitclaim(s.t)}, s.args)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Env, s.cmd.Dir = environment(s.env...), s.dir
	s.cmd.Stderr = s.out
	pipe, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan error, 1)
	ready := make(chan string, 1)
	go func(cmd *exec.Cmd, ended chan<- error) {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			fmt.Fprintln(s.out, lines.Text())
			if rest, found := strings.CutPrefix(lines.Text(), serves); found {
				url, _, _ := strings.Cut(rest, " ")
				ready <- url
			}
		}
		ended <- cmd.Wait()
	}(s.cmd, s.ended)
	select {
	case s.url = <-ready:
		return nil
	case err := <-s.ended:
		s.cmd = nil
		return fmt.Errorf("it ended: %w", orExit(err))
	case <-time.After(patient):
		return fmt.Errorf("nothing in %s", patient)
	}
}

func orExit(err error) error {
	if err == nil {
		return fmt.Errorf("exit status 0")
	}
	return err
}

// again starts it once more, on the same directory and address.
func (s *server) again() {
	s.t.Helper()
	s.stop()
	if at := slices.Index(s.args, "--listen"); at >= 0 && s.url != "" {
		s.args[at+1] = strings.TrimPrefix(s.url, "http://")
	}
	s.start()
	if s.args[0] == "demo" {
		s.readWorld()
	}
}

// stop ends the process as an operator would, and waits for it.
func (s *server) stop() { s.end(syscall.SIGTERM) }

// kill ends it as a power cut would.
func (s *server) kill() { s.end(syscall.SIGKILL) }

func (s *server) end(signal syscall.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal)
	select {
	case err := <-s.ended:
		if signal == syscall.SIGTERM && err != nil {
			s.t.Errorf("the server ended with %v\n%s", err, s.out)
		}
	case <-time.After(patient):
		_ = s.cmd.Process.Kill()
		s.t.Errorf("the server does not end\n%s", s.out)
		<-s.ended
	}
	s.cmd = nil
}

// run runs another subcommand to its end.
func (s *server) run(args ...string) (string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience())
	defer cancel()
	cmd := exec.CommandContext(ctx, quitclaim(s.t), args...)
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is run for what has to go well.
func (s *server) must(args ...string) string {
	s.t.Helper()
	out, err := s.run(args...)
	if err != nil {
		s.t.Fatalf("quitclaim %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// pick finds a unit of the demo that fits, another one each time.
func (s *server) pick(fits ...func(unit) bool) unit {
	s.t.Helper()
	for _, u := range s.world.Units {
		missing := func(fit func(unit) bool) bool { return !fit(u) }
		if !s.taken[u.Serial] && !slices.ContainsFunc(fits, missing) {
			s.taken[u.Serial] = true
			return u
		}
	}
	s.t.Fatal("the demo has no such unit")
	return unit{}
}

// patient is how long a story waits for what a healthy service does in a moment:
// on a machine whose processors are others' too, a moment is long.
const patient = 2 * time.Minute

// patience is how long one command may take: of a million units every row is
// read again.
func patience() time.Duration {
	if long() {
		return 20 * time.Minute
	}
	return patient
}
